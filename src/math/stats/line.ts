import { exp, log } from '../functions.ts';

/** Line v ≈ intercept + slope·u. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** 1 − SSres/SStot; NaN if all v are equal. */
  readonly r2: number;
  /** Standard error of the slope on n − 2 degrees of freedom; NaN for two points. */
  readonly standardError: number;
  readonly n: number;
}

/**
 * Fits a line by ordinary least squares of v on u; u, v ∈ ℝⁿ.
 *
 * @throws {RangeError} if there are fewer than two points, or all u are equal.
 * @throws {TypeError} if the lengths differ.
 * @example fitLine([0, 1, 2], [1, 3, 5]); // slope 2, intercept 1, r2 1, standardError 0
 */
export function fitLine(u: readonly number[], v: readonly number[]): Line {
  const n = u.length;
  if (v.length !== n) throw new TypeError(`fitLine: both lists must have the same length, got ${n} and ${v.length}`);
  if (n < 2) throw new RangeError(`fitLine: needs 2 points or more, got ${n}`);
  const mu = mean(u);
  const mv = mean(v);
  let suu = 0;
  let suv = 0;
  let svv = 0;
  for (let i = 0; i < n; i++) {
    const du = u[i]! - mu;
    const dv = v[i]! - mv;
    suu += du * du;
    suv += du * dv;
    svv += dv * dv;
  }
  if (suu === 0) throw new RangeError(`fitLine: needs two different u, got ${n} times ${u[0]}`);
  const slope = suv / suu;
  let residuals = 0;
  for (let i = 0; i < n; i++) {
    const residual = v[i]! - mv - slope * (u[i]! - mu);
    residuals += residual * residual;
  }
  return {
    slope,
    intercept: mv - slope * mu,
    r2: svv === 0 ? NaN : 1 - residuals / svv,
    standardError: n > 2 ? Math.sqrt(residuals / (n - 2) / suu) : NaN,
    n,
  };
}

/** Power law y ≈ prefactor·x^exponent. */
export interface PowerLawFit {
  readonly exponent: number;
  readonly prefactor: number;
  /**
   * 1 − SSres/SStot of log y. Proves nothing: a sum of crossovers, no power law, reaches .99997.
   */
  readonly r2: number;
  /** Standard error of the exponent if residuals are independent; along a sweep they seldom are. */
  readonly standardError: number;
  readonly n: number;
}

/**
 * Fits y = c·xᵖ by ordinary least squares on (log x, log y); x, y ∈ ℝⁿ, all positive.
 *
 * @throws {RangeError} if there are fewer than two points, all x are equal, or a number is not
 *   positive and finite.
 * @example fitPowerLaw([1, 2, 4], [3, 12, 48]).exponent; // 2
 */
export function fitPowerLaw(x: readonly number[], y: readonly number[]): PowerLawFit {
  const bad = [...x, ...y].find((value) => !(value > 0 && value < Infinity));
  if (bad !== undefined) throw new RangeError(`fitPowerLaw: x and y must be positive and finite, got ${bad}`);
  const { slope, intercept, r2, standardError, n } = fitLine(x.map(log), y.map(log));
  return { exponent: slope, prefactor: exp(intercept), r2, standardError, n };
}

/**
 * Computes R² in log space of y = c·x^exponent, with the exponent given and c fitted. It is at most
 * that of the free fit, and negative if the mean fits better; NaN if all y are equal.
 *
 * @example rivalR2([1, 2, 4], [3, 12, 48], 2); // 1
 */
export function rivalR2(x: readonly number[], y: readonly number[], exponent: number): number {
  const u = x.map(log);
  const v = y.map(log);
  const mu = mean(u);
  const mv = mean(v);
  let residuals = 0;
  let total = 0;
  for (let i = 0; i < v.length; i++) {
    const dv = v[i]! - mv;
    const residual = dv - exponent * (u[i]! - mu);
    residuals += residual * residual;
    total += dv * dv;
  }
  return total === 0 ? NaN : 1 - residuals / total;
}

/** Computes the arithmetic mean, summed in order; NaN of no values. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Computes the standard deviation with divisor n − ddof; NaN if that is not positive. */
export function standardDeviation(values: readonly number[], ddof: 0 | 1): number {
  const m = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - m) * (value - m);
  return values.length > ddof ? Math.sqrt(squares / (values.length - ddof)) : NaN;
}
