import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classified } from '../../../src/math/data/dataset.ts';
import { holdingOut, split, splitBy } from '../../../src/math/data/split.ts';
import { torchRandom } from '../../../src/math/random/torch.ts';

/** Sample i has the inputs (i, −i) and the label i mod 3. */
const numbered = (n: number) => {
  const x = Float64Array.from({ length: 2 * n }, (_, e) => (e % 2 ? -1 : 1) * Math.floor(e / 2));
  return {
    ...classified(
      x,
      new Int32Array(n).map((_, i) => i % 3),
      2,
      3,
    ),
    classes: ['a', 'b', 'c'],
  };
};
const firsts = ({ x }: { x: Float64Array }) => Array.from(x).filter((_, e) => e % 2 === 0);

describe('split', () => {
  it('divides the samples into two parts, each with its labels and in its order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 40 }),
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        fc.nat(),
        (n, share, seed) => {
          const dataset = numbered(n);
          const { train, test } = split(dataset, { test: share, seed });
          expect(test.n).toBe(Math.round(share * n));
          expect([...firsts(train), ...firsts(test)].sort((a, b) => a - b)).toEqual(firsts(dataset));
          for (const part of [train, test]) {
            expect(firsts(part)).toEqual(firsts(part).sort((a, b) => a - b));
            const { classes, ...samples } = part;
            expect(samples).toEqual(
              classified(
                part.x,
                Int32Array.from(firsts(part), (i) => i % 3),
                2,
                3,
              ),
            );
            expect(classes).toBe(dataset.classes);
          }
        },
      ),
    );
  });

  it('depends on the seed alone', () => {
    const held = (seed?: number) =>
      firsts(split(numbered(50), { test: 0.3, ...(seed !== undefined && { seed }) }).test);
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
    expect(held()).toEqual(held(0));
  });

  it('takes the first samples of a permutation of the stream', () => {
    const order = torchRandom(3).permutation(10);
    const { test } = splitBy(torchRandom(3), numbered(10), 0.4);
    expect(firsts(test)).toEqual(Array.from(order.subarray(0, 4)).sort((a, b) => a - b));
    const drawn = holdingOut(numbered(10), 0.4).draw(torchRandom(3));
    expect(drawn.test).toEqual(test);
    expect(drawn.n).toBe(6);
  });

  it.each([0, 1, -0.1, NaN])('refuses a share of %s', (test) => {
    expect(() => split(numbered(10), { test })).toThrow(new RangeError(`split: test must lie in (0, 1), got ${test}`));
  });

  it('refuses a share that leaves a part without samples, and other options', () => {
    expect(() => split(numbered(4), { test: 0.1 })).toThrow(
      new RangeError('split: test must leave a sample in each part, got 0.1 of 4 samples'),
    );
    expect(() => split(numbered(4), { test: 0.5, sed: 1 } as never)).toThrow(
      'expected options among test, seed, got sed',
    );
  });
});
