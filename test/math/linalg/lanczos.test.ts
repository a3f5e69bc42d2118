import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanczos } from '../../../src/math/linalg/lanczos.ts';
import type { MatVec } from '../../../src/math/linalg/mat-vec.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { diagonal, distance, product, randomSymmetric, wishart } from './symmetric-matrices.ts';

const random = nativeRandom(1);
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

describe('lanczos', () => {
  it('finds the top of a spectrum in closed form', () => {
    // second difference of n points: 4 sin²(nπ/(2n + 2)); its top gap is 3·10⁻⁴, so the tolerance must be small
    const n = 300;
    const laplace: MatVec = (x, out) => {
      for (let i = 0; i < n; i++) out[i] = 2 * x[i]! - (x[i - 1] ?? 0) - (x[i + 1] ?? 0);
      return out;
    };
    const found = lanczos(laplace, n, { random, tol: 1e-10 });
    expect(Math.abs(found.value - 4 * Math.sin((n * Math.PI) / (2 * n + 2)) ** 2)).toBeLessThan(1e-12);
    expect(found.converged).toBe(true);
  });

  it.each([2, 3, 17, 120])('agrees with the dense solver on a random matrix of %i', (d) => {
    const A = randomSymmetric(nativeRandom(d), d);
    const exact = eigenvaluesSymmetric(A, d).at(-1)!;
    const found = lanczos(product(A, d), d, { random, tol: 1e-9 });
    expect(found.converged).toBe(true);
    expect(Math.abs(found.value - exact)).toBeLessThanOrEqual(found.residual + d * 2 ** -52 * exact);
  });

  it('agrees with the dense solver on Wishart matrices of any rank', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(1000), (n, d, seed) => {
        const A = wishart(nativeRandom(seed), n, d);
        const exact = eigenvaluesSymmetric(A, d).at(-1)!;
        const found = lanczos(product(A, d), d, { random: nativeRandom(seed + 1), tol: 1e-8 });
        expect(found.converged).toBe(true);
        expect(Math.abs(found.value - exact)).toBeLessThanOrEqual(1e-8 * exact);
      }),
      { numRuns: 200 },
    );
  });

  it('finds the largest algebraic eigenvalue, not the largest in size', () => {
    expect(lanczos(diagonal([-100, 1, 2, 3]), 4, { random }).value).toBeCloseTo(3, 12);
    expect(lanczos(diagonal([-1, -2, -3, -7.5]), 4, { random }).value).toBeCloseTo(-1, 12);
  });

  it('reports the residual that its vector has', () => {
    const d = 80;
    const A = randomSymmetric(nativeRandom(8), d);
    for (const tol of [1e-1, 1e-3, 1e-6]) {
      const { value, vector, residual, converged } = lanczos(product(A, d), d, { random, tol });
      const Ax = product(A, d)(vector, new Float64Array(d));
      const true_ = Math.sqrt(Ax.reduce((sum, y, i) => sum + (y - value * vector[i]!) ** 2, 0));
      expect(Math.abs(residual - true_)).toBeLessThan(1e-13);
      expect(Math.abs(vector.reduce((sum, x) => sum + x * x, 0) - 1)).toBeLessThan(1e-14);
      expect(converged).toBe(residual <= tol * value);
    }
  });

  it('spends the products it reports, and no more than it may', () => {
    for (const maxProducts of [1, 2, 3, 7, 1000]) {
      const A = counted(diagonal(Float64Array.from({ length: 500 }, (_, i) => i)));
      const found = lanczos(A.product, 500, { random, maxProducts, tol: 1e-9 });
      expect(found.products).toBe(A.count);
      expect(found.products).toBeLessThanOrEqual(maxProducts);
      expect(found.converged).toBe(maxProducts === 1000);
      expect(found.residual).toBeGreaterThan(0);
      expect(found.value).toBeLessThanOrEqual(499.000001);
    }
  });

  it('takes the matrix of one entry, zero, the identity, and multiples huge and tiny', () => {
    expect(lanczos(diagonal([-3]), 1, { random })).toMatchObject({
      value: -3,
      residual: 0,
      products: 1,
      converged: true,
    });
    expect(lanczos(diagonal(new Float64Array(50)), 50, { random })).toMatchObject({
      value: 0,
      residual: 0,
      converged: true,
    });
    const identity = lanczos(diagonal(new Float64Array(50).fill(1)), 50, { random });
    expect(identity).toMatchObject({ converged: true });
    expect(Math.abs(identity.value - 1)).toBeLessThan(1e-14);
    for (const unit of [1e200, 1e-200]) {
      const found = lanczos(diagonal([unit, 3 * unit, -4 * unit]), 3, { random });
      expect(Math.abs(found.value / unit - 3)).toBeLessThan(1e-13);
    }
  });

  it('settles on an eigenvalue of 0 at the top, where no relative tolerance can hold', () => {
    const found = lanczos(diagonal(Float64Array.from({ length: 60 }, (_, i) => -i)), 60, { random });
    expect(found.converged).toBe(true);
    expect(Math.abs(found.value)).toBeLessThanOrEqual(found.residual);
    expect(found.residual).toBeLessThanOrEqual(59 * 2 ** -44);
  });

  it('leaves an invariant subspace that its start lies in', () => {
    const start = new Float64Array(30); // e₁ + e₂, of eigenvalues 0 and 1
    start[0] = start[1] = 1;
    const found = lanczos(diagonal(Float64Array.from({ length: 30 }, (_, i) => i)), 30, { random, start });
    expect(Math.abs(found.value - 29)).toBeLessThan(1e-6);
    expect(found.converged).toBe(true);
    // and comes back to it where it held the largest
    const top = new Float64Array(30);
    top[29] = 2;
    const back = lanczos(diagonal(Float64Array.from({ length: 30 }, (_, i) => i)), 30, { random, start: top });
    expect(Math.abs(back.value - 29)).toBeLessThan(1e-12);
    expect(
      distance(
        back.vector.map(Math.abs),
        top.map((x) => x / 2),
      ),
    ).toBeLessThan(1e-12);
  });

  it('fills a space whose blocks are all decoupled', () => {
    // four eigenvalues, each twenty-fold: Krylov spaces of dimension 4
    const values = Float64Array.from({ length: 80 }, (_, i) => i % 4);
    const found = lanczos(diagonal(values), 80, { random, tol: 1e-12 });
    expect(Math.abs(found.value - 3)).toBeLessThan(1e-12);
    expect(found.dimension).toBeLessThanOrEqual(8);
  });

  it('does not take the second eigenvalue for the first from a random start', () => {
    // the top two are 2 % apart, as when one has just overtaken the other
    const values = Float64Array.from({ length: 400 }, (_, i) => (i === 0 ? 1.02 : i === 1 ? 1 : (0.9 * i) / 400));
    for (let seed = 0; seed < 100; seed++) {
      const found = lanczos(diagonal(values), 400, { random: nativeRandom(seed), tol: 1e-4 });
      expect(Math.abs(found.value - 1.02)).toBeLessThan(1e-6);
    }
  });

  it('draws the same from the same seed', () => {
    const A = randomSymmetric(nativeRandom(4), 40);
    const run = () => lanczos(product(A, 40), 40, { random: nativeRandom(9) });
    expect(run()).toEqual(run());
  });

  it('gives NaN at the first product that is not finite', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const at of [1, 2, 5]) {
        let count = 0;
        const spoilt: MatVec = (x, out) => {
          diagonal(Float64Array.from({ length: 30 }, (_, i) => i))(x, out);
          if (++count >= at) out[4] = bad;
          return out;
        };
        const found = lanczos(spoilt, 30, { random });
        expect(found).toMatchObject({ value: NaN, residual: NaN, converged: false, products: at });
        expect(count).toBe(at);
        expect(found.vector).toEqual(new Float64Array(30).fill(NaN));
      }
    }
  });

  it('says so when the products are not those of a symmetric matrix', () => {
    let count = 0;
    const noisy: MatVec = (x, out) => {
      diagonal([1, 2, 3, 4, 5])(x, out);
      out[0]! += Math.sin(++count); // every product another one
      return out;
    };
    const found = lanczos(noisy, 5, { random });
    expect(found.converged).toBe(found.residual <= 1e-6 * Math.abs(found.value));
    expect(found.converged).toBe(false);
  });

  it('checks its arguments', () => {
    const I = diagonal([1, 1]);
    expect(() => lanczos(I, 0, { random })).toThrow('lanczos: d must be a positive integer, got 0');
    expect(() => lanczos(I, 2, { random, tol: 0 })).toThrow('lanczos: tol must lie in (0, 1), got 0');
    expect(() => lanczos(I, 2, { random, maxProducts: 0 })).toThrow('maxProducts must be a positive integer, got 0');
    expect(() => lanczos(I, 2, { random, start: new Float64Array(3) })).toThrow('start must have length 2, got 3');
    expect(() => lanczos(I, 2, { random, start: new Float64Array(2) })).toThrow('got a norm of 0');
    expect(() => lanczos(I, 2, { random, start: Float64Array.of(NaN, 1) })).toThrow('got a norm of NaN');
  });
});
