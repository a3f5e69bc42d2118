/*
 * exp, expm1, log, log1p and tanh with the same bits on every JavaScript engine. ECMAScript leaves
 * the bits of Math.exp and its kin to the implementation, so that a trajectory of a million steps
 * would differ between versions of Node. This file uses + − × ÷ on doubles alone, in a fixed order;
 * each of these rounds once, in the same way everywhere.
 *
 * It has no tables of values and few branches, so that a vectorised kernel can repeat it step by
 * step.
 */

/** log 2, the leading 32 bits: k·LN2_HI is exact for |k| < 2²⁰. */
const LN2_HI = 0xb17217f7 / 4294967296;
/** log 2 − LN2_HI. */
const LN2_LO = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;
/** 1.5·2⁵²: adding and subtracting it rounds a double below 2⁵¹ to the nearest integer. */
const ROUND = 6755399441055744;
/** Largest double whose exponential is finite, ⌊log(2¹⁰²⁴)⌋. */
const EXP_MAX = 709.782712893384;
/** Least double whose exponential is not rounded to zero, ⌈log(2⁻¹⁰⁷⁵)⌉. */
const EXP_MIN = -745.1332191019411;
const SQRT2 = Math.SQRT2;
/** 2⁻⁵⁴ */
const TINY = 5.551115123125783e-17;

const POW2_ZERO = 1074;
const POW2 = new Float64Array(POW2_ZERO + 1024); // 2⁻¹⁰⁷⁴ … 2¹⁰²³
for (let i = 0, p = 5e-324; i < POW2.length; i++, p *= 2) POW2[i] = p;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH = words[0] === 0 ? 1 : 0; // index of the word that holds sign and exponent

/**
 * Computes eʳ − 1 − r for |r| ≤ log(2)/2 as r²/2 + r³(1/3! + r/4! + … + r¹¹/14!), even and odd
 * powers apart. The first term left out is below 10⁻¹⁹.
 */
function expTail(r: number): number {
  const z = r * r;
  // 1/3!, 1/5!, …, 1/13! and 1/4!, 1/6!, …, 1/14!
  const even = 1 / 6 + z * (1 / 120 + z * (1 / 5040 + z * (1 / 362880 + z * (1 / 39916800 + z * (1 / 6227020800)))));
  const odd =
    1 / 24 + z * (1 / 720 + z * (1 / 40320 + z * (1 / 3628800 + z * (1 / 479001600 + z * (1 / 87178291200)))));
  return 0.5 * z + z * r * (even + r * odd);
}

/** Rounds x / log 2 to the nearest integer. */
const halvings = (x: number) => x * LOG2_E + ROUND - ROUND;

/** Computes y·2ᵏ, rounded once, for y in [0.7, 1.5] and k in [−1075, 1024]. */
function scale(y: number, k: number): number {
  if (k > -1022 && k < 1024) return y * POW2[k + POW2_ZERO]!;
  const half = k >> 1;
  return y * POW2[half + POW2_ZERO]! * POW2[k - half + POW2_ZERO]!;
}

/**
 * Computes eˣ = 2ᵏ·eʳ from x = k·log 2 + r, |r| ≤ log(2)/2, with log 2 in two parts. The rounding
 * of 1 + r is added back to eʳ = 1 + r + (eʳ − 1 − r).
 *
 * - error: 0.65 ulp at worst over 450 000 samples, 0.76 where the result is subnormal
 *
 * @example exp(0); // 1, exactly; exp(-Infinity) is 0, exp(710) is Infinity
 * @see Cody and Waite, Software Manual for the Elementary Functions (Prentice-Hall 1980), ch. 6.
 */
export function exp(x: number): number {
  if (!(x <= EXP_MAX)) return x > EXP_MAX ? Infinity : NaN;
  if (x < EXP_MIN) return 0;
  const k = halvings(x);
  const high = x - k * LN2_HI;
  const low = k * LN2_LO;
  const r = high - low;
  const q = expTail(r) + (high - r - low);
  const s = 1 + r;
  return scale(s + (1 - s + r + q), k);
}

/**
 * Computes eˣ − 1, without the cancellation near 0.
 *
 * Proceeds as {@link exp} does, and adds 2ᵏ·eʳ − 1 = (2ᵏ − 1) + 2ᵏ·(eʳ − 1) without rounding error.
 *
 * - error: 0.86 ulp at worst over 750 000 samples (at x ≈ 0.37)
 *
 * @example expm1(1e-300); // 1e-300; expm1(-0) is -0
 */
export function expm1(x: number): number {
  if (!(x <= EXP_MAX)) return x > EXP_MAX ? Infinity : NaN;
  if (x < -40) return -1;
  if (Math.abs(x) < TINY) return x;
  const k = halvings(x);
  const high = x - k * LN2_HI;
  const low = k * LN2_LO;
  const r = high - low;
  const q = expTail(r) + (high - r - low);
  const e = r + q; // eʳ − 1 ≈ e + (r − e + q)
  if (k === 0) return e;
  if (k > 60) return scale(1 + e, k); // 1 is less than 2⁻⁷ ulp
  const p = POW2[k + POW2_ZERO]!;
  const one = k > 52 ? 0 : 1; // 2ᵏ − 1 is exact up to here
  const a = p - one;
  const b = p * e;
  const y = a + b;
  return y + (a - y + b + (p * (r - e + q) + (one - 1)));
}

/**
 * Computes k·log 2 + log(1 + f) + c for 1 + f in [√½, √2] and a correction c.
 *
 * log(1 + f) = 2·artanh(s) = f − s·(f − R), s = f/(2 + f), R = 2s²/3 + 2s⁴/5 + … + 2s²⁰/21. The
 * first term left out is below 10⁻¹⁸.
 */
function logSum(k: number, f: number, c: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = 2 / 3 + w * (2 / 7 + w * (2 / 11 + w * (2 / 15 + w * (2 / 19))));
  const even = 2 / 5 + w * (2 / 9 + w * (2 / 13 + w * (2 / 17 + w * (2 / 21))));
  const half = 0.5 * f * f; // f·s = f²/2 − s·f²/2
  return k * LN2_HI - (half - (s * (half + z * (odd + z * even)) + (k * LN2_LO + c)) - f);
}

/**
 * Computes log x; −Infinity at ±0 and NaN below.
 *
 * - error: 0.83 ulp at worst over 450 000 samples (at x ≈ 1.41)
 *
 * @example log(1); // 0, exactly
 * @see Tang, Table-driven implementation of the logarithm function (ACM TOMS 16, 1990), for the
 *   artanh form.
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  let m = x;
  if (m < 2.2250738585072014e-308) {
    m *= 18014398509481984; // 2⁵⁴: now normal
    k = -54;
  }
  double[0] = m;
  const exponent = (words[HIGH]! >>> 20) - 1023;
  m *= POW2[POW2_ZERO - exponent]!;
  k += exponent;
  if (m > SQRT2) {
    m *= 0.5;
    k++;
  }
  return logSum(k, m - 1, 0);
}

/**
 * Computes log(1 + x), without the rounding of 1 + x; −Infinity at −1 and NaN below.
 *
 * If u = 1 + x must be formed, its rounding c is added back to first order:
 * log(u + c) ≈ log u + c/u.
 *
 * - error: 0.83 ulp at worst over 750 000 samples (at x ≈ −0.3)
 *
 * @example log1p(1e-300); // 1e-300; log1p(-0) is -0
 * @see Kahan, in Goldberg, What every computer scientist should know about floating-point
 *   arithmetic (ACM Computing Surveys 23, 1991), Theorem 4.
 */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (Math.abs(x) < TINY) return x;
  if (x > -0.29 && x < 0.41) return logSum(0, x, 0);
  if (x > 9007199254740992) return log(x); // 2⁵³: 1/x is less than half an ulp of log x
  const u = 1 + x;
  double[0] = u;
  let k = (words[HIGH]! >>> 20) - 1023;
  let m = u * POW2[POW2_ZERO - k]!;
  if (m > SQRT2) {
    m *= 0.5;
    k++;
  }
  return logSum(k, m - 1, (x > 1 ? 1 - (u - x) : x - (u - 1)) / u);
}

/** 2²⁷ + 1: splits a double into two of 26 bits (Dekker 1971). */
export const SPLIT = 134217729;

/**
 * Computes tanh x = (e²ˣ − 1) / (e²ˣ + 1), odd to the bit.
 *
 * Holds e²ˣ − 1 in two doubles and adds the quotient's remainder back, because a quotient of
 * rounded numbers would be off by 2 ulp.
 *
 * - error: 0.75 ulp at worst over 600 000 samples (at |x| ≈ 0.2)
 *
 * @example tanh(Infinity); // 1; tanh(-0) is -0
 * @see Dekker, A floating-point technique for extending the available precision (Numer. Math. 18,
 *   1971).
 */
export function tanh(x: number): number {
  const t = Math.abs(x);
  if (!(t < 20)) return x > 0 ? 1 : x < 0 ? -1 : NaN; // 1 − tanh 20 < 10⁻¹⁷
  if (t < 1e-8) return x; // x³/3 is less than half an ulp
  const k = halvings(2 * t);
  const high = 2 * t - k * LN2_HI;
  const low = k * LN2_LO;
  const r = high - low;
  const q = expTail(r) + (high - r - low);
  const p = POW2[k + POW2_ZERO]!;
  const e = r + q;
  const b = p * e;
  const n = p - 1 + b; //                                      e²ᵗ − 1 ≈ n + nLow
  const nLow = p - 1 - n + b + p * (r - e + q);
  const d = n + 2; //                                          e²ᵗ + 1 ≈ d + dLow
  const dLow = (n < 2 ? 2 - d + n : n - d + 2) + nLow;
  const y = n / d;
  const ys = SPLIT * y;
  const yHigh = ys - (ys - y);
  const yLow = y - yHigh;
  const ds = SPLIT * d;
  const dHigh = ds - (ds - d);
  const dRest = d - dHigh;
  const yd = y * d;
  // y·d − yd, exactly
  const lost = yHigh * dHigh - yd + yHigh * dRest + yLow * dHigh + yLow * dRest;
  const result = y + (n - yd - lost + nLow - y * dLow) / d;
  return x < 0 ? -result : result;
}
