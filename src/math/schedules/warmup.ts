import { requireCounts } from '../data/counts.ts';
import type { Schedule } from './schedule.ts';

/**
 * Rises in a straight line to where `then` begins, and goes on with it: (t + 1)/steps·then(0), and then(t − steps) from
 * `steps` on.
 *
 * @throws {RangeError} if `steps` is no positive integer.
 * @example warmup(cosine(0.1, { steps: 1_900 }), { steps: 100 })
 * @see Goyal et al. 2017, arXiv:1706.02677, section 2.2.
 */
export function warmup(then: Schedule, { steps }: { readonly steps: number }): Schedule {
  requireCounts('warmup', { steps });
  const top = then(0);
  return (t) => (t < steps ? ((t + 1) / steps) * top : then(t - steps));
}
