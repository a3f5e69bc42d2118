import { requireCounts } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/**
 * Rises in a straight line to the first rate of `next`, then follows `next`: (t + 1)/steps·next(0)
 * before `steps`, and next(t − steps) from there on.
 *
 * @throws {RangeError} if `steps` is not a positive integer.
 * @example warmup(cosine(0.1, { steps: 1_900 }), { steps: 100 })
 * @see Goyal et al. 2017, arXiv:1706.02677, section 2.2.
 */
export function warmup(next: Schedule, options: { readonly steps: number }): Schedule {
  if (typeof next !== 'function') throw new TypeError(`warmup: next must be a schedule, as constant(0.1), got ${next}`);
  const { steps } = requireOptions('warmup', options, ['steps']);
  requireCounts('warmup', { steps });
  const top = next(0);
  return (t) => (t < steps ? ((t + 1) / steps) * top : next(t - steps));
}
