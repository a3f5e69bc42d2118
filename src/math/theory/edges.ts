/*
 * Edge of stability of each optimizer: the λ above which a step with learning rate η is unstable.
 *
 * λ is the largest eigenvalue of the Hessian H, or of P⁻¹H if the optimizer steps through P⁻¹. On
 * ½θᵀHθ an optimizer is a linear recursion, with characteristic polynomial z² − c₁z + c₀ in each
 * eigendirection. It is unstable if a root leaves the unit circle. The first to do so as λ grows is
 * that at z = −1, so 1 + c₁ + c₀ = 0 at the edge.
 *
 * See Cohen et al. 2021, arXiv:2103.00065, appendix B; for P⁻¹H Cohen et al. 2022,
 * arXiv:2207.14484.
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

/**
 * m ← β₁m + (1 − β₁)g, θ ← (1 − ηw)θ − ηP⁻¹m with P held:
 * c₁ = 1 − ηw + β₁ − η(1 − β₁)λ, c₀ = β₁(1 − ηw).
 */
export const adamEdge = (eta: number, beta1: number, weightDecay = 0): number =>
  ((1 + beta1) * (2 - eta * weightDecay)) / ((1 - beta1) * eta);
