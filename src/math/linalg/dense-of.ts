import type { MatVec } from './mat-vec.ts';

/** Computes a symmetric A ∈ ℝᵈˣᵈ, row-major, from its products with the unit vectors: row i is A·eᵢ. [d, d] */
export function denseOf(matvec: MatVec, d: number): Float64Array {
  const A = new Float64Array(d * d);
  const unit = new Float64Array(d); // eᵢ
  for (let i = 0; i < d; i++) {
    unit[i] = 1;
    matvec(unit, A.subarray(i * d, (i + 1) * d));
    unit[i] = 0;
  }
  return A;
}
