import type { MatVec } from '../mat-vec.ts';
import { norm } from '../vector.ts';

/** 2⁻⁴⁴, in units of ‖A‖: 256 ε, what sums of some thousand terms leave of a product's last digits. */
const FLOOR = 2 ** -44;

/** Thrown by a product that is not finite. */
export const notFinite = Symbol('not finite');

/** The products of A ∈ ℝᵈˣᵈ: how many, at most how many, and what they have shown of ‖A‖. */
export class Products {
  readonly d: number;
  /** So far. */
  count = 0;
  /** max |θ| of all Ritz values so far, from below ‖A‖. */
  scale = 0;
  /** max ‖A·q‖ so far. */
  #size = 0;
  readonly #matvec: MatVec;
  readonly #tol: number;
  readonly #most: number;

  constructor(matvec: MatVec, d: number, tol: number, most: number) {
    this.#matvec = matvec;
    this.d = d;
    this.#tol = tol;
    this.#most = most;
  }

  /** out ← A·x, finite. [d] */
  times(x: Float64Array, out: Float64Array = new Float64Array(this.d)): Float64Array {
    const Ax = this.#matvec(x, out);
    this.count++;
    const size = norm(Ax);
    if (!(size < Infinity)) throw notFinite;
    this.#size = Math.max(this.#size, size);
    return Ax;
  }

  /** Is there no other product left than those in reserve? */
  spent(reserve: number): boolean {
    return this.count + reserve >= this.#most;
  }

  /** Ritz values are seen, of which these are the extreme ones. */
  saw(low: number, high: number): void {
    this.scale = Math.max(this.scale, Math.abs(low), Math.abs(high));
  }

  /** The residual to stop at. */
  get enough(): number {
    return Math.max(this.#tol * this.scale, FLOOR * this.#size);
  }

  /** Eigenvalues closer than this are the same: one is known to the square of its residual, and to rounding. */
  get tie(): number {
    return Math.max(this.#tol * this.#tol * this.scale, FLOOR * this.#size);
  }
}
