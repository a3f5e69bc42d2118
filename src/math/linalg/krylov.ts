import type { Basis } from './basis/basis.ts';
import { emptyBasis } from './basis/empty-basis.ts';
import { orthogonalise } from './orthogonalise.ts';
import { addScaled, dot, norm } from './vector.ts';

/**
 * Coupling in units of ‖A‖ below which the space is invariant: the rounding of the
 * reorthogonalisation.
 */
const INVARIANT = 2 ** -49;

/**
 * Krylov space built by Lanczos' recurrence, a step and a product at a time: A·Q = Q·T + β·q·eᵀ
 * with T tridiagonal. If an X is given, A is (I − XXᵀ)A(I − XXᵀ), that is, A on the complement of
 * X.
 *
 * Every new q is made orthogonal to all before it: the recurrence is the first pass, one over all
 * vectors the second, more if it cancels. Dispose of it after use.
 */
export class Krylov implements Disposable {
  /** αⱼ = qⱼᵀA·qⱼ, [m]. */
  readonly diagonal: number[] = [];
  /** βⱼ between qⱼ and the next, [m]; the last one leads out of the space. */
  readonly coupling: number[] = [];
  /** True if A adds nothing to the space. */
  exhausted = false;
  readonly #times: (x: Float64Array, out: Float64Array) => Float64Array;
  /** Number of vectors X. */
  readonly #known: number;
  /** X, and Q behind it. */
  readonly #all: Basis;
  #last: Float64Array | undefined; //  [d]
  #next: Float64Array; //              [d]
  #spare: Float64Array | undefined; // [d], written over by the next product
  #length: number;
  #size = 0;

  /**
   * @param times out ← A·x.
   * @param b     Direction to start from; it is overwritten.
   * @param X     Orthonormal vectors to stay orthogonal to.
   */
  constructor(
    times: (x: Float64Array, out: Float64Array) => Float64Array,
    b: Float64Array,
    X: readonly Float64Array[] = [],
  ) {
    this.#times = times;
    this.#known = X.length;
    this.#all = emptyBasis(b.length);
    for (const x of X) this.#all.add(x);
    this.#next = b;
    this.#length = orthogonalise(b, this.#all, norm(b));
  }

  /** Dimension m of the space. */
  get size(): number {
    return this.diagonal.length;
  }

  step(): void {
    const { diagonal, coupling } = this;
    const [q, last] = [this.#next, this.#last];
    for (let i = 0; i < q.length; i++) q[i]! /= this.#length;
    const w = this.#times(q, this.#spare ?? new Float64Array(q.length));
    this.#size = Math.max(this.#size, norm(w));
    const alpha = dot(q, w);
    const beta = this.#length;
    if (last) for (let i = 0; i < w.length; i++) w[i]! -= alpha * q[i]! + beta * last[i]!;
    else addScaled(w, -alpha, q);
    this.#all.add(q);
    this.#length = orthogonalise(w, this.#all, norm(w), 1);
    [this.#spare, this.#last, this.#next] = [last, q, w];
    diagonal.push(alpha);
    coupling.push(this.#length);
    this.exhausted = this.#all.length === q.length || !(this.#length > INVARIANT * this.#size);
  }

  /** Returns Σⱼ s[j]·qⱼ for s [m]. [d] */
  combine(s: Float64Array): Float64Array {
    return this.#all.combine(s, undefined, this.#known);
  }

  /** T of the steps so far: its diagonal [m] and its couplings [m − 1]. */
  get tridiagonal(): readonly [diagonal: Float64Array, coupling: Float64Array] {
    return [Float64Array.from(this.diagonal), Float64Array.from(this.coupling.slice(0, -1))];
  }

  [Symbol.dispose](): void {
    this.#all[Symbol.dispose]();
  }
}
