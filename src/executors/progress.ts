/** How far a grid of runs is; read by a view whenever it likes, written by the executor at every step. */
export interface Progress {
  readonly runs: number;
  /** Runs found stored, and not trained again. */
  found: number;
  /** Runs trained, to their end or to a divergence. */
  trained: number;
  diverged: number;
  /** Updates made since the start, and those that there are to make in all; a run that diverges leaves some unmade. */
  steps: number;
  stepsInAll: number;
  readonly startedAt: number; // ms, of performance.now
}

/** Updates a second since the start. */
export const rate = ({ steps, startedAt }: Progress, now = performance.now()): number =>
  steps / Math.max((now - startedAt) / 1000, 1e-3);

/** Seconds left at the rate so far; NaN before there is one. */
export const timeLeft = (progress: Progress, now = performance.now()): number =>
  (progress.stepsInAll - progress.steps) / rate(progress, now);
