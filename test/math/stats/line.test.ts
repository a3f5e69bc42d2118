import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { fitLine, fitPowerLaw, mean, rivalR2, standardDeviation } from '../../../src/math/stats/line.ts';

describe('fitLine', () => {
  it('meets the worked example of five points', () => {
    // u = 1 … 5, v = 2, 4, 5, 4, 5: suu = 10, suv = 6, svv = 6, residuals 2.4
    const line = fitLine([1, 2, 3, 4, 5], [2, 4, 5, 4, 5]);
    expect(line.slope).toBeCloseTo(0.6, 14);
    expect(line.intercept).toBeCloseTo(2.2, 14);
    expect(line.r2).toBeCloseTo(0.6, 14);
    expect(line.standardError).toBeCloseTo(Math.sqrt(0.08), 14);
  });

  it('leaves residuals that are orthogonal to 1 and u', () => {
    const random = nativeRandom(1);
    const u = [...random.normal(40)];
    const v = [...random.normal(40)];
    const { slope, intercept } = fitLine(u, v);
    const residuals = v.map((y, i) => y - intercept - slope * u[i]!);
    expect(Math.abs(residuals.reduce((a, b) => a + b, 0))).toBeLessThan(1e-13);
    expect(Math.abs(residuals.reduce((sum, r, i) => sum + r * u[i]!, 0))).toBeLessThan(1e-13);
  });

  it('has no R² for equal values and no error for two points', () => {
    expect(fitLine([1, 2, 3], [7, 7, 7])).toMatchObject({ slope: 0, intercept: 7, r2: NaN, standardError: 0 });
    expect(fitLine([1, 2], [7, 9])).toMatchObject({ slope: 2, standardError: NaN });
  });

  it('checks its arguments', () => {
    expect(() => fitLine([1], [1])).toThrow('fitLine: needs 2 points or more, got 1');
    expect(() => fitLine([1, 1], [1, 2])).toThrow('fitLine: needs two different u, got 2 times 1');
    expect(() => fitLine([1, 2], [1])).toThrow(TypeError);
  });
});

describe('fitPowerLaw', () => {
  it('gives the exponent and the prefactor of a pure power', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4000, max: 4000 }).map((p) => p / 1000), // doubles would be tiny nearly always
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (exponent, prefactor) => {
          const x = [1e-4, 3e-4, 1e-3, 1e-2, 0.3, 1];
          const fit = fitPowerLaw(
            x,
            x.map((value) => prefactor * value ** exponent),
          );
          expect(Math.abs(fit.exponent - exponent)).toBeLessThan(1e-14 * 10);
          expect(Math.abs(fit.prefactor / prefactor - 1)).toBeLessThan(1e-12);
          expect(fit.standardError).toBeLessThan(1e-13);
        },
      ),
    );
  });

  it('refuses what has no logarithm', () => {
    for (const bad of [0, -1, NaN, Infinity]) {
      expect(() => fitPowerLaw([1, bad, 3], [1, 2, 3])).toThrow(`must be positive and finite, got ${bad}`);
      expect(() => fitPowerLaw([1, 2, 3], [1, bad, 3])).toThrow(`must be positive and finite, got ${bad}`);
    }
  });
});

describe('rivalR2', () => {
  it('is that of the fit at the fitted exponent and less at any other', () => {
    const x = [1, 2, 5, 10];
    const y = [1.1, 3.7, 26, 95];
    const { exponent, r2 } = fitPowerLaw(x, y);
    expect(rivalR2(x, y, exponent)).toBeCloseTo(r2, 12);
    expect(rivalR2(x, y, exponent + 0.1)).toBeLessThan(r2);
    expect(rivalR2(x, y, -exponent)).toBeLessThan(0);
    expect(rivalR2([1, 2, 4], [3, 12, 48], 2)).toBeCloseTo(1, 14);
    expect(rivalR2([1, 2, 4], [3, 3, 3], 2)).toBeNaN();
  });
});

describe('mean and standardDeviation', () => {
  it('divide by n, and by n − 1', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean([])).toBeNaN();
    expect(standardDeviation([1, 2, 6], 0)).toBeCloseTo(Math.sqrt(14 / 3), 15);
    expect(standardDeviation([1, 2, 6], 1)).toBeCloseTo(Math.sqrt(7), 15);
    expect(standardDeviation([1], 0)).toBe(0);
    expect(standardDeviation([1], 1)).toBeNaN();
  });
});
