import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Data } from './dataset.ts';
import { requireRoom } from './require-room.ts';
import { shuffled } from './shuffled.ts';

const noise = 0.1;

/**
 * Makes n points about two concentric spheres in d dimensions: x = radius · u + 0.1 ε, with u
 * uniform on the unit sphere and ε ∼ N(0, 1)ᵈ. Class 0 has radius 1 and ⌊n/2⌋ points, class 1 has
 * radius 2 and the others.
 *
 * @throws {RangeError} if n or d is not a positive integer, or the samples are more numbers than an
 *   array holds.
 * @example spheres({ n: 200, d: 3 })
 */
export function spheres(options: { n: number; d: number }): Data {
  const { n, d } = requireOptions('spheres', options, ['n', 'd']);
  requireCounts('spheres', { n, d });
  requireRoom('spheres', n, d, 2);
  const draw = (random: Random) => {
    const { round } = random;
    const x = new Float64Array(n * d); // [n, d]
    const labels = new Int32Array(n); //  [n]
    const inner = Math.floor(n / 2);
    labels.fill(1, inner);
    for (const [radius, first, count] of [
      [1, 0, inner],
      [2, inner, n - inner],
    ] as const) {
      const directions = random.normal(count * d); // [count, d]
      const off = random.normal(count * d); //        [count, d]
      for (let i = 0; i < count; i++) {
        const row = directions.subarray(i * d, (i + 1) * d); // [d]
        const length = random.norm(row);
        for (let j = 0; j < d; j++) {
          const placed = round(round(row[j]! / length) * radius);
          x[(first + i) * d + j] = round(placed + round(round(noise) * off[i * d + j]!));
        }
      }
    }
    return shuffled(random, x, labels, d, 2);
  };
  return { d, k: 2, draw };
}
