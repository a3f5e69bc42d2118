import { z } from 'zod';
import { adamRule } from '../../math/optimizers/adam.ts';
import { share } from '../../options.ts';
import { optimizer } from './optimizer.ts';

/**
 * Makes the steps of Adam: m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², θ ← θ − ηm/P with
 * P = (1 − β₁ᵗ)(√(s/(1 − β₂ᵗ)) + ε).
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row; memory of 3d doubles
 * - edge:   (2 + 2β₁)/((1 − β₁)η), of P⁻¹H: 38/η at β₁ = 0.9; `state.preconditioner` is P
 * - ledger: no law: the update is not homogeneous, and S does not describe the drift
 *
 * @param beta1 Default 0.9.
 * @param beta2 Default 0.999.
 * @param epsilon Default 1e-8.
 * @throws {RangeError} if `beta1` or `beta2` is not in [0, 1) or `epsilon` is not positive.
 * @example adam({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(take(1_000));
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html for the conventions.
 */
export const adam = optimizer('adam', {
  options: z.strictObject({
    beta1: share.default(0.9).meta({ description: 'share of the average of gradients that it keeps' }),
    beta2: share.default(0.999).meta({ description: 'share of the average of squares that it keeps' }),
    epsilon: z.number().positive().default(1e-8),
  }),
  rule: adamRule,
});
