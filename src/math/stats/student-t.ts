import { normalDensity, normalDistribution } from '../erf.ts';
import { exp, log, log1p } from '../functions.ts';
import { invert } from './invert.ts';

const SQRT_PI = Math.sqrt(Math.PI);
/** Degrees of freedom from which a normal deviate is right to 10⁻¹⁸, and the fraction is slow. */
const MANY = 1e5;

/**
 * Computes Γ(x + ½)/Γ(x) for x > 0. From x = 32 up it is √x (1 − 1/(8x) + 1/(128x²) + …), and the
 * first term left out is 10⁻¹⁶; below, the recurrence Γ(x + 1) = x·Γ(x) leads there.
 *
 * - error: 5·10⁻¹⁵ relative
 *
 * @see Abramowitz and Stegun, 6.1.47; Tricomi and Erdélyi, The asymptotic expansion of a ratio of
 *   gamma functions (Pacific J. Math. 1, 1951).
 */
export function gammaRatio(x: number): number {
  let factor = 1;
  let y = x;
  for (; y < 32; y++) factor *= y / (y + 0.5);
  const v = 1 / (8 * y);
  // with v = 1/(8y): 1 − v + v²/2 + 5v³/2 − 21v⁴/8 − 399v⁵/8 + 869v⁶/16 + 39325v⁷/16
  const series =
    1 + v * (-1 + v * (1 / 2 + v * (5 / 2 + v * (-21 / 8 + v * (-399 / 8 + v * (869 / 16 + (v * 39325) / 16))))));
  return factor * Math.sqrt(y) * series;
}

/**
 * Computes P(T > t) for Student's t with `df` degrees of freedom and t ≥ 0. It is half the
 * regularised incomplete beta function I_x(df/2, ½) at x = df/(df + t²), by its continued fraction
 * or by that of the other tail, whichever converges faster. For many degrees of freedom it comes
 * from the normal deviate z = u + (u³ + 3u)/(48a²) + O(a⁻⁴), u² = a·log(1 + t²/df), a = df − ½.
 *
 * - error: 10⁻¹³ relative
 *
 * @see DLMF 8.17.22, and 8.17.4 for the other tail.
 * @see Hill, Algorithm 395: Student's t-distribution (CACM 13, 1970), for the normal deviate.
 */
function upperTail(t: number, df: number): number {
  if (df === Infinity) return normalDistribution(-t);
  const square = (t / df) * t; // t²/df
  if (t === Infinity) return 0;
  if (df >= MANY) {
    const u = Math.sqrt((df - 0.5) * log1p(square));
    return normalDistribution(-u - (u * (u * u + 3)) / (48 * (df - 0.5) * (df - 0.5)));
  }
  const a = df / 2;
  if (square > 1e300) return (0.5 * exp(-a * (2 * log(t) - log(df))) * gammaRatio(a)) / (SQRT_PI * a);
  const x = 1 / (1 + square);
  const y = square / (1 + square); // 1 − x
  // x^a y^½ / B(a, ½)
  const front = (exp(-a * log1p(square)) * Math.sqrt(y) * gammaRatio(a)) / SQRT_PI;
  if (x < (a + 1) / (a + 2.5)) return (0.5 * front * betaFraction(x, a, 0.5)) / a;
  return 0.5 - front * betaFraction(y, 0.5, a);
}

/**
 * Computes I_x(a, b)·a B(a, b) / (x^a (1−x)^b) by its continued fraction, forwards by Lentz's rule.
 */
function betaFraction(x: number, a: number, b: number): number {
  const least = 1e-300; // replaces a zero divisor
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || least);
  let value = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || least);
    c = 1 + even / c || least;
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || least);
    c = 1 + odd / c || least;
    value *= d * c;
    if (Math.abs(d * c - 1) <= Number.EPSILON) break;
  }
  return value;
}

/**
 * Computes P(T ≤ t) for Student's t distribution.
 *
 * - error: 10⁻¹³ relative, in the lower tail as well
 *
 * @param df Degrees of freedom > 0, whole or not; Infinity is the normal distribution.
 * @throws {RangeError} if df is not positive.
 * @example studentTCdf(1, 1); // 0.75
 */
export function studentTCdf(t: number, df: number): number {
  check('studentTCdf', df);
  if (Number.isNaN(t)) return NaN;
  return t < 0 ? upperTail(-t, df) : 1 - upperTail(t, df);
}

/** Computes the density of Student's t distribution at t; `df` as in {@link studentTCdf}. */
export function studentTDensity(t: number, df: number): number {
  check('studentTDensity', df);
  if (df === Infinity) return normalDensity(t);
  return (gammaRatio(df / 2) / Math.sqrt(df * Math.PI)) * exp(-((df + 1) / 2) * log1p((t / df) * t));
}

/**
 * Computes the t with P(T ≤ t) = p. A 95 % interval of a mean of n numbers is
 * mean ± studentTQuantile(.975, n − 1)·s/√n.
 *
 * - error: 10⁻¹² relative for p in [10⁻¹⁰, 1 − 10⁻¹⁰] and df ≥ 1
 *
 * @param p In [0, 1]; 0 and 1 give ∓Infinity.
 * @param df Degrees of freedom > 0, whole or not; Infinity is the normal distribution.
 * @throws {RangeError} if p is not in [0, 1] or df is not positive.
 * @example studentTQuantile(0.975, 4); // 2.776
 * @see Student, The probable error of a mean (Biometrika 6, 1908).
 */
export function studentTQuantile(p: number, df: number): number {
  check('studentTQuantile', df);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`studentTQuantile: p must lie in [0, 1], got ${p}`);
  if (p > 0.5) return -studentTQuantile(1 - p, df);
  if (p === 0.5) return 0;
  return p === 0 ? -Infinity : -invert((t) => upperTail(t, df), p);
}

function check(who: string, df: number): void {
  if (!(df > 0)) throw new RangeError(`${who}: df must be positive, got ${df}`);
}
