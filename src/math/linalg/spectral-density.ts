import { exp } from '../functions.ts';
import type { Random } from '../random/random.ts';
import { meanAndError } from '../stats/mean-and-error.ts';
import { Krylov } from './krylov.ts';
import type { MatVec } from './mat-vec.ts';
import { tridiagonalEigen } from './tridiagonal.ts';

/** Gauss rule of the spectral measure of a direction b: Σⱼ weightⱼ·f(nodeⱼ) ≈ bᵀf(A)b/‖b‖². */
export interface Quadrature {
  readonly nodes: Float64Array; //   ascending [m]
  readonly weights: Float64Array; // sum 1     [m]
}

/**
 * Computes the Gauss rule of m nodes of the spectral measure of b, exact for polynomials f of
 * degree 2m − 1. The nodes are the Ritz values of Lanczos from b, the weights the squared first
 * components of the eigenvectors of T.
 *
 * - cost: m products, fewer if the space is exhausted
 *
 * @see Golub and Meurant, Matrices, Moments and Quadrature with Applications (Princeton 2010), ch.
 *   6.
 */
export function gaussQuadrature(matvec: MatVec, b: Float64Array, steps: number): Quadrature {
  using space = new Krylov(matvec, b);
  do space.step();
  while (space.size < steps && !space.exhausted);
  const first = new Float64Array(space.size); // [m, 1]
  first[0] = 1;
  const { values, vectors } = tridiagonalEigen(...space.tridiagonal, first);
  return { nodes: values, weights: vectors.map((s) => s * s) };
}

export interface DensityOptions {
  readonly random: Random;
  /** Number of random directions; the error falls as 1/√probes. */
  readonly probes: number;
  /** Number of Lanczos steps from each direction. */
  readonly steps: number;
  /** Number of points of the grid. */
  readonly points: number;
  /**
   * Standard deviation of the Gaussian that stands for each eigenvalue, relative to the range of
   * the spectrum.
   */
  readonly width: number;
}

export interface Density {
  readonly grid: Float64Array; //    λ, [points]
  readonly density: Float64Array; // [points]
  /** One standard error of the density over the directions. [points] */
  readonly error: Float64Array;
  /** σ, in units of λ. */
  readonly sigma: number;
  readonly products: number;
}

/**
 * Estimates the spectral density (1/d)·Σᵢ N(λ; λᵢ, σ²) of a symmetric A ∈ ℝᵈˣᵈ by stochastic
 * Lanczos quadrature, on a grid that covers the spectrum.
 *
 * E[bᵀf(A)b] = tr f(A)/d for a direction b uniform on the sphere, with f the Gaussian around a
 * point of the grid. A Gauss rule gives bᵀf(A)b of each direction. Their mean has no bias but that
 * of the rule, which is exact to degree 2·steps − 1; that is enough if steps exceeds range/σ.
 * `error` is the Monte-Carlo error alone.
 *
 * - cost: probes·steps products
 *
 * @returns grid, density and error, all NaN if a product is not finite, or the grid overflows.
 * @see Ubaru, Chen and Saad 2017, SIAM J. Matrix Anal. Appl. 38(4); Ghorbani, Krishnan and Xiao
 *   2019, arXiv:1901.10159.
 */
export function spectralDensityOf(
  matvec: MatVec,
  d: number,
  { random, probes, steps, points, width }: DensityOptions,
): Density {
  let products = 0;
  const rules = Array.from({ length: probes }, () => {
    const rule = gaussQuadrature(matvec, random.normal(d), steps);
    products += rule.nodes.length;
    return rule;
  });
  const low = Math.min(...rules.map(({ nodes }) => nodes[0]!));
  const high = Math.max(...rules.map(({ nodes }) => nodes.at(-1)!));
  const size = Math.max(Math.abs(low), Math.abs(high));
  // a spectrum of one point gets a grid as wide as its value
  const range = high - low > 2 ** -40 * size ? high - low : size === 0 ? 1 : size;
  const sigma = width * range;
  const [from, to] = [low - 4 * sigma, high + 4 * sigma];
  const nothing = () => new Float64Array(points).fill(NaN); // [points]
  if (!((to - from) * (points - 1) < Infinity)) {
    return { grid: nothing(), density: nothing(), error: nothing(), sigma: NaN, products };
  }
  const grid = new Float64Array(points).map((_, i) => from + ((to - from) * i) / (points - 1)); // [points]
  const density = new Float64Array(points); //                                                   [points]
  const error = new Float64Array(points); //                                                     [points]
  const height = 1 / (Math.sqrt(2 * Math.PI) * sigma);
  for (const [i, lambda] of grid.entries()) {
    const each = rules.map(({ nodes, weights }) => {
      let sum = 0;
      for (let j = 0; j < nodes.length; j++) {
        const z = (lambda - nodes[j]!) / sigma;
        sum += weights[j]! * exp(-0.5 * z * z);
      }
      return height * sum;
    });
    [density[i], error[i]] = meanAndError(each);
  }
  return { grid, density, error, sigma, products };
}
