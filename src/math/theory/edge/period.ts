import { sketched } from './gradient-pair.ts';
import { thresholds } from './thresholds.ts';
import { triggered } from './triggers.ts';

const lags = [1, 2, 4, 8] as const;
const slots = lags.at(-1)! + 1;

/** Sketches of the last nine gradients and how far apart they were; plain data. */
export interface Periods {
  /** Ring of y [9, 8]. */
  readonly sketches: Float64Array;
  rows: number;
  /** ‖yₜ − yₜ₋ₖ‖² of the last row, k = 1, 2, 4, 8. */
  readonly now: Float64Array;
  /** Moving averages of ‖yₜ − yₜ₋ₖ‖², as parts of their sum over k. */
  readonly distances: Float64Array;
  /** Rows in them. */
  averaged: number;
  /** 0 where there is none. */
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
 * Finds the period, 2, 4 or 8, of the gradients whose sketches are handed in one after the other.
 *
 * An orbit of period 2 brings gradients back after two steps: those two apart are nearer than those next to each other.
 * Where the period has doubled, those four apart are nearer than those two apart, and so on. Drift moves gradients
 * further apart the more steps lie between them, so it makes no period; neither does chaos, where all lags are alike.
 *
 * @param y [8] of this row's gradient.
 * @param meaningful Is the gradient more than rounding? There is no period in rounding.
 */
export function recur(memory: Periods, y: Float64Array, meaningful: boolean): void {
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
  // shares, for a burst would fill averages of the distances long after it is over
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
