import { all, choose } from './vector';

/*
 * Functions of src/math/functions.ts and src/math/erf.ts, operation by operation, two doubles at a
 * time: the bits are the same. Branches there are choices between two results here. Methods, errors
 * and sources stand there.
 *
 * Constants are loaded from a table, because V8 needs four instructions to make a constant vector
 * and one to load it.
 */

const TABLE = memory.data<f64>([
  // 0: expTail, even powers: 1/3!, 1/5!, …, 1/13!
  1.0 / 6, 1.0 / 120, 1.0 / 5040, 1.0 / 362880, 1.0 / 39916800, 1.0 / 6227020800,
  // 6: expTail, odd powers: 1/4!, 1/6!, …, 1/14!
  1.0 / 24, 1.0 / 720, 1.0 / 40320, 1.0 / 3628800, 1.0 / 479001600, 1.0 / 87178291200,
  // 12: logSum
  2.0 / 3, 2.0 / 7, 2.0 / 11, 2.0 / 15, 2.0 / 19,
  2.0 / 5, 2.0 / 9, 2.0 / 13, 2.0 / 17, 2.0 / 21,
  // 22: erfSmall
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315,
  2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122,
  // 31: erfcScaled for x ≤ 4
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001, 66.11919063714163,
  8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
  537.1811018620099, 117.6939508913125, 15.744926110709835,
  // 48: erfcScaled for x > 4
  6.587491615298378e-4, 0.016083785148742275, 0.12578172611122926, 0.36034489994980445, 0.30532663496123236,
  0.016315387137302097,
  0.002335204976268692, 0.06051834131244132, 0.5279051029514285, 1.8729528499234604, 2.568520192289822,
  // 59: LOG2_E, ROUND, ROUND + 1023, LN2_HI, LN2_LO
  1.4426950408889634, 6755399441055744, 6755399441056767, 0.6931471803691238, 1.9082149292705877e-10,
  // 64: EXP_MIN, SQRT2, SPLIT
  -745.1332191019411, 1.4142135623730951, 134217729,
  // 67: √½, 1/√π, 1/√(2π)
  0.7071067811865476, 0.5641895835477563, 0.3989422804014327,
  // 70: ½, 1, 2, 20, 40
  0.5, 1, 2, 20, 40,
]);

// @ts-ignore: decorator
@inline
function c(i: usize): v128 {
  return v128.load_splat<f64>(TABLE + (i << 3));
}
const LOG2_E = 59;
const ROUND = 60;
const ROUND_1023 = 61;
const LN2_HI = 62;
const LN2_LO = 63;
const EXP_MIN = 64;
const SQRT2 = 65;
const SPLIT = 66;
const SQRT_HALF = 67;
const INV_SQRT_PI = 68;
const INV_SQRT_2PI = 69;
const HALF = 70;
const ONE = 71;
const TWO = 72;
const TWENTY = 73;
const FORTY = 74;

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
// @ts-ignore: decorator
@inline
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
// @ts-ignore: decorator
@inline
function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

/**
 * Returns c(i) + z·(c(i + 1) + z·(…)) with 4 coefficients; poly5, poly6 and poly8 have 5, 6 and 8.
 */
// @ts-ignore: decorator
@inline
function poly4(z: v128, i: usize): v128 {
  return add(c(i), mul(z, add(c(i + 1), mul(z, add(c(i + 2), mul(z, c(i + 3)))))));
}
// @ts-ignore: decorator
@inline
function poly5(z: v128, i: usize): v128 {
  return add(c(i), mul(z, poly4(z, i + 1)));
}
// @ts-ignore: decorator
@inline
function poly6(z: v128, i: usize): v128 {
  return add(c(i), mul(z, poly5(z, i + 1)));
}
// @ts-ignore: decorator
@inline
function poly8(z: v128, i: usize): v128 {
  return add(c(i), mul(z, add(c(i + 1), mul(z, poly6(z, i + 2)))));
}

// @ts-ignore: decorator
@inline
function expTail(r: v128): v128 {
  const z = mul(r, r);
  return add(mul(c(HALF), z), mul(mul(z, r), add(poly6(z, 0), mul(r, poly6(z, 6)))));
}

/**
 * Returns 2ᵏ for integers −1022 ≤ k ≤ 1023. The low bits of the sum are k + 1023, and the shift
 * makes them the exponent.
 */
// @ts-ignore: decorator
@inline
function power(k: v128): v128 {
  return i64x2.shl(add(k, c(ROUND_1023)), 52);
}

// @ts-ignore: decorator
@inline
function isNumber(x: v128): v128 {
  return f64x2.eq(x, x);
}

/** Returns exp x for EXP_MIN ≤ x ≤ 709. */
// @ts-ignore: decorator
@inline
function expWithin(x: v128): v128 {
  const k = sub(add(mul(x, c(LOG2_E)), c(ROUND)), c(ROUND));
  const high = sub(x, mul(k, c(LN2_HI)));
  const low = mul(k, c(LN2_LO));
  const r = sub(high, low);
  const q = add(expTail(r), sub(sub(high, r), low));
  const s = add(c(ONE), r);
  const y = add(s, add(add(sub(c(ONE), s), r), q));
  // two factors: the first product is exact, and so is the second if the result is normal
  const half = f64x2.floor(mul(k, c(HALF)));
  return mul(mul(y, power(half)), power(sub(k, half)));
}

/** Returns exp x for x ≤ 0 or NaN. */
export function expBelow(x: v128): v128 {
  const e = v128.andnot(expWithin(f64x2.pmax(c(EXP_MIN), x)), f64x2.lt(x, c(EXP_MIN)));
  return choose(isNumber(x), e, x);
}

// @ts-ignore: decorator
@inline
function logSum(k: v128, f: v128, correction: v128): v128 {
  const s = f64x2.div(f, add(c(TWO), f));
  const z = mul(s, s);
  const w = mul(z, z);
  const half = mul(mul(c(HALF), f), f);
  const tail = mul(s, add(half, mul(z, add(poly5(w, 12), mul(z, poly5(w, 17))))));
  const t = add(tail, add(mul(k, c(LN2_LO)), correction));
  return sub(mul(k, c(LN2_HI)), sub(sub(half, t), f));
}

/** Returns log(1 + x) for 0 ≤ x < 2⁵³ or NaN. */
export function log1p(x: v128): v128 {
  const u = add(c(ONE), x);
  // turn the integer exponent into a double: it becomes the low bits of ROUND
  let k = sub(i64x2.add(i64x2.shr_u(u, 52), i64x2.splat(0x4338000000000000 - 1023)), c(ROUND));
  let m = v128.or(v128.and(u, i64x2.splat(0x000fffffffffffff)), c(ONE));
  const above = f64x2.gt(m, c(SQRT2));
  m = choose(above, mul(c(HALF), m), m);
  k = choose(above, add(k, c(ONE)), k);
  const lost = choose(f64x2.gt(x, c(ONE)), sub(c(ONE), sub(u, x)), sub(x, sub(u, c(ONE))));
  const direct = f64x2.lt(x, all(0.41));
  const f = choose(direct, x, sub(m, c(ONE)));
  const y = logSum(v128.andnot(k, direct), f, v128.andnot(f64x2.div(lost, u), direct));
  return choose(f64x2.ge(x, all(5.551115123125783e-17)), y, x);
}

export function tanh(x: v128): v128 {
  const size = f64x2.abs(x);
  const t2 = mul(c(TWO), f64x2.pmin(c(TWENTY), size));
  const k = sub(add(mul(t2, c(LOG2_E)), c(ROUND)), c(ROUND));
  const high = sub(t2, mul(k, c(LN2_HI)));
  const low = mul(k, c(LN2_LO));
  const r = sub(high, low);
  const q = add(expTail(r), sub(sub(high, r), low));
  const p = power(k);
  const e = add(r, q);
  const b = mul(p, e);
  const one = sub(p, c(ONE));
  const n = add(one, b);
  const nLow = add(add(sub(one, n), b), mul(p, add(sub(r, e), q)));
  const d = add(n, c(TWO));
  const small = add(sub(c(TWO), d), n);
  const large = add(sub(n, d), c(TWO));
  const dLow = add(choose(f64x2.lt(n, c(TWO)), small, large), nLow);
  const y = f64x2.div(n, d);
  const ys = mul(c(SPLIT), y);
  const yHigh = sub(ys, sub(ys, y));
  const yLow = sub(y, yHigh);
  const ds = mul(c(SPLIT), d);
  const dHigh = sub(ds, sub(ds, d));
  const dRest = sub(d, dHigh);
  const yd = mul(y, d);
  const lost = add(add(add(sub(mul(yHigh, dHigh), yd), mul(yHigh, dRest)), mul(yLow, dHigh)), mul(yLow, dRest));
  const remainder = sub(add(sub(sub(n, yd), lost), nLow), mul(y, dLow));
  let result = add(y, f64x2.div(remainder, d));
  result = choose(f64x2.ge(size, c(TWENTY)), c(ONE), result);
  result = v128.or(result, v128.xor(x, size)); // result ≥ 0; x xor |x| is its sign
  result = choose(f64x2.lt(size, all(1e-8)), x, result);
  return choose(isNumber(x), result, x);
}

// @ts-ignore: decorator
@inline
function erfSmall(z: v128): v128 {
  const q = add(c(28), mul(z, add(c(29), mul(z, add(c(30), z)))));
  return f64x2.div(poly5(z, 22), add(c(27), mul(z, q)));
}

// @ts-ignore: decorator
@inline
function erfcScaled(x: v128): v128 {
  const p = add(c(31), mul(x, poly8(x, 32)));
  const q = add(c(40), mul(x, add(c(41), mul(x, poly6To(x, 42)))));
  const middle = f64x2.div(p, q);
  const far = f64x2.gt(x, all(4));
  if (!v128.any_true(far)) return middle;
  const z = f64x2.div(c(ONE), mul(x, x));
  const bottom = add(c(54), mul(z, add(c(55), mul(z, add(c(56), mul(z, add(c(57), mul(z, add(c(58), z)))))))));
  const ratio = f64x2.div(mul(z, poly6(z, 48)), bottom);
  return choose(far, f64x2.div(sub(c(INV_SQRT_PI), ratio), x), middle);
}

/** Returns poly6 with a seventh coefficient, 1. */
// @ts-ignore: decorator
@inline
function poly6To(x: v128, i: usize): v128 {
  const last = add(c(i + 3), mul(x, add(c(i + 4), mul(x, add(c(i + 5), x)))));
  return add(c(i), mul(x, add(c(i + 1), mul(x, add(c(i + 2), mul(x, last))))));
}

/** Returns exp(−z²/2) for |z| < 40. Beyond, `normalDensity` and `normalDistribution` ignore it. */
export function gaussian(z: v128): v128 {
  const x = f64x2.pmin(c(FORTY), f64x2.abs(z));
  const y = mul(x, x);
  const s = mul(c(SPLIT), x);
  const high = sub(s, sub(s, x));
  const low = sub(x, high);
  const twice = mul(mul(c(TWO), high), low);
  const lost = add(add(sub(mul(high, high), y), twice), mul(low, low));
  const g = expBelow(f64x2.neg(mul(c(HALF), y)));
  return sub(g, mul(g, mul(c(HALF), lost)));
}

/** Returns φ(z), with g = gaussian(z). */
export function normalDensity(z: v128, g: v128): v128 {
  const y = v128.and(mul(c(INV_SQRT_2PI), g), f64x2.lt(f64x2.abs(z), c(FORTY)));
  return choose(isNumber(z), y, z);
}

/** Returns Φ(z), with g = gaussian(z). */
export function normalDistribution(z: v128, g: v128): v128 {
  const size = f64x2.abs(z);
  const x = mul(f64x2.pmin(c(FORTY), size), c(SQRT_HALF));
  const near = add(c(HALF), mul(c(HALF), mul(mul(z, c(SQRT_HALF)), erfSmall(mul(x, x)))));
  const tail = mul(c(HALF), mul(g, erfcScaled(x)));
  const below = f64x2.lt(z, all(0));
  let y = choose(below, tail, sub(c(ONE), tail));
  y = choose(f64x2.le(x, all(0.46875)), near, y);
  y = choose(f64x2.lt(size, c(FORTY)), y, v128.andnot(c(ONE), below));
  return choose(isNumber(z), y, z);
}
