import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Data } from './dataset.ts';
import { requireRoom } from './require-room.ts';
import { shuffled } from './shuffled.ts';

/**
 * Makes n samples around `classes` centres: x = centre + ε, ε ∼ N(0, 1)ᵈ. Centres are drawn on the
 * sphere of radius `separation` · √d. Classes are equally large, except that the first n mod
 * `classes` have one sample more.
 *
 * @throws {RangeError} if n, d or classes is not a positive integer, the samples are more numbers
 *   than an array holds, or separation is negative or not finite.
 * @example gaussianMixture({ n: 200, d: 20, classes: 5, separation: 2 })
 */
export function gaussianMixture(options: { n: number; d: number; classes: number; separation: number }): Data {
  const known = ['n', 'd', 'classes', 'separation'];
  const { n, d, classes, separation } = requireOptions('gaussianMixture', options, known);
  requireCounts('gaussianMixture', { n, d, classes });
  requireRoom('gaussianMixture', n, d, classes);
  if (!(separation >= 0 && separation < Infinity)) {
    throw new RangeError(`gaussianMixture: separation must be finite and at least 0, got ${separation}`);
  }
  const draw = (random: Random) => {
    const { round } = random;
    const radius = round(separation * Math.sqrt(d));
    const centres = random.normal(classes * d); // [classes, d]
    const x = new Float64Array(n * d); //          [n, d]
    const labels = new Int32Array(n); //           [n]
    let first = 0;
    for (let c = 0; c < classes; c++) {
      const centre = centres.subarray(c * d, (c + 1) * d); // [d]
      const length = random.norm(centre);
      const placed = centre.map((value) => round(round(value / length) * radius)); // [d]
      const count = Math.floor(n / classes) + (c < n % classes ? 1 : 0);
      const noise = random.normal(count * d); // [count, d]
      x.set(
        noise.map((value, i) => round(placed[i % d]! + value)),
        first * d,
      );
      labels.fill(c, first, first + count);
      first += count;
    }
    return shuffled(random, x, labels, d, classes);
  };
  return { d, k: classes, draw };
}
