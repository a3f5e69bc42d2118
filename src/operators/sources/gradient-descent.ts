import type { Stream } from '../../stream.ts';
import { type Descent, descend, type Rule, type Step } from './descend.ts';

/**
 * Full-batch gradient descent, θₜ₊₁ = θₜ − η∇L(θₜ); emits θ₀ first and never completes.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds: `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost: one forward and one backward pass a row, which also give the norms
 *
 * @example
 * gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.02 }).pipe(take(1_000)).subscribe(console.log);
 */
export const gradientDescent = (descent: Descent): Stream<Step> => descend('gradientDescent', descent, plain);

const plain = (): Rule => ({
  update(gradient, _theta, learningRate, out) {
    for (let i = 0; i < out.length; i++) out[i] = -learningRate * gradient[i]!;
  },
  sums({ sums }, learningRate, out) {
    for (let t = 0; t < out.inner.length; t++) {
      out.inner[t] = -learningRate * sums.inner[t]!;
      out.normSq[t] = learningRate * learningRate * sums.gradientNormSq[t]!;
    }
  },
  edge: (learningRate) => 2 / learningRate,
  snapshot: () => null,
  restore() {},
});
