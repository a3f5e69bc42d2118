import { thresholds } from './thresholds.ts';

const [, capacity] = thresholds.forecast.points;

/** Last measured ratios λ/edge with their steps, and the smallest of all, as plain data. */
export interface RatioHistory {
  /** Ring buffers [512]. */
  readonly steps: Float64Array;
  readonly ratios: Float64Array;
  count: number;
  lowest: number;
  lowestStep: number;
}

export const ratioHistory = (): RatioHistory => ({
  steps: new Float64Array(capacity),
  ratios: new Float64Array(capacity),
  count: 0,
  lowest: Infinity,
  lowestStep: 0,
});

export function recordRatio(history: RatioHistory, step: number, ratio: number): void {
  const at = history.count++ % capacity;
  history.steps[at] = step;
  history.ratios[at] = ratio;
  if (ratio < history.lowest) {
    history.lowest = ratio;
    history.lowestStep = step;
  }
}

/** Returns the number of ratios that are remembered. */
export const ratioCount = ({ count }: RatioHistory): number => Math.min(count, capacity);
/** Returns the place of the i-th ratio from the last, which is 0. */
const slot = ({ count }: RatioHistory, i: number): number => (count - 1 - i) % capacity;
export const stepOf = (history: RatioHistory, i: number): number => history.steps[slot(history, i)]!;
export const ratioOf = (history: RatioHistory, i: number): number => history.ratios[slot(history, i)]!;

/**
 * Returns the share of the measurements of the last `window` steps, at least five, with
 * |ratio − 1| < `band`. Returns 0 while there are fewer than five.
 */
export function shareWithin(history: RatioHistory, band: number, window: number): number {
  const there = ratioCount(history);
  if (there < thresholds.fewest) return 0;
  const now = stepOf(history, 0);
  let [n, within] = [0, 0];
  for (; n < there && (n < thresholds.fewest || stepOf(history, n) > now - window); n++) {
    if (Math.abs(ratioOf(history, n) - 1) < band) within++;
  }
  return within / n;
}
