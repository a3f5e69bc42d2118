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
  /** Moving averages of ‖yₜ − yₜ₋ₖ‖², k = 1, 2, 4, 8. */
  readonly distances: Float64Array;
  /** 0 where there is none. */
  period: number;
}

export const periods = (): Periods => ({
  sketches: new Float64Array(slots * sketched),
  rows: 0,
  distances: new Float64Array(lags.length),
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
  for (let k = 0; k < lags.length && lags[k]! <= rows; k++) {
    const then = ((rows - lags[k]!) % slots) * sketched;
    let distance = 0;
    for (let j = 0; j < sketched; j++) distance += (y[j]! - sketches[then + j]!) * (y[j]! - sketches[then + j]!);
    // a first value stands for the average; none is remembered of what was not finite
    const mean = distances[k]!;
    const known = lags[k]! < rows && Number.isFinite(mean);
    distances[k] = known ? mean + (distance - mean) / thresholds.periodHorizon : distance;
  }
  memory.rows++;
  memory.period = meaningful && rows >= thresholds.periodHorizon ? periodOf(memory) : 0;
}

function periodOf({ distances, period }: Periods): number {
  let found = 1;
  for (let k = 0; k + 1 < lags.length; k++) {
    const nearness = distances[k]! / distances[k + 1]!;
    const large = k === 0 || distances[k]! > thresholds.doubling * distances[0]!;
    // triggered() holds on to a state through NaN, and of NaN there is no period
    if (!large || Number.isNaN(nearness) || !triggered(period > found, nearness, thresholds.returns)) break;
    found *= 2;
  }
  return found === 1 ? 0 : found;
}
