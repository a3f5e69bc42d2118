/**
 * Progress of a grid of runs. The executor writes it at every step; a view may read it at any time.
 */
export interface Progress {
  readonly runs: number;
  /** Number of runs found stored, and not trained again. */
  found: number;
  /** Runs trained, to their end or until they diverged. */
  trained: number;
  diverged: number;
  /** Updates made since the start. */
  steps: number;
  /** Updates to make in all; a run that diverges takes off those that it leaves. */
  stepsInAll: number;
  readonly startedAt: number; // ms, of performance.now
}

/** Returns the updates per second since the start. */
export const rate = ({ steps, startedAt }: Progress, now = performance.now()): number =>
  steps / Math.max((now - startedAt) / 1000, 1e-3);

/** Returns the seconds left at the rate so far; NaN before the first step. */
export const timeLeft = (progress: Progress, now = performance.now()): number =>
  (progress.stepsInAll - progress.steps) / rate(progress, now);
