import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { losses } from '../../../src/math/losses/losses.ts';
import { mse } from '../../../src/math/losses/mse.ts';

const value = fc.double({ min: -10, max: 10, noNaN: true });
const problems = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })).chain(([n, k]) => {
  const entries = fc.array(value, { minLength: n * k, maxLength: n * k }).map((a) => Float64Array.from(a));
  return fc.record({ n: fc.constant(n), k: fc.constant(k), f: entries, y: entries, u: entries });
});

describe('mse', () => {
  it('is the mean of (f − y)² over samples and outputs, with gradient 2(f − y)/nk and Hessian 2/nk', () => {
    fc.assert(
      fc.property(problems, ({ n, k, f, y, u }) => {
        const [delta, memo, Hu] = [new Float64Array(n * k), new Float64Array(n * k), new Float64Array(n * k)];
        const loss = mse.value(f, { n, k, y }, delta, memo);
        mse.hessian(u, { n, k, y }, memo, Hu);
        const squares = f.map((fi, i) => (fi - y[i]!) ** 2);
        // sums of at most 20 terms of one sign
        expect(loss).toBeCloseTo(squares.reduce((sum, s) => sum + s, 0) / (n * k), 11);
        for (let i = 0; i < n * k; i++) {
          expect(delta[i]).toBeCloseTo((2 * (f[i]! - y[i]!)) / (n * k), 13);
          expect(Hu[i]).toBeCloseTo((2 * u[i]!) / (n * k), 13);
        }
      }),
    );
  });

  it('has no factor ½: one output that is off by 3 costs 9', () => {
    const delta = new Float64Array(1);
    expect(mse.value(Float64Array.of(5), { n: 1, k: 1, y: Float64Array.of(2) }, delta, new Float64Array(1))).toBe(9);
    expect(delta[0]).toBe(6);
  });

  it('makes NaN of a NaN', () => {
    const delta = new Float64Array(2);
    expect(mse.value(Float64Array.of(NaN, 0), { n: 1, k: 2, y: new Float64Array(2) }, delta, delta)).toBeNaN();
    expect(delta[0]).toBeNaN();
  });
});

describe('losses', () => {
  it('have the names that specs call them by', () => {
    for (const [name, loss] of Object.entries(losses)) expect(loss.name).toBe(name);
  });
});
