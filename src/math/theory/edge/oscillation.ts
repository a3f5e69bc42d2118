import type { GradientPair } from './gradient-pair.ts';
import { thresholds } from './thresholds.ts';
import { triggered } from './triggers.ts';

/** Moving averages over the last steps of what two successive gradients say; plain data. */
export interface Oscillation {
  /** Share of steps with cos(g, g′) < 0. */
  share: number;
  /** Of s. */
  curvature: number;
  /** Of log(‖g′‖/‖g‖): below 0 for an oscillation that decays. */
  growth: number;
  on: boolean;
  /** Rows since the loss last rose on a step with s > 2; null before the first. */
  quiet: number | null;
}

export const oscillation = (): Oscillation => ({ share: 0, curvature: 0, growth: 0, on: false, quiet: null });

/**
 * An oscillation is on once four in five of the last steps turned the gradient round without the gradient dying away:
 * in a stable valley of ηλ = 1.8 gradients turn round too, but are a tenth after ten steps.
 * It is over when fewer than one in five do, and no step has overshot for a window.
 *
 * @param rose Did the loss rise at this step?
 * @returns Was this an overshoot: the loss rose, and s > 2? Of a quadratic, one is so exactly when the other is.
 */
export function oscillate(
  memory: Oscillation,
  { stepCurvature, cosine, growth, meaningful }: GradientPair,
  rose: boolean,
  window: number,
): boolean {
  if (memory.quiet !== null) memory.quiet++;
  if (!meaningful || stepCurvature === null || cosine === null) return false;
  const follow = (mean: number, x: number) => (Number.isFinite(x) ? mean + (x - mean) / thresholds.horizon : mean);
  memory.share = follow(memory.share, cosine < 0 ? 1 : 0);
  memory.curvature = follow(memory.curvature, stepCurvature);
  memory.growth = follow(memory.growth, growth);
  const overshot = rose && stepCurvature > thresholds.curvatureAtEdge;
  if (overshot) memory.quiet = 0;
  const turns = triggered(memory.on, memory.share, thresholds.oscillates);
  memory.on = memory.on
    ? turns || (memory.quiet !== null && memory.quiet < window)
    : turns && memory.growth > thresholds.sustained;
  return overshot;
}
