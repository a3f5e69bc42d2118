import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDistribution } from '../../../src/math/erf.ts';
import { normalQuantile } from '../../../src/math/stats/normal-quantile.ts';

describe('normalQuantile', () => {
  it('meets the tables', () => {
    // Abramowitz and Stegun, table 26.5
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489, 12);
  });

  it('is odd about ½, where it is 0', () => {
    expect(normalQuantile(0.5)).toBe(0);
    for (const p of [0.25, 2 ** -10]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
  });

  it('is inverted by the distribution', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.5, noNaN: true }), (p) => {
        // an ulp of z = 37 is 7e-15, and the density there falls by z·7e-15 = 3e-13 over it
        expect(Math.abs(normalDistribution(normalQuantile(p)) / p - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('is infinite at 0 and 1, and refuses what is no probability', () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    for (const p of [2, -1e-300, NaN]) {
      expect(() => normalQuantile(p)).toThrow(`normalQuantile: p must lie in [0, 1], got ${p}`);
    }
  });
});
