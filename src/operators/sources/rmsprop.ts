import { z } from 'zod';
import { rmspropRule } from '../../math/optimizers/rmsprop.ts';
import { share } from '../../options.ts';
import { optimizer } from './optimizer.ts';

/**
 * Makes the steps of RMSProp: s ← β₂s + (1 − β₂)g², θ ← θ − ηg/P with P = √s + ε.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row; memory of 2d doubles
 * - edge:   2/η, of P⁻¹H; `state.preconditioner` is P
 * - ledger: no law: the update is not homogeneous, and S does not describe the drift
 *
 * @param beta2 Default 0.99, PyTorch's alpha.
 * @param epsilon Default 1e-8.
 * @throws {RangeError} if `beta2` is not in [0, 1) or `epsilon` is not positive.
 * @example rmsprop({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(take(1_000));
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html for the conventions.
 */
export const rmsprop = optimizer('rmsprop', {
  options: z.strictObject({
    beta2: share.default(0.99).meta({ description: 'share of the average of squares that it keeps' }),
    epsilon: z.number().positive().default(1e-8),
  }),
  rule: rmspropRule,
});
