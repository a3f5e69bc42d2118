import { sketched } from './gradient-pair.ts';
import { thresholds } from './thresholds.ts';
import { triggered } from './triggers.ts';

const lags = [1, 2, 4, 8] as const;
const slots = lags.at(-1)! + 1;

/** Sketches of the last nine gradients and their distances, as plain data. */
export interface Periods {
  /** Ring of y [9, 8]. */
  readonly sketches: Float64Array;
  rows: number;
  /** ‖yₜ − yₜ₋ₖ‖² of the last row, k = 1, 2, 4, 8. */
  readonly now: Float64Array;
  /** Moving averages of ‖yₜ − yₜ₋ₖ‖², as shares of their sum over k. */
  readonly distances: Float64Array;
  /** Number of rows in the averages. */
  averaged: number;
  /** Period; 0 if there is none. */
  period: number;
}

export const periods = (): Periods => ({
  sketches: new Float64Array(slots * sketched),
  rows: 0,
  now: new Float64Array(lags.length),
  distances: new Float64Array(lags.length),
  averaged: 0,
  period: 0,
});

/**
 * Updates the period, 2, 4 or 8, of the gradients by the sketch of the next one.
 *
 * An orbit of period 2 brings gradients back after two steps: those two apart are nearer than
 * neighbours. If the period has doubled, those four apart are nearer than those two apart, and so
 * on. Drift moves gradients further apart the more steps lie between them, so it makes no period.
 * Nor does chaos, because all lags are alike there.
 *
 * @param y [8], sketch of this row's gradient.
 * @param meaningful True if the gradient is more than rounding, which has no period.
 */
export function updatePeriod(memory: Periods, y: Float64Array, meaningful: boolean): void {
  const { sketches, distances, rows } = memory;
  sketches.set(y, (rows % slots) * sketched);
  memory.rows++;
  if (!meaningful || rows < slots - 1) {
    memory.period = 0;
    return;
  }
  const { now } = memory;
  let sum = 0;
  for (let k = 0; k < lags.length; k++) {
    const then = ((rows - lags[k]!) % slots) * sketched;
    now[k] = 0;
    for (let j = 0; j < sketched; j++) now[k]! += (y[j]! - sketches[then + j]!) * (y[j]! - sketches[then + j]!);
    sum += now[k]!;
  }
  // shares: a burst would dominate averages of the distances long after it is over
  if (sum > 0 && sum < Infinity) {
    memory.averaged++;
    const weight = 1 / Math.min(memory.averaged, thresholds.periodHorizon);
    for (let k = 0; k < lags.length; k++) distances[k]! += (now[k]! / sum - distances[k]!) * weight;
  }
  memory.period = memory.averaged >= slots ? periodOf(memory) : 0;
}

function periodOf({ distances, period }: Periods): number {
  let found = 1;
  for (let k = 0; k + 1 < lags.length; k++) {
    const nearness = distances[k]! / distances[k + 1]!;
    const large = distances[k]! > (k && thresholds.doubling * distances[0]!);
    if (!large || !triggered(period > found, nearness, thresholds.returns)) break;
    found *= 2;
  }
  return found === 1 ? 0 : found;
}
