import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MISS_PROBABILITY, type LanczosResult, lanczos } from '../../../../src/math/linalg/lanczos/lanczos.ts';
import type { MatVec } from '../../../../src/math/linalg/mat-vec.ts';
import { chanceAbove } from '../../../../src/math/linalg/miss-probability.ts';
import { eigenvaluesSymmetric } from '../../../../src/math/linalg/symmetric.ts';
import { nativeRandom } from '../../../../src/math/random/native.ts';
import { diagonal, product, randomSymmetric, ritzValues, wishart } from '../symmetric-matrices.ts';

/** The products of `matvec`, counted. */
function counted(matvec: MatVec) {
  const counter = {
    count: 0,
    product(x: Float64Array, out: Float64Array) {
      counter.count++;
      return matvec(x, out);
    },
  };
  return counter;
}

const valuesOf = (pairs: readonly { readonly value: number }[]) => pairs.map(({ value }) => value);
const unit = (d: number, ...ones: number[]) => {
  const e = new Float64Array(d);
  for (const i of ones) e[i] = 1;
  return e;
};
const ramp = (d: number) => diagonal(Float64Array.from({ length: d }, (_, i) => i));

describe('lanczos', () => {
  it('finds both ends of a spectrum in closed form', () => {
    // second difference of n points: 4 sin²(jπ/(2n + 2)); its gaps are 3·10⁻⁴, so the tolerance must be small
    const n = 300;
    const laplace: MatVec = (x, out) => {
      for (let i = 0; i < n; i++) out[i] = 2 * x[i]! - (x[i - 1] ?? 0) - (x[i + 1] ?? 0);
      return out;
    };
    const exact = (j: number) => 4 * Math.sin((j * Math.PI) / (2 * n + 2)) ** 2;
    const found = lanczos(laplace, n, { random: nativeRandom(1), k: 2, bottom: 2, tol: 1e-9, maxProducts: 5000 });
    expect(found.converged).toBe(true);
    for (const [i, value] of valuesOf(found.top).entries()) expect(Math.abs(value - exact(n - i))).toBeLessThan(1e-11);
    for (const [i, value] of valuesOf(found.bottom).entries()) {
      expect(Math.abs(value - exact(i + 1))).toBeLessThan(1e-11);
    }
  });

  it.each([2, 3, 17, 120, 300])('agrees with the dense solver on a random matrix of %i', (d) => {
    const A = randomSymmetric(nativeRandom(d), d);
    const exact = eigenvaluesSymmetric(A, d);
    const [k, bottom] = d < 10 ? [1, 1] : [4, 3];
    const found = lanczos(product(A, d), d, { random: nativeRandom(1), k, bottom, tol: 1e-8 });
    expect(found.converged).toBe(true);
    const size = Math.max(...exact.map(Math.abs));
    // ‖r‖²/gap: gaps near the edge of a semicircle are above ‖A‖/1000 here
    for (const [i, value] of valuesOf(found.top).entries()) {
      expect(Math.abs(value - exact[d - 1 - i]!)).toBeLessThan(1e-12 * size);
    }
    for (const [i, value] of valuesOf(found.bottom).entries()) {
      expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-12 * size);
    }
  });

  it('agrees with the dense solver on Wishart matrices of any rank, cold and warm', () => {
    const cases = { singular: 0, regular: 0, bottom: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1000),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        (n, d, seed, k, bottom) => {
          fc.pre(k + bottom <= d);
          cases[n < d ? 'singular' : 'regular']++;
          if (bottom) cases.bottom++;
          const A = wishart(nativeRandom(seed), n, d);
          const other = wishart(nativeRandom(seed + 1), n, d);
          const B = A.map((a, i) => a + 0.02 * other[i]!);
          const random = nativeRandom(seed + 2);
          let start: readonly Float64Array[] = [];
          for (const M of [A, B]) {
            const exact = eigenvaluesSymmetric(M, d);
            // where d is a little above n the lowest eigenvalues lie 1e-5 apart: 400 products have been too few for one
            const found = lanczos(product(M, d), d, { random, k, bottom, tol: 1e-9, start, maxProducts: 5000 });
            expect(found.converged).toBe(true);
            const size = exact.at(-1)!;
            for (const [i, value] of valuesOf(found.top).entries()) {
              expect(Math.abs(value - exact[d - 1 - i]!)).toBeLessThanOrEqual(1e-8 * size);
            }
            for (const [i, value] of valuesOf(found.bottom).entries()) {
              expect(Math.abs(value - exact[i]!)).toBeLessThanOrEqual(1e-8 * size);
            }
            start = found.vectors;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(Math.min(...Object.values(cases))).toBeGreaterThan(5);
  });

  it('parts the closest of bottom eigenvalues when the subspace has been cut back', () => {
    // the lowest two of this one lie 3e-6‖A‖ apart; with one vector kept at the bottom 5000 products did not part them
    const d = 35;
    const [A, other] = [353, 354].map((seed) => wishart(nativeRandom(seed), 34, d)) as [Float64Array, Float64Array];
    const random = nativeRandom(355);
    const options = { random, k: 2, bottom: 1, tol: 1e-9 };
    const { vectors } = lanczos(product(A, d), d, options);
    const B = A.map((a, i) => a + 0.02 * other[i]!);
    const found = lanczos(product(B, d), d, { ...options, start: vectors });
    expect(found.converged).toBe(true);
    expect(found.products).toBeLessThan(400);
  });

  it('finds as many from both ends as are asked for, if eigenvalues are equal', () => {
    let split = 0; // cases in which equal eigenvalues are wanted in part
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 2, 3), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        fc.nat(1000),
        (values, k, bottom, seed) => {
          fc.pre(k + bottom <= values.length);
          const found = lanczos(diagonal(values), values.length, { random: nativeRandom(seed), k, bottom });
          const sorted = values.toSorted((a, b) => b - a);
          if (sorted[k - 1] === sorted[k]) split++;
          expect(found.converged).toBe(true);
          const near = (pairs: LanczosResult['top'], exact: readonly number[]) => {
            expect(pairs).toHaveLength(exact.length);
            for (const [i, value] of valuesOf(pairs).entries()) expect(value).toBeCloseTo(exact[i]!, 9);
          };
          near(found.top, sorted.slice(0, k));
          near(found.bottom, sorted.toReversed().slice(0, bottom));
        },
      ),
    );
    expect(split).toBeGreaterThan(10);
  });

  it('finds the largest algebraic eigenvalue, not the largest in size', () => {
    const top = (...values: number[]) =>
      lanczos(diagonal(values), values.length, { random: nativeRandom(1) }).top[0]!.value;
    expect(top(-100, 1, 2, 3)).toBeCloseTo(3, 12);
    expect(top(-1, -2, -3, -7.5)).toBeCloseTo(-1, 12);
  });

  it('finds eigenvalues as often as they are there', () => {
    // four eigenvalues, each twenty-fold: Krylov spaces of dimension 4
    const values = Float64Array.from({ length: 80 }, (_, i) => i % 4);
    const found = lanczos(diagonal(values), 80, { random: nativeRandom(1), k: 5, bottom: 2, tol: 1e-12 });
    for (const value of valuesOf(found.top)) expect(Math.abs(value - 3)).toBeLessThan(1e-12);
    for (const value of valuesOf(found.bottom)) expect(Math.abs(value)).toBeLessThan(1e-12);
    const some = lanczos(diagonal([5, 5, 5, 4, 1, 0, 0, 0, 0, 0]), 10, { random: nativeRandom(1), k: 5 });
    for (const [i, value] of [5, 5, 5, 4, 1].entries()) expect(Math.abs(some.top[i]!.value - value)).toBeLessThan(1e-9);
  });

  it('does not take the rounding of a multiple eigenvalue for another one', () => {
    // rank 1 in 12 dimensions: zeros that differ in their last digits, whatever the tolerance
    const A = wishart(nativeRandom(210), 1, 12);
    for (const tol of [1e-4, 1e-9, 1e-13]) {
      const found = lanczos(product(A, 12), 12, { random: nativeRandom(212), k: 1, bottom: 2, tol });
      expect(found.converged).toBe(true);
      expect(found.products).toBeLessThan(40);
    }
  });

  it('reports the residual that its vector has', () => {
    const d = 80;
    const A = randomSymmetric(nativeRandom(8), d);
    for (const tol of [1e-1, 1e-3, 1e-6]) {
      const { top, bottom, converged } = lanczos(product(A, d), d, { random: nativeRandom(1), k: 2, bottom: 1, tol });
      for (const { vector, value, residual } of [...top, ...bottom]) {
        const Ax = product(A, d)(vector, new Float64Array(d));
        const true_ = Math.sqrt(Ax.reduce((sum, y, i) => sum + (y - value * vector[i]!) ** 2, 0));
        expect(Math.abs(residual - true_)).toBeLessThan(1e-13);
        expect(residual).toBeLessThanOrEqual(tol * Math.max(top[0]!.value, -bottom[0]!.value) * 1.001);
        expect(Math.abs(vector.reduce((sum, x) => sum + x * x, 0) - 1)).toBeLessThan(1e-14);
      }
      expect(converged).toBe(true);
    }
  });

  it('spends the products it reports, and ends where they do', () => {
    for (const maxProducts of [10, 20, 40, 1000]) {
      const A = counted(ramp(500));
      const found = lanczos(A.product, 500, { random: nativeRandom(1), maxProducts, tol: 1e-9 });
      expect(found.products).toBe(A.count);
      expect(found.products).toBeLessThanOrEqual(maxProducts);
      expect(found.converged).toBe(maxProducts === 1000);
      expect(found.top[0]!.residual).toBeGreaterThan(0);
      expect(found.top[0]!.value).toBeLessThanOrEqual(499.000001);
      if (!found.converged) expect(found.top[0]!.missProbability).toBe(1);
    }
  });

  it('takes the matrix of one entry, zero, the identity, and multiples huge and tiny', () => {
    const random = nativeRandom(1);
    const one = lanczos(diagonal([-3]), 1, { random });
    expect(one.top[0]).toMatchObject({ value: -3, residual: 0, missProbability: 0 });
    expect(one.converged).toBe(true);
    const zero = lanczos(diagonal(new Float64Array(50)), 50, { random });
    expect(zero.top[0]).toMatchObject({ value: 0, residual: 0, missProbability: 0 });
    expect(zero.converged).toBe(true);
    const identity = lanczos(diagonal(new Float64Array(50).fill(1)), 50, { random });
    expect(identity.converged).toBe(true);
    expect(Math.abs(identity.top[0]!.value - 1)).toBeLessThan(1e-14);
    for (const scale of [1e200, 1e-200]) {
      const found = lanczos(diagonal([scale, 3 * scale, -4 * scale]), 3, { random });
      expect(Math.abs(found.top[0]!.value / scale - 3)).toBeLessThan(1e-13);
      expect(found.converged).toBe(true);
    }
  });

  it('ends on spectra whose top is lost in their size', () => {
    // no tolerance relative to the largest eigenvalue itself could hold: it is 0, or 10⁻⁹ of the smallest
    for (const top of [0, 1e-7]) {
      const values = Float64Array.from({ length: 400 }, (_, i) => (i === 0 ? top : -i / 4));
      const found = lanczos(diagonal(values), 400, { random: nativeRandom(1), tol: 1e-4 });
      expect(found.converged).toBe(true);
      expect(Math.abs(found.top[0]!.value - top)).toBeLessThanOrEqual(found.top[0]!.residual);
      expect(found.products).toBeLessThan(300);
    }
  });

  describe('warm', () => {
    const d = 400;
    /** Two eigenvalues that may overtake one another, over a ramp up to .9. */
    const pairOver = (first: number, second: number) =>
      diagonal(Float64Array.from({ length: d }, (_, i) => (i === 0 ? first : i === 1 ? second : (0.9 * i) / d)));

    it('sees the eigenvalue that has just overtaken by 2 %, in 200 of 200 trials', () => {
      for (let seed = 0; seed < 200; seed++) {
        const random = nativeRandom(seed);
        // the old vector is an exact eigenvector of the new matrix too: its residual is 0 and says nothing
        const found = lanczos(pairOver(1, 1.02), d, { random, tol: 1e-4, start: [unit(d, 0)] });
        expect(Math.abs(found.top[0]!.value - 1.02)).toBeLessThan(1e-6);
        expect(found.top[0]!.missProbability).toBeLessThanOrEqual(DEFAULT_MISS_PROBABILITY);
        expect(found.converged).toBe(true);
      }
    });

    it('sees it in a rotated basis, with the vectors of a solve before, in 200 of 200 trials', () => {
      const n = 60;
      for (let seed = 0; seed < 200; seed++) {
        const random = nativeRandom(1000 + seed);
        // I − 2vvᵀ turns the axes; the ramp is a random spectrum below
        const v = random.normal(n);
        const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
        const rest = random.uniform(n, -0.5, 0.95);
        const turned = (first: number, second: number): MatVec => {
          const reflect = (x: Float64Array) => {
            const c = v.reduce((sum, vi, i) => sum + vi * x[i]!, 0) / length ** 2;
            return x.map((xi, i) => xi - 2 * c * v[i]!);
          };
          return (x, out) => {
            const y = reflect(x).map((yi, i) => yi * (i === 0 ? first : i === 1 ? second : rest[i]!));
            out.set(reflect(y));
            return out;
          };
        };
        const before = lanczos(turned(1, 0.98), n, { random, tol: 1e-4 });
        expect(Math.abs(before.top[0]!.value - 1)).toBeLessThan(1e-6);
        const after = lanczos(turned(1, 1.02), n, { random, tol: 1e-4, start: before.vectors });
        expect(Math.abs(after.top[0]!.value - 1.02)).toBeLessThan(1e-6);
      }
    });

    it('would be wrong without the fresh direction: the old vectors alone stay where they are', () => {
      const A = counted(pairOver(1, 1.02));
      const e = unit(d, 0);
      const Ae = A.product(e, new Float64Array(d));
      expect(Ae).toEqual(e); // residual 0 at 1, which is not the largest
    });

    it('takes fewer products than cold, and agrees with it', () => {
      const cold = lanczos(pairOver(1, 0.98), d, { random: nativeRandom(1), tol: 1e-4 });
      const warm = lanczos(pairOver(1.001, 0.979), d, { random: nativeRandom(2), tol: 1e-4, start: cold.vectors });
      expect(Math.abs(warm.top[0]!.value - 1.001)).toBeLessThan(1e-7);
      expect(warm.products).toBeLessThan(cold.products);
    });

    it('takes starts that are dependent, of any length, zero, or more than are wanted', () => {
      const e = unit(d, 0, 5);
      const start = [e, e.map((x) => 3e5 * x), new Float64Array(d), unit(d, 7), unit(d, 8), unit(d, 9)];
      const found = lanczos(pairOver(1, 0.5), d, { random: nativeRandom(1), start });
      expect(Math.abs(found.top[0]!.value - 1)).toBeLessThan(1e-10);
      expect(found.converged).toBe(true);
    });
  });

  it('stops at the first step that leaves a chance of 10⁻³ for an eigenvalue 1 % of ‖A‖ above', () => {
    // a warm start from the exact vector of 1, and nothing above 0.9 beside it: one product, and a search of m steps
    const d = 400;
    const values = Float64Array.from({ length: d }, (_, i) => (i === 0 ? 1 : -0.9 + (1.8 * i) / d));
    for (let seed = 0; seed < 5; seed++) {
      const b = nativeRandom(seed).normal(d);
      b[0] = 0;
      const chances = new Map<number, number>(); // by m, of the steps at which the chance is looked at
      for (let m = 2; m <= 40; m += 2) {
        const ritz = ritzValues(values, b, m);
        chances.set(m, chanceAbove(1 + 0.01, ritz.at(-1)!, ritz[0]!, d - 1, m));
      }
      const [steps, chance] = [...chances].find(([, chance]) => chance <= 1e-3)!;
      const found = lanczos(diagonal(values), d, { random: nativeRandom(seed), start: [unit(d, 0)] });
      expect(found.products).toBe(1 + steps);
      expect(Math.abs(found.top[0]!.missProbability / chance - 1)).toBeLessThan(1e-6); // Ritz values differ by rounding
      expect(steps).toBeGreaterThan(8); // every step is looked at before, every other one from there on
    }
  });

  it('keeps a guard, so that the next search does not look for the neighbour of the wanted ones again', () => {
    // the third eigenvalue is 0.001 below the second; without a guard the second search takes 76 products
    const d = 400;
    const cluster = (first: number) =>
      diagonal(Float64Array.from({ length: d }, (_, i) => [first, 0.999, 0.998][i] ?? (0.8 * i) / d));
    const cold = lanczos(cluster(1), d, { random: nativeRandom(0), k: 2, tol: 1e-4 });
    expect(cold.vectors).toHaveLength(3);
    const warm = lanczos(cluster(1.001), d, { random: nativeRandom(1), k: 2, tol: 1e-4, start: cold.vectors });
    expect(warm.vectors).toHaveLength(3);
    expect(warm.converged).toBe(true);
    expect(warm.products).toBeLessThan(40);
    for (const [i, value] of [1.001, 0.999].entries()) expect(Math.abs(warm.top[i]!.value - value)).toBeLessThan(1e-6);
  });

  it('follows more than k while they exceed what is asked, up to eight', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => (i < 5 ? 2 - i / 10 : i / 200));
    const grown = (growAbove: number, k = 1) =>
      valuesOf(lanczos(diagonal(values), 200, { random: nativeRandom(1), k, growAbove }).top);
    expect(grown(1.65)).toHaveLength(4);
    for (const [i, value] of grown(1.65).entries()) expect(value).toBeCloseTo(2 - i / 10, 9);
    expect(grown(2.5)).toHaveLength(1);
    expect(grown(2.5, 2)).toHaveLength(2);
    expect(grown(0.5)).toHaveLength(8);
    expect(grown(0.5, 10)).toHaveLength(10);
  });

  it('has a miss probability for every value, and one that is 0 if the space is exhausted', () => {
    const wide = lanczos(ramp(300), 300, { random: nativeRandom(1), k: 3, bottom: 2, tol: 1e-4 });
    for (const { missProbability } of [...wide.top, ...wide.bottom]) {
      expect(missProbability).toBeGreaterThan(0);
      expect(missProbability).toBeLessThanOrEqual(DEFAULT_MISS_PROBABILITY);
    }
    for (const { missProbability } of lanczos(ramp(6), 6, { random: nativeRandom(1), k: 2 }).top) {
      expect(missProbability).toBe(0);
    }
    const careful = lanczos(ramp(300), 300, { random: nativeRandom(1), miss: 1e-9 });
    const careless = lanczos(ramp(300), 300, { random: nativeRandom(1), miss: 0.5 });
    expect(careful.top[0]!.missProbability).toBeLessThanOrEqual(1e-9);
    expect(careful.products).toBeGreaterThan(careless.products);
  });

  it('draws the same from the same seed', () => {
    const A = randomSymmetric(nativeRandom(4), 40);
    const run = () => lanczos(product(A, 40), 40, { random: nativeRandom(9), k: 2, bottom: 1 });
    expect(run()).toEqual(run());
  });

  it('gives NaN, not converged, if sums of finite entries overflow', () => {
    // all eigenvalues but one are 0, that one is 60·3e307: a product overflows unless its sum is small
    const overflowing: MatVec = (x, out) => out.fill(3e307 * x.reduce((sum, value) => sum + value, 0));
    const { top, bottom, vectors, converged } = lanczos(overflowing, 60, { random: nativeRandom(1), bottom: 1 });
    expect(valuesOf([...top, ...bottom])).toEqual([NaN, NaN]);
    expect({ vectors, converged }).toEqual({ vectors: [], converged: false });
  });

  it.each([0, NaN])('starts cold from vectors of %s', (entry) => {
    const start = [new Float64Array(30).fill(entry)];
    const { top, converged } = lanczos(ramp(30), 30, { random: nativeRandom(1), start });
    expect(Math.abs(top[0]!.value - 29)).toBeLessThanOrEqual(top[0]!.residual + 1e-12);
    expect(converged).toBe(true);
  });

  it('comes to an end if every residual is below the least normal double', () => {
    const values = Float64Array.from({ length: 6 }, (_, i) => (i + 1) * 1e-310);
    const { top, products } = lanczos(diagonal(values), 6, { random: nativeRandom(1), bottom: 1 });
    // a residual in subnormal steps of 5e-324 has five digits left at a tolerance of 1e-6
    expect(Math.abs(top[0]!.value - 6e-310)).toBeLessThan(1e-313);
    expect(products).toBeLessThanOrEqual(300);
  });

  it('gives NaN at the first product that is not finite', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const at of [1, 2, 5, 12]) {
        let count = 0;
        const spoilt: MatVec = (x, out) => {
          ramp(30)(x, out);
          if (++count >= at) out[4] = bad;
          return out;
        };
        const found = lanczos(spoilt, 30, { random: nativeRandom(1), k: 2, bottom: 1, start: [unit(30, 3)] });
        expect(count).toBe(at);
        expect(found).toMatchObject({ products: at, converged: false, vectors: [] });
        expect(found.top).toHaveLength(2);
        for (const { value, residual, vector } of [...found.top, ...found.bottom]) {
          expect([value, residual]).toEqual([NaN, NaN]);
          expect(vector).toEqual(new Float64Array(30).fill(NaN));
        }
      }
    }
  });

  it('does not claim convergence if products differ from call to call', () => {
    let count = 0;
    const noisy: MatVec = (x, out) => {
      diagonal([1, 2, 3, 4, 5])(x, out);
      out[0]! += Math.sin(++count);
      return out;
    };
    expect(lanczos(noisy, 5, { random: nativeRandom(1) }).converged).toBe(false);
  });

  it('checks its arguments', () => {
    const I = diagonal([1, 1]);
    const call = (options: object, d = 2) => lanczos(I, d, { random: nativeRandom(1), ...options });
    expect(() => call({}, 0)).toThrow(new RangeError('lanczos: d must be a positive integer, got 0'));
    expect(() => call({ k: 1.5 })).toThrow(new RangeError('lanczos: k must be a positive integer, got 1.5'));
    expect(() => call({ bottom: -1 })).toThrow(
      new RangeError('lanczos: bottom must be an integer of at least 0, got -1'),
    );
    expect(() => call({ k: 2, bottom: 1 })).toThrow(new RangeError('lanczos: k + bottom must be at most d = 2, got 3'));
    expect(() => call({ tol: 0 })).toThrow(new RangeError('lanczos: tol must lie in (0, 1), got 0'));
    expect(() => call({ miss: 1 })).toThrow(new RangeError('lanczos: miss must lie in (0, 1), got 1'));
    expect(() => call({ maxProducts: 0 })).toThrow('lanczos: maxProducts must be a positive integer, got 0');
    expect(() => call({ start: [new Float64Array(3)] })).toThrow(
      new TypeError('lanczos: start must be vectors of length 2, got one of 3'),
    );
  });
});
