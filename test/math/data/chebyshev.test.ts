import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chebyshev } from '../../../src/math/data/chebyshev.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { torchRandom } from '../../../src/math/random/torch.ts';

const reference = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../reference/${name}.json`, import.meta.url), 'utf8'));
const none = nativeRandom(0);

describe('chebyshev', () => {
  it.each([42, 137])('has the points of the reference of seed %i to the bit, and its values to rounding', (seed) => {
    const { x, y } = reference(`edge-chebyshev-seed${seed}`);
    const data = chebyshev({ n: 20, degree: 6 }).draw(torchRandom(seed));
    expect([...data.x]).toEqual(x);
    // an error of half a unit of arccos x < 4 is multiplied by 6: 6 · 2⁻⁵² there, and 6² · 2⁻⁵³ here
    const error = 6 * 2 ** -52 + 36 * 2 ** -53;
    data.y.forEach((value, i) => void expect(Math.abs(value - y[i])).toBeLessThan(error));
  });

  const lines: { n: number; x: number[] }[] = reference('torch-random-more').linspace;
  it.each(lines)('has the $n points of torch.linspace, to the bit', ({ n, x }) => {
    expect([...chebyshev({ n, degree: 1 }).draw(none).x]).toEqual(x);
  });

  it('has evenly spaced points from −1 to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), (n) => {
        const { x } = chebyshev({ n, degree: 0 }).draw(none);
        expect([x[0], x[n - 1]]).toEqual([-1, 1]);
        x.forEach((at, i) => {
          expect(Math.abs(at)).toBeLessThanOrEqual(1);
          expect(Math.abs(at - (2 * i - n + 1) / (n - 1))).toBeLessThanOrEqual(2 ** -51);
        });
      }),
    );
  });

  it('has the values cos(degree · arccos x), to degree² · 2⁻⁵³', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 0, max: 60 }), (n, degree) => {
        const { x, y } = chebyshev({ n, degree }).draw(none);
        // the route by arccos errs by 2⁻⁵² · degree, and by 2⁻⁵³ for the cosine
        const bound = degree * degree * 2 ** -53 + degree * 2 ** -52 + 2 ** -53;
        x.forEach((at, i) => {
          expect(Math.abs(y[i]! - Math.cos(degree * Math.acos(at)))).toBeLessThanOrEqual(bound);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('has the value 1 at 1 and ±1 at −1, exactly', () => {
    for (let degree = 0; degree < 30; degree++) {
      const { y } = chebyshev({ n: 2, degree }).draw(none);
      expect([...y]).toEqual([degree % 2 ? -1 : 1, 1]);
    }
  });

  it('is a regression that draws nothing', () => {
    const random = nativeRandom(4);
    const before = random.state();
    const data = chebyshev({ n: 9, degree: 3 }).draw(random);
    expect(random.state()).toEqual(before);
    expect([data.n, data.d, data.k, data.y.length]).toEqual([9, 1, 1, 9]);
    expect(data).not.toHaveProperty('labels');
  });

  it.each([
    [{ n: 1, degree: 6 }, 'n must be an integer of at least 2, got 1'],
    [{ n: 20, degree: -1 }, 'degree must be an integer of at least 0, got -1'],
  ])('refuses %j', (options, message) => {
    expect(() => chebyshev(options)).toThrow(new RangeError(`chebyshev: ${message}`));
  });
});
