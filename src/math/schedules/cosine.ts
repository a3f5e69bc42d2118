import { sinCos } from '../random/sin-cos.ts';
import { requireCounts, requirePositive, requireWithin } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/**
 * Lowers the rate from η to `floor` along half a cosine, (η + floor)/2 + (η −
 * floor)/2·cos(πt/steps). From `steps` on it stays at `floor`.
 *
 * @param options.floor Default 0: from `steps` on the run stands still.
 * @throws {RangeError} if `rate` is not positive, `steps` is not a positive integer, or `floor` is
 *   not in [0, rate).
 * @example cosine(0.1, { steps: 2_000 })
 * @see Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export function cosine(rate: number, options: { readonly steps: number; readonly floor?: number }): Schedule {
  const { steps, floor = 0 } = requireOptions('cosine', options, ['steps', 'floor']);
  requirePositive('cosine', { rate });
  requireCounts('cosine', { steps });
  requireWithin('cosine', { floor }, rate);
  return (t) => (t < steps ? floor + (rate - floor) * halfCosine(t / steps) : floor);
}

/** Computes (1 + cos πx)/2 for x in [0, 1]: from 1 to 0. */
export const halfCosine = (x: number): number => (1 + sinCos(Math.PI * x)[1]) / 2;
