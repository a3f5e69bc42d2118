import type { WriteStream } from 'node:tty';
import { type Progress, rate, timeLeft } from '../executors/progress.ts';

const count = new Intl.NumberFormat('en');

/** Seconds as a person says them. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 59.5) return `${Math.ceil(seconds)} s`;
  if (seconds < 3570) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
};

/** One line that says where a grid of runs is. */
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

/**
 * Shows progress until the function it returns is called: one live area on a terminal, else a plain line every ten
 * seconds. A view only: it reads, and never slows a run.
 */
export function showProgress(progress: Progress, to: WriteStream | NodeJS.WritableStream): () => void {
  if (!('isTTY' in to && to.isTTY)) {
    const timer = setInterval(() => to.write(`${line(progress)}\n`), 10_000);
    return () => clearInterval(timer);
  }
  const draw = () => {
    const done = progress.stepsInAll ? progress.steps / progress.stepsInAll : 1;
    to.write(`\r\x1b[K${bar(done)} ${line(progress)}`.slice(0, ((to as WriteStream).columns ?? 80) + 4));
  };
  to.write('\x1b[?25l');
  draw();
  const timer = setInterval(draw, 100);
  return () => {
    clearInterval(timer);
    to.write('\r\x1b[K\x1b[?25h');
  };
}
