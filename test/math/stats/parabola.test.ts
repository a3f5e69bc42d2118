import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitParabola } from '../../../src/math/stats/parabola.ts';

const number = (size: number) => fc.double({ min: -size, max: size, noNaN: true });

describe('fitParabola', () => {
  it('is the parabola itself where the points lie on one', () => {
    fc.assert(
      fc.property(
        number(3),
        number(3),
        number(3),
        fc.integer({ min: -50, max: 50 }),
        (value, slope, curvature, from) => {
          const u = Array.from({ length: 7 }, (_, i) => from + i);
          const v = u.map((x) => value + slope * x + 0.5 * curvature * x * x);
          const fit = fitParabola(u, v);
          // v is up to 5·10³ and its parabola is told 53 away from the points at the most
          expect(fit.value).toBeCloseTo(value, 7);
          expect(fit.slope).toBeCloseTo(slope, 8);
          expect(fit.curvature).toBeCloseTo(curvature, 9);
        },
      ),
    );
  });

  it('leaves residuals that are orthogonal to 1, u and u²', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: -40, max: 0 }), number(1)), {
      minLength: 4,
      maxLength: 30,
      selector: ([u]) => u,
    });
    fc.assert(
      fc.property(points, (uv) => {
        const [u, v] = [uv.map(([x]) => x / 40), uv.map(([, y]) => y)];
        const { value, slope, curvature } = fitParabola(u, v);
        const residuals = v.map((y, i) => y - value - slope * u[i]! - 0.5 * curvature * u[i]! * u[i]!);
        for (const power of [0, 1, 2]) {
          const inner = residuals.reduce((sum, r, i) => sum + r * u[i]! ** power, 0);
          expect(Math.abs(inner)).toBeLessThan(1e-9); // 30 terms of order 1; neighbours 1/40 apart cost 1600² ε
        }
      }),
    );
  });

  it('refuses lists of different lengths, and fewer than three different u', () => {
    expect(() => fitParabola([1, 2, 3], [1, 2])).toThrow(
      new TypeError('fitParabola: both lists must have the same length, got 3 and 2'),
    );
    expect(() => fitParabola([1, 2, 2], [1, 2, 3])).toThrow(new RangeError('fitParabola: needs 3 different u, got 2'));
  });
});
