import { normalDistribution } from '../erf.ts';
import { invert } from './invert.ts';

/**
 * Computes the z with Φ(z) = p, Φ the standard normal distribution function.
 *
 * - error: that of {@link normalDistribution}, divided by the density
 *
 * @param p In [0, 1]; 0 and 1 give ∓Infinity.
 * @throws {RangeError} if p is not in [0, 1].
 * @example normalQuantile(0.975); // 1.959963984540054
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: p must lie in [0, 1], got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  return p === 0 ? -Infinity : -invert((t) => normalDistribution(-t), p);
}
