import { z } from 'zod';
import { adamRule } from '../../math/optimizers/adam.ts';
import { adam } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * Makes the steps of AdamW: Adam's step, and θ shrinks by 1 − ηw beside it.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row; memory of 3d doubles
 * - edge:   (1 + β₁)(2 − ηw)/((1 − β₁)η), of P⁻¹H; `state.preconditioner` is P of {@link adam}
 * - ledger: no law, as for Adam
 *
 * @param weightDecay w. Default 0.01.
 * @throws {RangeError} if `beta1` or `beta2` is not in [0, 1), `epsilon` is not positive or
 *   `weightDecay` is negative.
 * @example
 * adamw({ objective: L, theta0: L.start(), learningRate: 1e-3, weightDecay: 0.1 })
 *   .pipe(take(1_000));
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html for the conventions.
 */
export const adamw = optimizer('adamw', {
  options: adam.options.extend({
    weightDecay: z.number().nonnegative().default(0.01).meta({ description: 'decoupled from the gradient' }),
  }),
  rule: adamRule,
});
