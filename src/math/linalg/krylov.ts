import { orthogonalise } from './orthogonalise.ts';
import { addScaled, dot, norm } from './vector.ts';

/** A coupling below this, in units of ‖A‖, is the rounding of the reorthogonalisation: the space is invariant. */
const INVARIANT = 2 ** -49;

/**
 * Lanczos' recurrence, a step and a product at a time: A·Q = Q·T + β·q·eᵀ with T tridiagonal, on the complement of X where
 * an X is given: then A is (I − XXᵀ)A(I − XXᵀ).
 *
 * Every new q is orthogonal to all before it: the recurrence is the first pass, one over all vectors the second, more
 * where it cancels.
 */
export class Krylov {
  /** Orthonormal, [m][d]. */
  readonly Q: Float64Array[] = [];
  /** αⱼ = qⱼᵀA·qⱼ, [m]. */
  readonly diagonal: number[] = [];
  /** βⱼ between qⱼ and the next, [m]: the last one leaves the space. */
  readonly coupling: number[] = [];
  /** Has A nothing to add to the space? */
  exhausted = false;
  readonly #times: (x: Float64Array) => Float64Array;
  readonly #X: readonly Float64Array[];
  #next: Float64Array; // [d]
  #length: number;
  #size = 0;

  /**
   * @param times A·x in an array of its own.
   * @param b     The direction to start from; taken over.
   * @param X     Orthonormal vectors to stay orthogonal to.
   */
  constructor(times: (x: Float64Array) => Float64Array, b: Float64Array, X: readonly Float64Array[] = []) {
    this.#times = times;
    this.#X = X;
    this.#next = b;
    this.#length = orthogonalise(b, X, norm(b));
  }

  step(): void {
    const { Q, diagonal, coupling } = this;
    const q = this.#next;
    for (let i = 0; i < q.length; i++) q[i]! /= this.#length;
    const w = this.#times(q);
    this.#size = Math.max(this.#size, norm(w));
    const alpha = dot(q, w);
    addScaled(w, -alpha, q);
    if (Q.length) addScaled(w, -this.#length, Q.at(-1)!);
    Q.push(q);
    this.#length = orthogonalise(w, [...this.#X, ...Q], norm(w), 1);
    this.#next = w;
    diagonal.push(alpha);
    coupling.push(this.#length);
    this.exhausted = this.#X.length + Q.length === q.length || !(this.#length > INVARIANT * this.#size);
  }

  /** T of the steps so far: its diagonal [m] and its couplings [m − 1]. */
  get tridiagonal(): readonly [diagonal: Float64Array, coupling: Float64Array] {
    return [Float64Array.from(this.diagonal), Float64Array.from(this.coupling.slice(0, -1))];
  }
}
