import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spheres } from '../../../src/math/data/spheres.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';

describe('spheres', () => {
  it('deals ⌊n/2⌋ samples to the inner sphere', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (seed, size, dim) => {
        const { n, d, k, x, y, labels } = spheres({ n: size, d: dim }).draw(nativeRandom(seed));
        expect([n, d, k, x.length, y.length]).toEqual([size, dim, 2, size * dim, 2 * size]);
        expect(labels!.filter((label) => label === 0).length).toBe(Math.floor(size / 2));
      }),
    );
  });

  it('has the mean square radius r² + d · 0.1²: a sphere and its noise', () => {
    const [n, d] = [20_000, 5];
    const { x, labels } = spheres({ n, d }).draw(nativeRandom(2));
    for (const c of [0, 1]) {
      const r = c + 1;
      let sum = 0;
      labels!.forEach((label, i) => {
        if (label === c) for (const value of x.subarray(i * d, (i + 1) * d)) sum += value * value;
      });
      // |ru + 0.1ε|² has the variance 4 r² 0.1² + 2d 0.1⁴; five standard deviations of the mean
      const bound = 5 * Math.sqrt((4 * r * r * 0.01 + 2 * d * 1e-4) / (n / 2));
      expect(Math.abs(sum / (n / 2) - (r * r + d * 0.01))).toBeLessThan(bound);
    }
  });

  it('mixes the classes', () => {
    const n = 1_000;
    const labels = spheres({ n, d: 2 }).draw(nativeRandom(3)).labels!;
    const early = labels.subarray(0, n / 2).filter((label) => label === 0).length;
    expect(Math.abs(early - n / 4)).toBeLessThan(5 * Math.sqrt(n / 16)); // five standard deviations, and more
  });

  it.each([
    [{ n: 0, d: 2 }, 'n must be a positive integer, got 0'],
    [{ n: 2, d: 0.5 }, 'd must be a positive integer, got 0.5'],
  ])('refuses %j', (options, message) => {
    expect(() => spheres(options)).toThrow(new RangeError(`spheres: ${message}`));
  });
});
