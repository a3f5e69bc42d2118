import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import { classified, type Data } from './dataset.ts';
import { requireRoom } from './require-room.ts';

/**
 * Makes n points x ∼ N(0, 1)², of class 1 if exactly one of x₁, x₂ is positive, else 0.
 *
 * @throws {RangeError} if n is not a positive integer, or the samples are more numbers than an
 *   array holds.
 * @example xor({ n: 200 })
 */
export function xor(options: { n: number }): Data {
  const { n } = requireOptions('xor', options, ['n']);
  requireCounts('xor', { n });
  requireRoom('xor', n, 2, 2);
  const draw = (random: Random) => {
    const x = random.normal(2 * n); // [n, 2]
    const labels = new Int32Array(n).map((_, i) => (x[2 * i]! > 0 !== x[2 * i + 1]! > 0 ? 1 : 0)); // [n]
    return classified(x, labels, 2, 2);
  };
  return { d: 2, k: 2, draw };
}
