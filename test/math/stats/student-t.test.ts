import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../src/math/stats/normal-quantile.ts';
import { gammaRatio, studentTCdf, studentTDensity, studentTQuantile } from '../../../src/math/stats/student-t.ts';

const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const freedom = fc.double({ min: 0.5, max: 1e4, noNaN: true });
const relative = (a: number, b: number) => Math.abs(a / b - 1);

/** ∫₀ᵗ f by Simpson's rule. */
function simpson(f: (x: number) => number, t: number, n = 2000): number {
  let sum = f(0) + f(t);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * f((i * t) / n);
  return (sum * t) / (3 * n);
}

describe('studentTQuantile', () => {
  it('is tan(π(p − ½)) for one degree of freedom', () => {
    fc.assert(
      fc.property(probability, (p) => {
        // the tangent magnifies the rounding of its argument by up to 1/(π·10⁻⁶)
        const exact = Math.tan(Math.PI * (p - 0.5));
        expect(Math.abs(studentTQuantile(p, 1) - exact)).toBeLessThanOrEqual(1e-13 * (1 + exact * exact));
      }),
    );
  });

  it('is (2p − 1)/√(2p(1 − p)) for two', () => {
    fc.assert(
      fc.property(probability, (p) => {
        const exact = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
        // near ½ and near 1 p itself has lost digits to its rounding
        expect(Math.abs(studentTQuantile(p, 2) - exact)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(exact) ** 3));
      }),
    );
  });

  it('solves the closed form for four, in the angle arctan(t/2)', () => {
    // Abramowitz and Stegun 26.7.4: P(|T| < t) = sin θ (1 + cos²θ/2), tan θ = t/√4
    for (const p of [0.51, 0.6, 0.9, 0.975, 0.995, 0.9999]) {
      const theta = Math.atan(studentTQuantile(p, 4) / 2);
      expect(Math.abs(Math.sin(theta) * (1 + Math.cos(theta) ** 2 / 2) - (2 * p - 1))).toBeLessThan(1e-14);
    }
  });

  it('is that of the normal distribution for infinitely many, and tends to it as 1/df', () => {
    for (const p of [0.6, 0.9, 0.975, 0.999]) {
      const z = normalQuantile(p);
      expect(studentTQuantile(p, Infinity)).toBe(z);
      for (const df of [1e3, 1e4, 1e6, 1e9]) {
        // Cornish and Fisher: t = z + (z³ + z)/(4df) + (5z⁵ + 16z³ + 3z)/(96df²) + O(df⁻³)
        const t = z + (z ** 3 + z) / (4 * df) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df * df);
        expect(Math.abs(studentTQuantile(p, df) - t)).toBeLessThan(1e-13 + (z ** 7 + 10) / (10 * df ** 3));
      }
    }
  });

  it('goes over from the continued fraction to the normal deviate without a step', () => {
    for (const t of [0.1, 1, 2, 5, 10]) {
      expect(relative(studentTCdf(-t, 1e5 * (1 - 1e-14)), studentTCdf(-t, 1e5))).toBeLessThan(1e-11);
    }
  });

  it('inverts the distribution function', () => {
    fc.assert(
      fc.property(probability, freedom, (p, df) => {
        expect(Math.abs(studentTCdf(studentTQuantile(p, df), df) - p)).toBeLessThan(1e-13);
      }),
    );
  });

  it('is odd about ½ and has its ends', () => {
    expect(studentTQuantile(0.5, 3)).toBe(0);
    expect(studentTQuantile(0.25, 3)).toBe(-studentTQuantile(0.75, 3));
    expect(studentTQuantile(0, 3)).toBe(-Infinity);
    expect(studentTQuantile(1, 3)).toBe(Infinity);
  });

  it('checks its arguments', () => {
    expect(() => studentTQuantile(1.5, 3)).toThrow('studentTQuantile: p must lie in [0, 1], got 1.5');
    expect(() => studentTQuantile(0.5, 0)).toThrow('studentTQuantile: df must be positive, got 0');
    expect(() => studentTQuantile(NaN, 1)).toThrow(RangeError);
  });
});

describe('studentTCdf', () => {
  it('is the integral of the density', () => {
    for (const df of [0.7, 1, 2.5, 5, 30, 99_999, 1e6, Infinity]) {
      for (const t of [0.01, 0.5, 1, 2, 4]) {
        const integral = simpson((x) => studentTDensity(x, df), t);
        expect(Math.abs(studentTCdf(t, df) - 0.5 - integral)).toBeLessThan(1e-11);
      }
    }
  });

  it('keeps its relative accuracy in the tail', () => {
    // one degree of freedom: ½ − arctan(t)/π = arctan(1/t)/π
    for (const t of [10, 1e3, 1e8, 1e100]) {
      expect(relative(studentTCdf(-t, 1), Math.atan(1 / t) / Math.PI)).toBeLessThan(1e-12);
    }
    expect(studentTCdf(-Infinity, 3)).toBe(0);
    expect(studentTCdf(Infinity, 3)).toBe(1);
    expect(studentTCdf(NaN, 3)).toBeNaN();
  });
});

describe('gammaRatio', () => {
  it('is a quotient of products at whole and half numbers', () => {
    let half = 1 / Math.sqrt(Math.PI); //    Γ(1)/Γ(½)
    let whole = Math.sqrt(Math.PI) / 2; //   Γ(3/2)/Γ(1)
    for (let n = 0; n < 100; n++) {
      expect(relative(gammaRatio(n + 0.5), half)).toBeLessThan(2e-14);
      expect(relative(gammaRatio(n + 1), whole)).toBeLessThan(2e-14);
      half *= (n + 1) / (n + 0.5);
      whole *= (n + 1.5) / (n + 1);
    }
  });

  it('obeys r(x)·r(x + ½) = x', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (x) => {
        expect(relative(gammaRatio(x) * gammaRatio(x + 0.5), x)).toBeLessThan(2e-14);
      }),
    );
  });
});
