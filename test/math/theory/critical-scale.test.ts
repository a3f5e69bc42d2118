import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracketCrossing } from '../../../src/math/theory/critical-scale.ts';

describe('bracketCrossing', () => {
  it('holds the crossing of a parabola between two points as near as was asked', () => {
    const cases = { above: 0, below: 0 };
    fc.assert(
      fc.property(
        fc.double({ min: -25, max: 25, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.constantFrom(0.5, 1 / 32, 1e-6),
        (root, start, tol) => {
          const at = 2 ** root;
          cases[root > start ? 'above' : 'below']++;
          const { low, high, evaluations } = bracketCrossing((s) => s * (s - at), 0, 2 ** start, tol);
          expect(low).toBeLessThanOrEqual(at);
          expect(high).toBeGreaterThanOrEqual(at);
          expect(high / low).toBeLessThanOrEqual(1 + tol);
          expect(evaluations).toBeLessThanOrEqual(Math.abs(root - start) + 3 + Math.log2(2 / tol));
        },
      ),
    );
    expect(Math.min(cases.above, cases.below)).toBeGreaterThan(10);
  });

  it('spends seven values for a start within a factor of two and a bracket of 1/32', () => {
    for (const root of [1.1, 1.5, 1.99]) expect(bracketCrossing((s) => s - root, 0, 1, 1 / 32).evaluations).toBe(7);
    for (const root of [0.6, 0.9]) expect(bracketCrossing((s) => s - root, 0, 1, 1 / 32).evaluations).toBe(7);
  });

  it('counts what is not a number as above, and gives up if nothing is above, or all', () => {
    expect(bracketCrossing((s) => (s > 3 ? NaN : 0), 0, 1, 0.1)).toMatchObject({ low: expect.closeTo(3, 0) });
    expect(bracketCrossing(() => 0, 0, 1, 0.1)).toEqual({ low: 2 ** 40, high: Infinity, evaluations: 41 });
    expect(bracketCrossing(() => 1, 0, 1, 0.1)).toEqual({ low: 0, high: 2 ** -40, evaluations: 41 });
  });
});
