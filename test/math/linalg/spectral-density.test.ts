import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussQuadrature, spectralDensityOf } from '../../../src/math/linalg/spectral-density.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { diagonal, distance, product, randomSymmetric, wishart } from './symmetric-matrices.ts';

const options = { probes: 12, steps: 60, points: 81, width: 0.03 };

/** (1/d)·Σ N(λ; λᵢ, σ²) with the host's own exp. */
const drawn = (values: Float64Array, grid: Float64Array, sigma: number) =>
  grid.map(
    (lambda) =>
      values.reduce((sum, value) => sum + Math.exp(-0.5 * ((lambda - value) / sigma) ** 2), 0) /
      (values.length * sigma * Math.sqrt(2 * Math.PI)),
  );

describe('gaussQuadrature', () => {
  it('is exact for polynomials of degree 2m − 1, and not beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(1000), (m, seed) => {
        const values = nativeRandom(seed).uniform(40, -1, 1);
        const b = nativeRandom(seed + 1).normal(40);
        const { nodes, weights } = gaussQuadrature(diagonal(values), b.slice(), m);
        const total = b.reduce((sum, x) => sum + x * x, 0);
        const off = (power: number) => {
          const exact = values.reduce((sum, value, i) => sum + (b[i]! * b[i]! * value ** power) / total, 0);
          return Math.abs(weights.reduce((sum, w, j) => sum + w * nodes[j]! ** power, 0) - exact);
        };
        for (let power = 0; power < 2 * m; power++) expect(off(power)).toBeLessThan(1e-13);
        expect(off(2 * m)).toBeGreaterThan(1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('is the spectral measure itself if the space is exhausted', () => {
    const { nodes, weights } = gaussQuadrature(diagonal([1, 2, 2, 5]), Float64Array.of(1, 1, 1, 1), 50);
    expect(distance(nodes, [1, 2, 5])).toBeLessThan(1e-13);
    expect(distance(weights, [0.25, 0.5, 0.25])).toBeLessThan(1e-13);
  });
});

describe('spectralDensityOf', () => {
  it.each(['Wishart', 'Wigner'])('is the density of the dense eigenvalues to its own error, on a %s matrix', (kind) => {
    const d = 150;
    const A = kind === 'Wishart' ? wishart(nativeRandom(3), 300, d) : randomSymmetric(nativeRandom(3), d);
    const values = eigenvaluesSymmetric(A, d);
    let [square, count] = [0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const found = spectralDensityOf(product(A, d), d, { random: nativeRandom(100 + seed), ...options });
      const exact = drawn(values, found.grid, found.sigma);
      for (const [i, rho] of found.density.entries()) {
        if (exact[i]! < 1e-3 * Math.max(...exact)) continue;
        square += ((rho - exact[i]!) / found.error[i]!) ** 2;
        count++;
      }
    }
    // mean square of Student's t with 11 degrees of freedom: 11/9
    expect(Math.sqrt(square / count)).toBeGreaterThan(0.6);
    expect(Math.sqrt(square / count)).toBeLessThan(1.6);
  });

  it('integrates to 1, to the mean eigenvalue, and to their variance and σ² more', () => {
    const d = 200;
    const values = nativeRandom(9).uniform(d, -2, 3);
    const found = spectralDensityOf(diagonal(values), d, { random: nativeRandom(1), ...options, probes: 60 });
    const h = found.grid[1]! - found.grid[0]!;
    const moment = (f: (lambda: number) => number) =>
      found.density.reduce((sum, rho, i) => sum + h * rho * f(found.grid[i]!), 0);
    // the trapezoidal rule on a sum of Gaussians that ends 4σ beyond: 6·10⁻⁵
    expect(Math.abs(moment(() => 1) - 1)).toBeLessThan(1e-4);
    const mean = values.reduce((sum, x) => sum + x, 0) / d;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / d;
    // Var(bᵀAb/‖b‖²) = 2·Var(λ)/(d + 2) for each of 60 directions
    const scatter = Math.sqrt((2 * variance) / (d + 2) / 60);
    expect(Math.abs(moment((x) => x) - mean)).toBeLessThan(4 * scatter);
    expect(Math.abs(moment((x) => (x - mean) ** 2) - variance - found.sigma ** 2)).toBeLessThan(16 * scatter);
  });

  it('draws a spectrum of one point, and is NaN if a product is NaN', () => {
    const one = spectralDensityOf(diagonal([2, 2, 2]), 3, { random: nativeRandom(1), ...options });
    expect(distance(one.density, drawn(Float64Array.of(2), one.grid, one.sigma))).toBeLessThan(1e-9);
    expect(Math.max(...one.error)).toBeLessThan(1e-9);
    expect(one.products).toBe(options.probes);
    const none = spectralDensityOf(diagonal([NaN, 1, 2]), 3, { random: nativeRandom(1), ...options });
    // 4·0.03 of the range beyond 1.7e308 is no double
    const wide = spectralDensityOf(diagonal([-1.7e308, 1, 1.7e308]), 3, { random: nativeRandom(1), ...options });
    const infinite = spectralDensityOf(diagonal([Infinity, 1, 2]), 3, { random: nativeRandom(1), ...options });
    for (const { density, error, grid, sigma } of [none, wide, infinite]) {
      expect(new Set([...density, ...error, ...grid, sigma])).toEqual(new Set([NaN]));
    }
  });
});
