/**
 * Function y ← A·x of a symmetric A ∈ ℝᵈˣᵈ that is known only through its products.
 *
 * `x` and `out`, [d] each, are different arrays. `out` is overwritten and returned; `x` is not
 * changed.
 *
 * @example
 * const twice: MatVec = (x, out) => {
 *   for (let i = 0; i < x.length; i++) out[i] = 2 * x[i]!;
 *   return out;
 * };
 */
export type MatVec = (x: Float64Array, out: Float64Array) => Float64Array;
