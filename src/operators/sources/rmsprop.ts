import { z } from 'zod';
import { type RmsProp, rmspropRule } from '../../math/optimizers/rmsprop.ts';
import { requirePositive, requireWithin } from '../../math/require-number.ts';
import type { Stream } from '../../stream.ts';
import { type Descent, descend, type Step } from './descend.ts';

/** The options of {@link rmsprop} in a spec. */
export const options = z.strictObject({
  beta2: z.number().min(0).lt(1).default(0.99).meta({ description: 'what the average of squares keeps of itself' }),
  epsilon: z.number().positive().default(1e-8),
});

/**
 * RMSProp: s ← β₂s + (1 − β₂)g², θ ← θ − ηg/P with P = √s + ε.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row, and 2d doubles kept; `state.preconditioner` is P
 * - edge:   2/η, of P⁻¹H
 * - ledger: no law: the update is not homogeneous, and S does not describe the drift
 *
 * @param beta2 Default 0.99, PyTorch's alpha.
 * @param epsilon Default 1e-8.
 * @throws {RangeError} if `beta2` is not in [0, 1) or `epsilon` is not positive.
 * @example rmsprop({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(take(1_000));
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html, whose conventions these are.
 */
export function rmsprop({ beta2 = 0.99, epsilon = 1e-8, ...descent }: Descent & Partial<RmsProp>): Stream<Step> {
  requireWithin('rmsprop', { beta2 }, 1);
  requirePositive('rmsprop', { epsilon });
  return descend('rmsprop', descent, () => rmspropRule({ beta2, epsilon }));
}
