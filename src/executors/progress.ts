/** Progress of a grid of runs. The executor writes it at every step; a view may read it at any time. */
export interface Progress {
  readonly runs: number;
  /** Number of runs found stored, and not trained again. */
  found: number;
  /** Number of runs trained, to their end or to a divergence. */
  trained: number;
  diverged: number;
  /** Number of updates made since the start, and to make in all; a diverged run leaves some unmade. */
  steps: number;
  stepsInAll: number;
  readonly startedAt: number; // ms, of performance.now
}

/** Computes the updates per second since the start. */
export const rate = ({ steps, startedAt }: Progress, now = performance.now()): number =>
  steps / Math.max((now - startedAt) / 1000, 1e-3);

/** Computes the seconds left at the rate so far; NaN before there is one. */
export const timeLeft = (progress: Progress, now = performance.now()): number =>
  (progress.stepsInAll - progress.steps) / rate(progress, now);
