/*
 * Where a step with learning rate η becomes unstable: the largest eigenvalue λ of the Hessian H, or of P⁻¹H for an
 * optimizer that steps through P⁻¹, above which the linear recursion of the optimizer on ½θᵀHθ has a spectral radius
 * above 1. Each follows from the characteristic polynomial z² − c₁z + c₀ of one eigendirection: its root at z = −1,
 * which is 1 + c₁ + c₀ = 0, is the first to leave the unit circle as λ grows.
 *
 * See Cohen et al. 2021, arXiv:2103.00065, appendix B; Cohen et al. 2022, arXiv:2207.14484, for P⁻¹H.
 */

export interface HeavyBall {
  readonly beta: number;
  /** τ: the buffer takes (1 − τ) of the gradient; β makes an average, 0 a sum. */
  readonly dampening?: number;
  readonly weightDecay?: number;
}

/** θ ← θ − η(g + wθ): c₁ = 1 − η(λ + w), c₀ = 0. */
export const gradientDescentEdge = (eta: number, weightDecay = 0): number => 2 / eta - weightDecay;

/** v ← βv + (1 − τ)(g + wθ), θ ← θ − ηv: c₁ = 1 + β − η(1 − τ)(λ + w), c₀ = β. */
export const heavyBallEdge = (eta: number, { beta, dampening = 0, weightDecay = 0 }: HeavyBall): number =>
  (2 + 2 * beta) / ((1 - dampening) * eta) - weightDecay;

/** v ← βv + g + wθ, θ ← θ − η(g + wθ + βv): c₁ = (1 + β)(1 − η(λ + w)), c₀ = β(1 − η(λ + w)). */
export const nesterovEdge = (eta: number, { beta, weightDecay = 0 }: HeavyBall): number =>
  (2 + 2 * beta) / ((1 + 2 * beta) * eta) - weightDecay;

/** m ← β₁m + (1 − β₁)g, θ ← (1 − ηw)θ − ηP⁻¹m with P held: c₁ = 1 − ηw + β₁ − η(1 − β₁)λ, c₀ = β₁(1 − ηw). */
export const adamEdge = (eta: number, beta1: number, weightDecay = 0): number =>
  ((1 + beta1) * (2 - eta * weightDecay)) / ((1 - beta1) * eta);
