import type { MatVec } from './mat-vec.ts';

/**
 * Makes a symmetric A ∈ ℝᵈˣᵈ, row-major, from its products with the unit vectors: row i is A·eᵢ,
 * or all NaN if that product is not finite. [d, d]
 */
export function denseOf(matvec: MatVec, d: number): Float64Array {
  const A = new Float64Array(d * d);
  const unit = new Float64Array(d); // eᵢ
  for (let i = 0; i < d; i++) {
    unit[i] = 1;
    const row = A.subarray(i * d, (i + 1) * d); // [d]
    matvec(unit, row);
    if (!row.every(Number.isFinite)) row.fill(NaN); // on the diagonal too, which every eigensolver reads
    unit[i] = 0;
  }
  return A;
}
