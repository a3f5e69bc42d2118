import { exp, log1p } from '../functions.ts';

/**
 * Bounds the chance that m steps of Lanczos from a random direction miss the top of a symmetric
 * B ∈ ℝⁿˣⁿ by ε of its spread: that the largest Ritz value of span{b, Bb, …, Bᵐ⁻¹b}, b uniform on
 * the sphere, lies below λ₁ − ε(λ₁ − λₙ).
 *
 * Kuczyński and Woźniakowski bound it by 1.648·√n·exp(−(2m − 1)√ε) for every spectrum (with B ⪰ 0
 * and ε relative to λ₁; a shift does not change Lanczos, so B − λₙI takes its place). This is the
 * bound of their proof before its last line simplifies it. With β₁ the part of b along the top
 * eigenvector and the Chebyshev polynomial T₂ₘ₋₁ as test polynomial, a miss implies
 * |β₁| < t = 1/cosh((2m − 1)·artanh √ε). The density of β₁ is largest at 0, so
 *
 *     P(|β₁| < t) ≤ t·2Γ(n/2)/(√π·Γ((n − 1)/2)) ≤ t·max(1, √(2(n − 1)/π)).
 *
 * The event depends on m and ε through t alone. So the bound holds for any stopping time m, and for
 * an ε that is read off the Ritz values: all misses with a chance below a level lie in the one
 * event that |β₁| is too small.
 *
 * @param n   Dimension of the space that b is drawn from.
 * @param m   Steps, each with its product.
 * @param gap ε, in (0, 1).
 * @see Kuczyński and Woźniakowski 1992, SIAM J. Matrix Anal. Appl. 13, 1094–1122, Theorem 4.2.
 */
export function missProbability(n: number, m: number, gap: number): number {
  if (m >= n) return 0;
  const root = Math.sqrt(gap);
  const rate = 0.5 * (log1p(root) - log1p(-root)); // artanh √ε
  const decay = exp(-(2 * m - 1) * rate);
  const t = (2 * decay) / (1 + decay * decay);
  return Math.min(1, Math.max(1, Math.sqrt((2 * (n - 1)) / Math.PI)) * t);
}

/**
 * Bounds the chance that B has an eigenvalue above `bound` after m steps with Ritz values from
 * `bottom` up to `top`; 1 if `top` is not below `bound`.
 *
 * A miss is relative to the spread λ₁ − λₙ, and the Ritz values see only a part of it. That they
 * miss the bottom by ε of it is an event of the same kind. Without that event the spread is at most
 * (λ₁ − bottom)/(1 − ε), and with g = (bound − top)/(bound − bottom) and ε = g/(1 + g) each miss
 * has the chance of {@link missProbability}.
 */
export function chanceAbove(bound: number, top: number, bottom: number, n: number, m: number): number {
  if (m >= n) return bound > top ? 0 : 1;
  if (!(bound > top)) return 1;
  const g = (bound - top) / (bound - bottom);
  return Math.min(1, 2 * missProbability(n, m, g / (1 + g)));
}
