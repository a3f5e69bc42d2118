import { exp, log1p } from '../functions.ts';

/**
 * Chance that m steps of Lanczos from a random direction miss the top of a symmetric B ∈ ℝⁿˣⁿ by ε of its spread: that
 * the largest Ritz value of span{b, Bb, …, Bᵐ⁻¹b}, b uniform on the sphere, lies below λ₁ − ε(λ₁ − λₙ).
 *
 * Kuczyński and Woźniakowski bound it by 1.648·√n·exp(−(2m − 1)√ε), whatever the spectrum (B ⪰ 0 there, and ε relative to
 * λ₁; Lanczos does not see a shift, so B − λₙI takes its place). Here stands what their proof gives before its last line
 * simplifies it. With β₁ the part of b along the top eigenvector and the Chebyshev polynomial T₂ₘ₋₁ as test polynomial,
 * a miss implies |β₁| < t = 1/cosh((2m − 1)·artanh √ε); the density of β₁ is largest at 0, so
 *
 *     P(|β₁| < t) ≤ t·2Γ(n/2)/(√π·Γ((n − 1)/2)) ≤ t·max(1, √(2(n − 1)/π)).
 *
 * The event depends on m and ε through t alone. So the bound holds at whatever m one stops, and for an ε that is read off
 * the Ritz values: of all misses with a chance below a level, each lies in the one event that |β₁| is too small.
 *
 * @param n   Dimension of the space that b is drawn in.
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
 * Chance that B has an eigenvalue above `bound`, when m steps have found Ritz values from `bottom` up to `top`; 1 where
 * `top` is not below it.
 *
 * What is missed is relative to the spread λ₁ − λₙ, of which the Ritz values see a part only. That they miss the bottom by
 * ε of it is an event of the same kind; without it the spread is at most (λ₁ − bottom)/(1 − ε), and with
 * g = (bound − top)/(bound − bottom) and ε = g/(1 + g) either miss has the chance {@link missProbability} gives.
 */
export function chanceAbove(bound: number, top: number, bottom: number, n: number, m: number): number {
  if (m >= n) return bound > top ? 0 : 1;
  if (!(bound > top)) return 1;
  const g = (bound - top) / (bound - bottom);
  return Math.min(1, 2 * missProbability(n, m, g / (1 + g)));
}
