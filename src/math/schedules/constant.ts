import { requirePositive } from '../require-number.ts';
import type { Schedule } from './schedule.ts';

/**
 * η at every step: what others begin with.
 *
 * @throws {RangeError} if `rate` is not positive.
 * @example warmup(constant(0.1), { steps: 100 })
 */
export function constant(rate: number): Schedule {
  requirePositive('constant', { rate });
  return () => rate;
}
