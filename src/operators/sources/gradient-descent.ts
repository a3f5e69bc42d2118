import { z } from 'zod';
import { gradientDescentRule } from '../../math/optimizers/gradient-descent.ts';
import { optimizer } from './optimizer.ts';

/**
 * Makes the steps of full-batch gradient descent, θₜ₊₁ = θₜ − η(∇L(θₜ) + wθₜ) with weight decay w.
 * It emits θ₀ first and never completes.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row, which also give the norms
 * - edge:   2/η − w
 * - ledger: C ← (1 − ηw)²C + η²δ on a homogeneous network; without decay, drift = Σ η²δ
 *
 * @param weightDecay w; `loss` and the row's gradient are without it. Default 0.
 * @throws {RangeError} if `weightDecay` is negative.
 * @example
 * gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.02 })
 *   .pipe(take(1_000))
 *   .subscribe(({ step, loss }) => console.log(step, loss));
 */
export const gradientDescent = optimizer('gradientDescent', {
  // optional rather than 0 by default: a stored trajectory without it keeps its key
  options: z.strictObject({ weightDecay: z.number().nonnegative().optional() }),
  rule: ({ weightDecay }) => gradientDescentRule(weightDecay),
  ledger: ({ weightDecay = 0 }) => (weightDecay === 0 ? 'drift = Σ η²δ' : 'weight decay'),
});
