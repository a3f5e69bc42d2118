import { z } from 'zod';
import { momentumRule } from '../../math/optimizers/momentum.ts';
import { share } from '../../options.ts';
import { optimizer } from './optimizer.ts';

/**
 * Makes the steps of gradient descent with momentum: Polyak's heavy ball, damped or not, or
 * Nesterov's.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * v ← βv + (1 − τ)g, θ ← θ − ηv; Nesterov's θ ← θ − η(g + βv). With weight decay w, wθ is added
 * to g. The first v is g.
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row; memory of d doubles
 * - edge:   (2 + 2β)/((1 − τ)η) − w; Nesterov's (2 + 2β)/((1 + 2β)η) − w
 * - ledger: `heavyBallDrift`, `nesterovDrift`, on a homogeneous network
 *
 * @param beta Default 0.9.
 * @param dampening τ. Default 0; τ = β makes v a running average.
 * @throws {RangeError} if `beta` or `dampening` is not in [0, 1), `weightDecay` is negative, or
 *   `nesterov` comes with `dampening`.
 * @example
 * const start = { objective: L, theta0: L.start(), learningRate: 0.02 };
 * const nesterov = momentum({ ...start, nesterov: true });
 * nesterov.pipe(take(1_000));
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html for the conventions.
 */
export const momentum = optimizer('momentum', {
  options: z.strictObject({
    beta: share.default(0.9).meta({ description: 'share of the buffer that it keeps at a step' }),
    dampening: share.default(0).meta({ description: 'τ; τ = beta makes the buffer a running average' }),
    nesterov: z.boolean().default(false),
    weightDecay: z.number().nonnegative().default(0),
  }),
  rule(options) {
    const { nesterov, dampening } = options;
    if (nesterov && dampening !== 0) {
      throw new RangeError(`momentum: dampening must be 0 with nesterov, got ${dampening}`);
    }
    return momentumRule(options);
  },
  ledger: ({ nesterov }) => (nesterov ? 'Nesterov' : 'heavy ball'),
});
