const { fround, max, min } = Math;

/**
 * Computes a·b + c for float32 numbers, rounded once to float32.
 *
 * The product is exact in float64. Rounding the sum to float64 and then to float32 is wrong only if
 * the float64 lies half-way between two float32 numbers. Then the sign of the first rounding error
 * decides, which Knuth's TwoSum gives exactly. Results below 2⁻¹²⁶ or beyond the largest float32
 * are not covered.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const near = fround(sum);
  // a float32 other than near only if sum is half-way between the two
  const mirrored = near + 2 * (sum - near);
  if (mirrored === near || fround(mirrored) !== mirrored) return near;
  const added = sum - product;
  const lost = product - (sum - added) + (c - added);
  if (lost === 0) return near;
  return lost > 0 ? max(near, mirrored) : min(near, mirrored);
}

// Moshier's Cephes library, single precision (logf, sinf): highest power first.
const logTerms = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);
const cosTerms = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround);
const sinTerms = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);
const ln2 = { high: 0.693359375, low: fround(-2.1219444e-4) };
const quarterPi = { high: 0.78515625, middle: fround(2.4187564849853516e-4), low: fround(3.774894977445941e-8) };
const fourOverPi = fround(1.27323954473516);

/** Evaluates a polynomial by Horner's rule, each step fused. */
function polynomial(terms: readonly number[], x: number): number {
  let y = terms[0]!;
  for (let i = 1; i < terms.length; i++) y = fma(y, x, terms[i]!);
  return y;
}

const word = new DataView(new ArrayBuffer(4));

/** Computes log x in float32, by Cephes with fused steps; x is a positive, normal float32. */
export function log(x: number): number {
  word.setFloat32(0, x);
  const bits = word.getUint32(0);
  word.setUint32(0, (bits & 0x7fffff) | 0x3f000000);
  const mantissa = word.getFloat32(0); // in [½, 1): x = mantissa · 2ᵉ
  const small = mantissa < Math.SQRT1_2;
  const e = (bits >>> 23) - (small ? 127 : 126);
  const f = small ? mantissa - 1 + mantissa : mantissa - 1;
  const z = fround(f * f);
  let y = fround(polynomial(logTerms, f) * f);
  y = fma(y, z, fround(e * ln2.low));
  y = fma(z, -0.5, y);
  return fma(e, ln2.high, fround(f + y));
}

/**
 * Computes [sin x, cos x] in float32, by Cephes with fused steps; x ≥ 0 is a float32 of a few turns
 * at most.
 */
export function sinCos(x: number): [sin: number, cos: number] {
  const octant = (Math.trunc(fround(x * fourOverPi)) + 1) & ~1;
  let f = fma(octant, -quarterPi.high, x);
  f = fma(octant, -quarterPi.middle, f);
  f = fma(octant, -quarterPi.low, f);
  const z = fround(f * f);
  const c = fround(fma(fround(polynomial(cosTerms, z) * z), z, -fround(z * 0.5)) + 1);
  const s = fma(fround(polynomial(sinTerms, z) * z), f, f);
  const [sin, cos] = octant & 2 ? [c, s] : [s, c];
  return [octant & 4 ? -sin : sin, ~(octant - 2) & 4 ? -cos : cos];
}
