/**
 * Computes ⟨a, b⟩ for a, b ∈ ℝᵈ in four partial sums, of the entries i ≡ 0, 1, 2, 3 (mod 4), added
 * in pairs. The order is fixed, and so are the bits; the four chains of additions run side by side.
 *
 * @example dot(Float64Array.of(1, 2), Float64Array.of(3, 4)); // 11
 */
export function dot(a: Float64Array, b: Float64Array): number {
  const d = a.length;
  const whole = d - (d % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < d; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** Computes Σ xᵢ, from the first to the last. */
export function sum(x: Float64Array): number {
  let total = 0;
  for (const value of x) total += value;
  return total;
}

/** y ← y + c·x; x, y ∈ ℝᵈ. */
export function addScaled(y: Float64Array, c: number, x: Float64Array): Float64Array {
  for (let i = 0; i < y.length; i++) y[i]! += c * x[i]!;
  return y;
}

/** Computes max |xᵢ|; NaN if an entry is NaN, 0 without entries. */
export function maxAbs(x: Float64Array): number {
  let max = 0;
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(x[i]!);
    if (!(size <= max)) {
      if (Number.isNaN(size)) return NaN;
      max = size;
    }
  }
  return max;
}

/**
 * Computes ‖x‖₂, x ∈ ℝᵈ, even if the squares overflow or vanish; NaN if an entry is NaN.
 *
 * @example norm(Float64Array.of(3e200, 4e200)); // 5e200
 */
export function norm(x: Float64Array): number {
  const square = dot(x, x);
  if (square > 1e-280 && square < Infinity) return Math.sqrt(square);
  const max = maxAbs(x);
  if (!(max > 0 && max < Infinity)) return max;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! / max) * (x[i]! / max);
  return max * Math.sqrt(sum);
}
