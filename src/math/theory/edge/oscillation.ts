import type { GradientPair } from './gradient-pair.ts';
import { thresholds } from './thresholds.ts';
import { triggered } from './triggers.ts';

/**
 * Moving averages over the last steps of the products of two successive gradients, as plain data.
 */
export interface Oscillation {
  /** Share of steps with cos(g, g′) < 0. */
  share: number;
  /** Mean of s. */
  curvature: number;
  /** Mean of log(‖g′‖/‖g‖): below 0 if the oscillation decays. */
  growth: number;
  on: boolean;
  /** Rows since the loss last rose on a step with s > 2; null before the first. */
  rowsSinceOvershoot: number | null;
}

export const oscillation = (): Oscillation => ({
  share: 0,
  curvature: 0,
  growth: 0,
  on: false,
  rowsSinceOvershoot: null,
});

/**
 * Updates the oscillation by the next pair of gradients.
 *
 * It is on once four in five of the last steps turned the gradient round and the gradient does not
 * die away: in a stable valley of ηλ = 1.8 gradients turn round too, but are a tenth after ten
 * steps. It is over if fewer than one in five do, and no step has overshot for a window.
 *
 * @param rose True if the loss rose at this step.
 * @returns True for an overshoot: the loss rose, and s > 2. On a quadratic each follows from the
 *   other.
 */
export function updateOscillation(
  memory: Oscillation,
  { stepCurvature, cosine, growth, meaningful }: GradientPair,
  rose: boolean,
  window: number,
): boolean {
  if (memory.rowsSinceOvershoot !== null) memory.rowsSinceOvershoot++;
  if (!meaningful || stepCurvature === null || cosine === null) return false;
  const averaged = (mean: number, x: number) => (Number.isFinite(x) ? mean + (x - mean) / thresholds.horizon : mean);
  memory.share = averaged(memory.share, cosine < 0 ? 1 : 0);
  memory.curvature = averaged(memory.curvature, stepCurvature);
  memory.growth = averaged(memory.growth, growth);
  const overshot = rose && stepCurvature > thresholds.curvatureAtEdge;
  if (overshot) memory.rowsSinceOvershoot = 0;
  const turns = triggered(memory.on, memory.share, thresholds.oscillates);
  memory.on = memory.on
    ? turns || (memory.rowsSinceOvershoot !== null && memory.rowsSinceOvershoot < window)
    : turns && memory.growth > thresholds.sustained;
  return overshot;
}
