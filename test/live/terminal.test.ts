import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Progress, rate, timeLeft } from '../../src/executors/progress.ts';
import { area, duration, line, showProgress } from '../../src/live/terminal.ts';

/** A thousand of four thousand steps in two seconds. */
const progress = (changes: Partial<Progress> = {}): Progress => ({
  runs: 50,
  found: 10,
  trained: 4,
  diverged: 0,
  steps: 1000,
  stepsInAll: 4000,
  startedAt: 0,
  ...changes,
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59, '59 s'],
    [59.5, '1 min 0 s'],
    [60, '1 min 0 s'],
    [119.7, '2 min 0 s'],
    [3599.2, '1 h 0 min'],
    [5400, '1 h 30 min'],
    [7199, '2 h 0 min'],
    [100 * 3600, '100 h 0 min'],
    [NaN, '–'],
    [Infinity, '–'],
  ])('says %s seconds as %s', (seconds, said) => expect(duration(seconds)).toBe(said));
});

describe('line', () => {
  it('says how far the grid is, how fast it goes, and what is left', () => {
    expect(line(progress(), 2000)).toBe('14 of 50 runs · 500 steps/s · 6 s left');
    expect(line(progress({ diverged: 2, steps: 3_000_000, stepsInAll: 3_000_000 }), 2000)).toBe(
      '14 of 50 runs · 2 diverged · 1,500,000 steps/s · 0 s left',
    );
  });

  it('promises nothing before the first step', () => {
    expect(line(progress({ steps: 0 }), 0)).toBe('14 of 50 runs · 0 steps/s · – left');
  });
});

describe('rate and timeLeft', () => {
  it('are of the steps since the start', () => {
    expect(rate(progress(), 2000)).toBe(500);
    expect(timeLeft(progress(), 2000)).toBe(6);
  });
});

describe('area', () => {
  it('is a bar as long as the part that is done, before the line', () => {
    expect(area(progress(), 200, 2000)).toBe(`${'█'.repeat(6)}${'░'.repeat(18)} ${line(progress(), 2000)}`);
    expect(area(progress({ steps: 4000 }), 200, 2000).slice(0, 25)).toBe(`${'█'.repeat(24)} `);
    expect(area(progress({ steps: 0, stepsInAll: 0 }), 200, 2000).slice(0, 25)).toBe(`${'█'.repeat(24)} `);
  });

  it('stays within the terminal, so that it is one line', () => {
    for (const width of [0, 1, 20, 40]) expect(area(progress(), width, 2000)).toHaveLength(Math.max(width - 1, 0));
  });
});

const [hide, show, clear] = ['\x1b[?25l', '\x1b[?25h', '\r\x1b[K'];

describe('showProgress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubEnv('TERM', 'xterm');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  const written = (columns?: number) => {
    const terminal = columns === undefined ? {} : { isTTY: true, columns };
    const to = Object.assign(new PassThrough({ encoding: 'utf8' }), terminal);
    return { to, read: () => (to.read() as string | null) ?? '' };
  };

  it('is a plain line every ten seconds where there is no terminal', () => {
    const { to, read } = written();
    const stop = showProgress(progress(), to);
    vi.advanceTimersByTime(9_999);
    expect(read()).toBe('');
    vi.advanceTimersByTime(10_001);
    expect(read()).toMatch(/^(14 of 50 runs · [\d,]+ steps\/s · .* left\n){2}$/);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(read()).toBe('');
  });

  it('is one area on a terminal, drawn over itself, that leaves nothing behind but the cursor', () => {
    const { to, read } = written(60);
    const stop = showProgress(progress(), to);
    expect(read().startsWith(`${hide}${clear}${area(progress(), 20).slice(0, 18)}`)).toBe(true);
    vi.advanceTimersByTime(250);
    const drawn = read();
    expect(drawn.split(clear)).toHaveLength(3);
    expect(drawn).not.toContain('\n');
    stop();
    expect(read()).toBe(`${clear}${show}`);
    vi.advanceTimersByTime(1000);
    expect(read()).toBe('');
  });

  // as the shell of Emacs is
  it('is plain lines on a terminal that cannot move its cursor', () => {
    vi.stubEnv('TERM', 'dumb');
    const { to, read } = written(60);
    const stop = showProgress(progress(), to);
    expect(read()).toBe('');
    vi.advanceTimersByTime(10_000);
    expect(read()).toMatch(/^14 of 50 runs .*\n$/);
    stop();
    expect(read()).toBe('');
  });

  // as script(1) and docker exec -t make them
  it('takes a terminal that does not say how wide it is for one of 80 columns', () => {
    const { to, read } = written(0);
    const stop = showProgress(progress(), to);
    expect(read()).toMatch(/14 of 50 runs/);
    stop();
  });

  it('gives the cursor back when the process ends before', () => {
    const { to, read } = written(60);
    const before = process.listeners('exit');
    const stop = showProgress(progress(), to);
    const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
    read();
    leave!(0);
    expect(read()).toBe(`${clear}${show}`);
    stop();
    expect(process.listeners('exit')).toEqual(before);
  });
});
