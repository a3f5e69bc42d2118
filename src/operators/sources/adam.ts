import { z } from 'zod';
import { type Adam, adamRule } from '../../math/optimizers/adam.ts';
import { requirePositive, requireWithin } from '../../math/require-number.ts';
import type { Stream } from '../../stream.ts';
import { type Descent, descend, type Step } from './descend.ts';

/** The options of {@link adam} in a spec. */
export const options = z.strictObject({
  beta1: z.number().min(0).lt(1).default(0.9).meta({ description: 'what the average of gradients keeps of itself' }),
  beta2: z.number().min(0).lt(1).default(0.999).meta({ description: 'the same of the average of their squares' }),
  epsilon: z.number().positive().default(1e-8),
});

/**
 * Adam: m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², θ ← θ − ηm/P with P = (1 − β₁ᵗ)(√(s/(1 − β₂ᵗ)) + ε).
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   one forward and one backward pass a row, and 3d doubles kept; `state.preconditioner` is P
 * - edge:   (2 + 2β₁)/((1 − β₁)η), of P⁻¹H: 38/η at β₁ = 0.9
 * - ledger: no law: the update is not homogeneous, and S does not describe the drift
 *
 * @param beta1 Default 0.9.
 * @param beta2 Default 0.999.
 * @param epsilon Default 1e-8.
 * @throws {RangeError} if `beta1` or `beta2` is not in [0, 1) or `epsilon` is not positive.
 * @example adam({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(take(1_000)).subscribe(console.log);
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html, whose conventions these are.
 */
export function adam(descent: Descent & Partial<Omit<Adam, 'weightDecay'>>): Stream<Step> {
  return descend('adam', descent, moments('adam', descent));
}

/** The rule of these options, checked. */
export function moments(who: string, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: Partial<Adam>) {
  requireWithin(who, { beta1, beta2 }, 1);
  requirePositive(who, { epsilon });
  requireWithin(who, { weightDecay });
  return () => adamRule({ beta1, beta2, epsilon, weightDecay });
}
