/** Loss ℓ, averaged over samples: a function of the outputs f ∈ ℝⁿˣᵏ alone. */
export interface Loss {
  readonly name: string;
  /** Returns ℓ(f). Writes δ = ∂ℓ/∂f [n, k], and into `memo` [n, k] what `hessian` needs. */
  value(f: Float64Array, target: Target, delta: Float64Array, memo: Float64Array): number;
  /** out ← ∇²ℓ·u at the outputs of the last `value`. [n, k] → [n, k] */
  hessian(u: Float64Array, target: Target, memo: Float64Array, out: Float64Array): void;
}

/** Targets that the outputs are compared with. */
interface Target {
  readonly n: number;
  readonly k: number;
  readonly y: Float64Array; //       [n, k]
  readonly labels?: Int32Array; //   [n]
}
