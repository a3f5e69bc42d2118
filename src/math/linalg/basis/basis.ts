/**
 * Growing list of vectors q₁, q₂, … ∈ ℝᵈ, as of a Krylov space or their images; the rows of a
 * matrix Q [length, d].
 */
export interface Basis extends Disposable {
  readonly length: number;
  /** Adds a copy of q. */
  add(q: Float64Array): void;
  /** Returns a copy of qⱼ. [d] */
  at(j: number): Float64Array;
  /** Computes Q·w, [length]. */
  inner(w: Float64Array): Float64Array;
  /** out ← Σⱼ s[j]·q[from + j] [d]. Default: a new array, from the first vector on. */
  combine(s: Float64Array, out?: Float64Array, from?: number): Float64Array;
  /** w ← (I − QᵀQ)·w in one pass, four q at a time. */
  project(w: Float64Array): void;
  clear(): void;
}
