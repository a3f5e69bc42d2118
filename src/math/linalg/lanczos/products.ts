import type { MatVec } from '../mat-vec.ts';
import { norm } from '../vector.ts';

/** Rounding of a product in units of ‖A‖: 256 ε, that of sums of some thousand terms. */
const ROUNDING = 2 ** -44;

/** Symbol thrown by a product that is not finite. */
export const notFinite = Symbol('not finite');

/** Products of A ∈ ℝᵈˣᵈ: their number, its bound, and the size of A that they have shown. */
export class Products {
  readonly d: number;
  /** Number of products so far. */
  count = 0;
  /** Largest |θ| of all Ritz values so far, a lower bound of ‖A‖. */
  scale = 0;
  /** Largest ‖A·q‖ so far. */
  #largestImage = 0;
  readonly #matvec: MatVec;
  readonly #tol: number;
  readonly #maxProducts: number;

  constructor(matvec: MatVec, d: number, tol: number, maxProducts: number) {
    this.#matvec = matvec;
    this.d = d;
    this.#tol = tol;
    this.#maxProducts = maxProducts;
  }

  /** out ← A·x [d]. Throws {@link notFinite} if the product is not. */
  times(x: Float64Array, out: Float64Array = new Float64Array(this.d)): Float64Array {
    const Ax = this.#matvec(x, out);
    this.count++;
    const size = norm(Ax);
    if (!(size < Infinity)) throw notFinite;
    this.#largestImage = Math.max(this.#largestImage, size);
    return Ax;
  }

  /** Tells whether no product is left but so many. */
  isSpent(kept: number): boolean {
    return this.count + kept >= this.#maxProducts;
  }

  /** Notes the extreme Ritz values, which bound ‖A‖ from below. */
  noteRitzRange(low: number, high: number): void {
    this.scale = Math.max(this.scale, Math.abs(low), Math.abs(high));
  }

  /** Residual to stop at. */
  get residualTolerance(): number {
    return Math.max(this.#tol * this.scale, ROUNDING * this.#largestImage);
  }

  /** Distance below which two eigenvalues count as one: the square of a residual, and rounding. */
  get degeneracyTolerance(): number {
    return Math.max(this.#tol * this.#tol * this.scale, ROUNDING * this.#largestImage);
  }
}
