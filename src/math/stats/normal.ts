import { exp } from '../functions.ts';
import { invert } from './invert.ts';

const SQRT_2PI = Math.sqrt(2 * Math.PI);

/**
 * Φ(z), the standard normal distribution function.
 *
 * Near 0 the series Φ = ½ + φ(z)(z + z³/3 + z⁵/15 + …), all terms of one sign; in the tails the continued fraction
 * φ(z)/(z + 1/(z + 2/(z + 3/(z + …)))).
 *
 * - error: 10⁻¹⁴ relative, in the lower tail as well
 *
 * @example normalCdf(0); // 0.5
 * @see Abramowitz and Stegun, 26.2.11 and 26.2.14.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const t = Math.abs(z);
  const density = exp(-0.5 * t * t) / SQRT_2PI;
  if (t < 3) {
    let sum = 0;
    let term = t;
    for (let n = 1; sum + term !== sum; n += 2) {
      sum += term;
      term *= (t * t) / (n + 2);
    }
    return 0.5 + (z < 0 ? -1 : 1) * density * sum;
  }
  let fraction = t;
  for (let n = 120; n > 0; n--) fraction = t + n / fraction; // at t = 3, 120 steps leave less than 10⁻¹⁶
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}

/**
 * The z with Φ(z) = p.
 *
 * - error: that of {@link normalCdf}, divided by the density
 *
 * @param p In [0, 1]; 0 and 1 give ∓Infinity.
 * @throws {RangeError} if p is not in [0, 1].
 * @example normalQuantile(0.975); // 1.959963984540054
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: p must lie in [0, 1], got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  return p === 0 ? -Infinity : -invert((t) => normalCdf(-t), p);
}
