import { requireCounts, requirePositive, requireWithin } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/**
 * Lowers the rate in steps: η·factorᵏ, k = ⌊t/every⌋.
 *
 * @throws {RangeError} if `rate` is not positive, `every` is not a positive integer, or `factor` is
 *   not in (0, 1).
 * @example stepDecay(0.1, { every: 500, factor: 0.5 })
 */
export function stepDecay(rate: number, options: { readonly every: number; readonly factor: number }): Schedule {
  const { every, factor } = requireOptions('stepDecay', options, ['every', 'factor']);
  requirePositive('stepDecay', { rate, factor });
  requireWithin('stepDecay', { factor }, 1);
  requireCounts('stepDecay', { every });
  return (t) => rate * power(factor, Math.floor(t / every));
}

/**
 * Computes xᵏ by squaring, because Math.pow may differ in the last bit between versions of Node.
 */
function power(x: number, k: number): number {
  let result = 1;
  for (let rest = k, square = x; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}
