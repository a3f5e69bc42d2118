import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestRate } from '../../../src/math/theory/drift-budget.ts';

const number = fc.double({ min: -3, max: 3, noNaN: true });
const laws = fc.array(
  fc.record({ drift: fc.double({ min: -0.99, max: 0.99, noNaN: true }), first: number, second: number }),
  { maxLength: 4 },
);
const forms = (all: readonly { drift: number; first: number; second: number }[]) => ({
  drift: Float64Array.from(all, ({ drift }) => drift),
  first: Float64Array.from(all, ({ first }) => first),
  second: Float64Array.from(all, ({ second }) => second),
});
const exact = { fixed: 0, growing: 0 };
const cap = 4;

describe('largestRate', () => {
  it('keeps every law within the budget, and no rate above it on a fine grid does', () => {
    const cases = { cap: 0, root: 0 };
    fc.assert(
      fc.property(laws, (all) => {
        const eta = largestRate(cap, 1, forms(all), exact);
        cases[eta === cap ? 'cap' : 'root']++;
        const worst = (eta: number) =>
          Math.max(0, ...all.map(({ drift, first, second }) => Math.abs(drift + 2 * eta * first + eta * eta * second)));
        expect(worst(eta)).toBeLessThanOrEqual(1 + 1e-12);
        for (let above = eta + 1e-9; above <= cap; above += cap / 4000) expect(worst(above)).toBeGreaterThan(1 - 1e-8);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(cases.cap, cases.root)).toBeGreaterThan(10);
  });

  it('is the root of η²δ = budget for one law of gradient descent, and the cap if that is lower', () => {
    const one = (second: number) => forms([{ drift: 0, first: 0, second }]);
    expect(largestRate(cap, 0.01, one(-4), exact)).toBeCloseTo(0.05, 15);
    expect(largestRate(0.02, 0.01, one(-4), exact)).toBe(0.02);
    expect(largestRate(cap, 0.01, one(0), exact)).toBe(cap);
    expect(largestRate(cap, 0.01, forms([]), exact)).toBe(cap);
  });

  it('goes on beyond a stretch of rates that break the budget, if it ends before the cap', () => {
    // −2η + η² falls to −1 at η = 1, and is 0 again at η = 2
    const dip = forms([{ drift: 0, first: -1, second: 1 }]);
    expect(largestRate(10, 0.5, dip, exact)).toBeCloseTo(1 + Math.sqrt(1.5), 14);
    expect(largestRate(1.2, 0.5, dip, exact)).toBeCloseTo(1 - Math.sqrt(0.5), 14);
  });

  it('keeps back what rounding may add, and is 0 if nothing is left', () => {
    const one = forms([{ drift: 0, first: 0, second: 1 }]);
    expect(largestRate(cap, 1, one, { fixed: 0.75, growing: 0 })).toBeCloseTo(0.5, 15);
    expect(largestRate(cap, 1, one, { fixed: 0, growing: 3 })).toBeCloseTo(0.5, 15);
    expect(largestRate(cap, 1, one, { fixed: 1.1, growing: 0 })).toBe(0);
    expect(largestRate(cap, 1, forms([{ drift: 1, first: 0, second: 1 }]), exact)).toBe(0);
    expect(largestRate(cap, 1, forms([{ drift: NaN, first: 0, second: 1 }]), exact)).toBe(0);
  });
});
