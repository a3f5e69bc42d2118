import type { WriteStream } from 'node:tty';
import { type Progress, rate, timeLeft } from '../executors/progress.ts';

const count = new Intl.NumberFormat('en');

/** Formats seconds for a person. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Formats the progress of a grid as one line. */
export function line(progress: Progress, now = performance.now()): string {
  const { runs, found, trained, diverged } = progress;
  const parts = [
    `${found + trained} of ${runs} runs`,
    ...(diverged ? [`${diverged} diverged`] : []),
    `${count.format(Math.round(rate(progress, now)))} steps/s`,
    `${duration(timeLeft(progress, now))} left`,
  ];
  return parts.join(' · ');
}

const bar = (done: number, width = 24): string => '█'.repeat(Math.round(done * width)).padEnd(width, '░');

/** Formats {@link line} behind a bar, no wider than the terminal. */
export function area(progress: Progress, width: number, now = performance.now()): string {
  const done = progress.stepsInAll ? progress.steps / progress.stepsInAll : 1;
  return `${bar(done)} ${line(progress, now)}`.slice(0, Math.max(width - 1, 0));
}

const [hideCursor, showCursor, clearLine] = ['\x1b[?25l', '\x1b[?25h', '\r\x1b[K'];

/**
 * Shows progress until the function that it returns is called: one live area on a terminal that can
 * move its cursor, else a plain line every ten seconds. It only reads, and never slows a run.
 */
export function showProgress(progress: Progress, to: WriteStream | NodeJS.WritableStream): () => void {
  if (!('isTTY' in to && to.isTTY && process.env['TERM'] !== 'dumb')) {
    const timer = setInterval(() => to.write(`${line(progress)}\n`), 10_000);
    return () => clearInterval(timer);
  }
  const draw = () => to.write(`${clearLine}${area(progress, to.columns || 80)}`);
  const leave = () => to.write(`${clearLine}${showCursor}`);
  to.write(hideCursor);
  draw();
  const timer = setInterval(draw, 100);
  process.once('exit', leave);
  return () => {
    clearInterval(timer);
    process.off('exit', leave);
    leave();
  };
}
