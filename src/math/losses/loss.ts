/** ℓ, averaged over samples: a function of the outputs f ∈ ℝⁿˣᵏ alone. */
export interface Loss {
  readonly name: string;
  /** ℓ(f); writes δ = ∂ℓ/∂f [n, k] and what `hessian` will need into `memo` [n, k]. */
  value(f: Float64Array, target: Target, delta: Float64Array, memo: Float64Array): number;
  /** out ← ∇²ℓ·u at the outputs of the last `value`. [n, k] → [n, k] */
  hessian(u: Float64Array, target: Target, memo: Float64Array, out: Float64Array): void;
}

/** What the outputs are held against. */
export interface Target {
  readonly n: number;
  readonly k: number;
  readonly y: Float64Array; //       [n, k]
  readonly labels?: Int32Array; //   [n]
}
