import type { MatVec } from '../../../src/math/linalg/mat-vec.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import type { Random } from '../../../src/math/random/random.ts';

/** A random symmetric [d, d] with independent standard normal entries. */
export function randomSymmetric(random: Random, d: number): Float64Array {
  const A = random.normal(d * d); // [d, d]
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) A[j * d + i] = A[i * d + j]!;
  return A;
}

/** XᵀX/n of an X ∈ ℝⁿˣᵈ of standard normal entries. */
export function wishart(random: Random, n: number, d: number): Float64Array {
  const X = random.normal(n * d); //     [n, d]
  const A = new Float64Array(d * d); // [d, d]
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) A[i * d + j]! += (X[k * d + i]! * X[k * d + j]!) / n;
  }
  return A;
}

export function product(A: Float64Array, d: number): MatVec {
  return (x, out) => {
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += A[i * d + j]! * x[j]!;
      out[i] = sum;
    }
    return out;
  };
}

export function diagonal(values: ArrayLike<number>): MatVec {
  return (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = values[i]! * x[i]!;
    return out;
  };
}

/** max |a − b|, entry by entry. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const size = Math.abs(a[i]! - b[i]!);
    if (!(size <= max)) max = size; // NaN counts
  }
  return max;
}

/** Σ |aᵢⱼ|² under the root: no smaller than ‖A‖₂. */
export const frobenius = (A: ArrayLike<number>) => Math.sqrt(Array.from(A).reduce((sum, a) => sum + a * a, 0));

/**
 * Computes the Ritz values, ascending, of m steps of Lanczos on diag(values) from b: the eigenvalues of
 * KᵀAK, K an orthonormal basis of {Aʲb}.
 */
export function ritzValues(values: Float64Array, b: Float64Array, m: number): Float64Array {
  const K: Float64Array[] = [];
  for (let j = 0; j < m; j++) {
    const w = j === 0 ? b.slice() : K[j - 1]!.map((x, i) => values[i]! * x);
    for (let pass = 0; pass < 2; pass++) {
      for (const q of K) {
        const c = q.reduce((sum, x, i) => sum + x * w[i]!, 0);
        for (let i = 0; i < w.length; i++) w[i]! -= c * q[i]!;
      }
    }
    const length = Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
    K.push(w.map((x) => x / length));
  }
  const H = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) H[i * m + j] = K[i]!.reduce((sum, x, l) => sum + x * values[l]! * K[j]![l]!, 0);
  }
  return eigenvaluesSymmetric(H, m);
}
