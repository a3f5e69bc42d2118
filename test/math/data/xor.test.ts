import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xor } from '../../../src/math/data/xor.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';

describe('xor', () => {
  it('labels a point by the sign of x₁ x₂', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 40 }), (seed, size) => {
        const { n, d, k, x, y, labels } = xor({ n: size }).draw(nativeRandom(seed));
        expect([n, d, k, x.length, y.length]).toEqual([size, 2, 2, 2 * size, 2 * size]);
        labels!.forEach((label, i) => {
          expect(label).toBe(x[2 * i]! * x[2 * i + 1]! < 0 ? 1 : 0);
          expect([...y.subarray(2 * i, 2 * i + 2)]).toEqual([1 - label, label]);
        });
      }),
    );
  });

  it('draws the points from N(0, 1)², in one call', () => {
    expect(xor({ n: 25 }).draw(nativeRandom(9)).x).toEqual(nativeRandom(9).normal(50));
  });

  it.each([0, 2.5, Number.NaN])('refuses n = %d', (n) => {
    expect(() => xor({ n })).toThrow(new RangeError(`xor: n must be a positive integer, got ${n}`));
  });
});
