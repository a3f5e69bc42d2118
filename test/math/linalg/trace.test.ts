import { describe, expect, it } from 'vitest';
import { hutchPlusPlus } from '../../../src/math/linalg/trace.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { diagonal, product, randomSymmetric, wishart } from './symmetric-matrices.ts';

const traceOf = (A: Float64Array, d: number) =>
  Array.from({ length: d }, (_, i) => A[i * d + i]!).reduce((s, x) => s + x);

describe('hutchPlusPlus', () => {
  it('is the trace to its own standard error, without bias', () => {
    const d = 80;
    const A = randomSymmetric(nativeRandom(5), d);
    const exact = traceOf(A, d);
    const trials = 400;
    let [sum, square, scaled] = [0, 0, 0];
    for (let seed = 0; seed < trials; seed++) {
      const { value, error, products } = hutchPlusPlus(product(A, d), d, nativeRandom(100 + seed), 60);
      expect(products).toBe(60);
      sum += value - exact;
      square += (value - exact) ** 2;
      scaled += ((value - exact) / error) ** 2;
    }
    const spread = Math.sqrt(square / trials);
    expect(Math.abs(sum / trials)).toBeLessThan((4 * spread) / Math.sqrt(trials));
    // mean square of Student's t with 19 degrees of freedom: 19/17
    expect(Math.sqrt(scaled / trials)).toBeGreaterThan(0.85);
    expect(Math.sqrt(scaled / trials)).toBeLessThan(1.35);
  });

  it('is exact, and says so, if the rank is below a third of the products', () => {
    const [n, d] = [5, 60];
    const A = wishart(nativeRandom(2), n, d);
    const { value, error, products } = hutchPlusPlus(product(A, d), d, nativeRandom(1), 30);
    expect(Math.abs(value - traceOf(A, d))).toBeLessThan(1e-12 * value);
    expect(error).toBeLessThan(1e-12 * value);
    expect(products).toBe(10 + n + 10); // no product for directions that A has not
  });

  it('takes the diagonal of a small matrix', () => {
    const A = randomSymmetric(nativeRandom(6), 7);
    const { value, error, products } = hutchPlusPlus(product(A, 7), 7, nativeRandom(1), 21);
    expect(Math.abs(value - traceOf(A, 7))).toBeLessThan(1e-14 * 7);
    expect([error, products]).toEqual([0, 7]);
  });

  it('is nearer than as many products of Hutchinson’s if a few eigenvalues are large', () => {
    const d = 400;
    const values = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -2);
    const turn = nativeRandom(4).normal(d);
    const length = turn.reduce((s, x) => s + x * x, 0);
    const A = (x: Float64Array, out: Float64Array) => {
      const reflect = (y: Float64Array) => {
        const c = (2 * turn.reduce((s, t, i) => s + t * y[i]!, 0)) / length;
        return y.map((yi, i) => yi - c * turn[i]!);
      };
      out.set(reflect(diagonal(values)(reflect(x), new Float64Array(d))));
      return out;
    };
    const exact = values.reduce((s, x) => s + x);
    let [plus, plain] = [0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const random = nativeRandom(seed);
      plus += (hutchPlusPlus(A, d, random, 30).value - exact) ** 2;
      let sum = 0;
      for (let i = 0; i < 30; i++) {
        const g = random.uniform(d, -1, 1).map(Math.sign);
        sum += A(g, new Float64Array(d)).reduce((s, y, j) => s + y * g[j]!, 0) / 30;
      }
      plain += (sum - exact) ** 2;
    }
    expect(plus).toBeLessThan(plain / 4);
  });

  it('is NaN if a product is NaN, and takes six products at least', () => {
    const spoilt = diagonal(Float64Array.from({ length: 50 }, (_, i) => (i ? 1 : NaN)));
    expect(hutchPlusPlus(spoilt, 50, nativeRandom(1), 30)).toEqual({ value: NaN, error: NaN, products: 1 });
    // as exact on a small matrix, and where a product overflows only once Q is known
    for (const bad of [NaN, Infinity, -Infinity]) {
      const small = hutchPlusPlus(diagonal([1, bad, 2]), 3, nativeRandom(1), 30);
      expect(small).toEqual({ value: NaN, error: NaN, products: 3 });
      let count = 0;
      const late = (x: Float64Array, out: Float64Array) => out.set(++count > 12 ? x.fill(bad) : x) ?? out;
      expect(hutchPlusPlus(late, 50, nativeRandom(1), 30)).toEqual({ value: NaN, error: NaN, products: 30 });
    }
    for (const products of [5, 6.5, NaN]) {
      expect(() => hutchPlusPlus(spoilt, 50, nativeRandom(1), products)).toThrow(
        new RangeError(`hutchPlusPlus: products must be an integer of at least 6, got ${products}`),
      );
    }
  });
});
