import { requireCounts, requirePositive } from '../require-number.ts';
import { requireOneOf } from '../require-one-of.ts';
import { requireOptions } from '../require-options.ts';
import { halfCosine } from './cosine.ts';
import type { Schedule } from './schedule.ts';

/** Options of {@link ramp}. */
export interface Ramp {
  /** `linear`: in equal steps; `cosine`: in small steps at both ends. */
  readonly shape?: 'linear' | 'cosine';
  readonly steps: number;
}

/**
 * Raises a budget from 0 to `top` at step `steps`, and keeps it there.
 *
 * @param options.shape Default `linear`.
 * @throws {RangeError} if `top` is not positive, or `steps` is not a positive integer.
 * @example driftBudget({ rate: 0.1, budget: ramp(1e-2, { steps: 2_000 }) })
 */
export function ramp(top: number, options: Ramp): Schedule {
  const { shape = 'linear', steps } = requireOptions('ramp', options, ['shape', 'steps']);
  requirePositive('ramp', { top });
  requireOneOf('ramp', { shape }, ['linear', 'cosine']);
  requireCounts('ramp', { steps });
  const share = shape === 'linear' ? (x: number) => x : (x: number) => 1 - halfCosine(x);
  return (t) => (t < steps ? top * share(t / steps) : top);
}
