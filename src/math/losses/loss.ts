/**
 * Loss ℓ, averaged over samples: a function of the outputs f ∈ ℝⁿˣᵏ alone. `objective` takes one of
 * one's own; `checkObjective` compares its derivatives with differences.
 *
 * Arrays are row-major, and reused: a loss writes every entry of its outputs and keeps none of its
 * inputs. Functions of `Math` but sqrt may differ in the last bit between versions of Node.
 */
export interface Loss {
  /** Name in messages and facts, not that of a built-in loss. */
  readonly name: string;
  /** Returns ℓ(f). Writes δ = ∂ℓ/∂f [n, k], and into `memo` [n, k] what `hessian` needs. */
  value(f: Float64Array, target: Target, delta: Float64Array, memo: Float64Array): number;
  /** out ← ∇²ℓ·u at the outputs of the last `value`. [n, k] → [n, k] */
  hessian(u: Float64Array, target: Target, memo: Float64Array, out: Float64Array): void;
}

/** Targets that the outputs are compared with. */
export interface Target {
  readonly n: number;
  readonly k: number;
  readonly y: Float64Array; //       [n, k]
  /** Absent for regression. */
  readonly labels?: Int32Array; //   [n]
}
