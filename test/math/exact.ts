/*
 * exp, log and tanh as rational series in fixed point on BigInt: a second route to the elementary functions, as
 * accurate as one likes and as slow. A number is an integer in units of 2⁻ᴮᴵᵀˢ.
 */
const BITS = 300n;
const ONE = 1n << BITS;

/** The exact integer m and exponent e with x = m·2ᵉ. */
function parts(x: number): [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 2047n);
  const fraction = bits & ((1n << 52n) - 1n);
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return [x < 0 ? -m : m, (exponent === 0 ? 1 : exponent) - 1075];
}

const shift = (m: bigint, by: bigint) => (by >= 0n ? m << by : m >> -by);

/** x in fixed point: exact when x is a multiple of 2⁻³⁰⁰, cut off below otherwise. */
export function fixed(x: number): bigint {
  const [m, e] = parts(x);
  return shift(m, BigInt(e) + BITS);
}

const times = (a: bigint, b: bigint) => (a * b) >> BITS;
const over = (a: bigint, b: bigint) => (a << BITS) / b;

/** 2·artanh(s) = 2(s + s³/3 + s⁵/5 + …). */
function artanh2(s: bigint): bigint {
  const z = times(s, s);
  let sum = 0n;
  let power = s;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n, power = times(power, z)) sum += power / n;
  return 2n * sum;
}

const LN2 = artanh2(ONE / 3n);

/** eˣ in fixed point, and the power of two it is still to be multiplied by. */
export function exactExp(x: bigint): [bigint, bigint] {
  const k = x / LN2;
  const r = x - k * LN2;
  let sum = 0n;
  let term = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = times(term, r) / n;
  }
  return [sum, k];
}

/** log x for x > 0 in fixed point. */
export function exactLog(x: bigint): bigint {
  const k = BigInt(x.toString(2).length - 1) - BITS;
  const m = shift(x, -k);
  return k * LN2 + artanh2(over(m - ONE, m + ONE));
}

export function exactExpm1(x: bigint): bigint {
  const [m, k] = exactExp(x);
  return shift(m, k) - ONE;
}

export const exactLog1p = (x: bigint) => exactLog(ONE + x);

export function exactTanh(x: bigint): bigint {
  const e = exactExpm1(2n * x);
  return over(e, e + 2n * ONE);
}

/**
 * |computed − exact| in units of the last place of the exact value m·2ᵏ, m in fixed point: the spacing of doubles in
 * its binade.
 */
export function ulps(computed: number, m: bigint, k = 0n): number {
  const size = m < 0n ? -m : m;
  if (size === 0n) return computed === 0 ? 0 : Infinity;
  const top = BigInt(size.toString(2).length - 1) - BITS + k; // ⌊log₂|exact|⌋
  const ulp = (top < -1022n ? -1022n : top) - 52n;
  const [c, e] = parts(computed);
  const guard = 64n; // the difference, in units of 2⁻⁶⁴ ulp
  const difference = shift(c, BigInt(e) - ulp + guard) - shift(m, k - BITS - ulp + guard);
  return Number(difference < 0n ? -difference : difference) / 2 ** 64;
}
