import { log } from '../../functions.ts';
import { thresholds } from './thresholds.ts';

/** Length of the sketch of a gradient. */
export const sketched = 8;

/** Last gradient, and its products with the one before, as plain data. */
export interface GradientPair {
  /** g of the last row [d]; null before the first. */
  last: Float64Array | null;
  /** ‖g‖² of the last row. */
  normSq: number;
  /** Largest ‖g‖² so far. */
  largestSq: number;
  /** s = g·(g − g′)/‖g‖², null at the first row. */
  stepCurvature: number | null;
  /** cos(g, g′), null at the first row. */
  cosine: number | null;
  /** log(‖g′‖/‖g‖). */
  growth: number;
  /** True if both are more than rounding. */
  meaningful: boolean;
}

export const gradientPair = (): GradientPair => ({
  last: null,
  normSq: 0,
  largestSq: 0,
  stepCurvature: null,
  cosine: null,
  growth: 0,
  meaningful: false,
});

/**
 * Pushes the gradient g′ of a row after g. One pass over both also copies g′ and sketches it.
 *
 * The sketch y ∈ ℝ⁸ sums ±g′ᵢ over the i of each residue mod 8, with signs of a fixed hash of i:
 * ‖y − y′‖² is ‖g − g′‖² on average over hashes, and a gradient that comes back brings its sketch
 * back exactly.
 *
 * @param y [8], written.
 * @see Charikar, Chen and Farach-Colton, Finding frequent items in data streams (ICALP 2002), for
 *   the sketch.
 */
export function pushGradient(pair: GradientPair, gradient: Float64Array, y: Float64Array): void {
  const d = gradient.length;
  const first = pair.last === null;
  const g = (pair.last ??= new Float64Array(d)); // [d]
  const before = pair.normSq;
  let inner = 0; // g·(g − g′)
  let normSq = 0;
  y.fill(0);
  for (let i = 0; i < d; i++) {
    const next = gradient[i]!;
    inner += g[i]! * (g[i]! - next);
    normSq += next * next;
    // Knuth's multiplicative hash of i: the highest bit of i·2³²/φ
    y[i % sketched]! += Math.imul(i, 0x9e3779b1) < 0 ? -next : next;
    g[i] = next;
  }
  pair.normSq = normSq;
  if (normSq > pair.largestSq) pair.largestSq = normSq;
  if (first) return;
  pair.stepCurvature = inner / before;
  // Cauchy and Schwarz hold but for rounding
  pair.cosine = Math.max(-1, Math.min(1, (before - inner) / Math.sqrt(before * normSq)));
  pair.growth = 0.5 * log(normSq / before);
  const least = thresholds.rounding * thresholds.rounding * pair.largestSq;
  pair.meaningful = before > least && normSq > least && normSq < Infinity;
}
