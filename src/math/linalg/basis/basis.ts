/**
 * Vectors q₁, q₂, … ∈ ℝᵈ that are added one by one: of a Krylov space, or their images. As a matrix Q they are rows,
 * [length, d].
 */
export interface Basis extends Disposable {
  readonly length: number;
  /** Takes a copy of q in. */
  add(q: Float64Array): void;
  /** A copy of qⱼ. [d] */
  at(j: number): Float64Array;
  /** Q·w, [length]. */
  inner(w: Float64Array): Float64Array;
  /** out ← Σⱼ s[j]·q[from + j]; by default a new array, from the first on. [d] */
  combine(s: Float64Array, out?: Float64Array, from?: number): Float64Array;
  /** w ← (I − QᵀQ)·w, one pass, four q after four. */
  project(w: Float64Array): void;
  clear(): void;
}
