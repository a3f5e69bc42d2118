import { requirePositive } from '../require-number.ts';
import type { Schedule } from './schedule.ts';

/**
 * Keeps η at every step; other schedules build on it.
 *
 * @throws {RangeError} if `rate` is not positive.
 * @example warmup(constant(0.1), { steps: 100 })
 */
export function constant(rate: number): Schedule {
  requirePositive('constant', { rate });
  return () => rate;
}
