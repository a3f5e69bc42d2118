import { z } from 'zod';
import { float64, float64s, int32 } from '../../columns.ts';
import { spectralDensityOf } from '../../math/linalg/spectral-density.ts';
import { memoryless } from '../../math/memory.ts';
import { count, every, fraction } from '../../options.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';
import { matrices, matrixOption } from './curvature/matrices.ts';

export const columns = {
  spectralGrid: float64s('values of λ at which the density is given, from end to end of the spectrum', '1/η'),
  spectralDensity: float64s('(1/d)·Σᵢ N(λ; λᵢ, σ²): share of all d eigenvalues per unit of λ', 'η'),
  spectralDensityError: float64s('one standard error of the density, over the random directions', 'η'),
  spectralWidth: float64('σ, width of the Gaussian that stands for each eigenvalue', '1/η'),
  spectralProducts: int32('products spent on this row', 'product'),
};

/**
 * Estimates the density of the Hessian's eigenvalues, with its Monte-Carlo error.
 *
 *     --{ state, step: 0 }---------------------{ state, step: 1 }----|
 *       spectralDensity({ every: 100 })
 *     --{ …, spectralDensity: [0, …, 0] }------{ …, null }-----------|
 *
 * Stochastic Lanczos quadrature takes a Gauss rule of `steps` nodes from each of `probes` random
 * directions. A Gaussian of width σ stands for each eigenvalue, so the density integrates to 1 over
 * the grid, its mean is tr H/d, and its variance is that of the eigenvalues plus σ².
 *
 * - needs: `state` with Hessian products (Gauss-Newton products for `gauss-newton`), `step`
 * - adds:  `spectralGrid` [1/η], `spectralDensity` [η], `spectralDensityError` [η], `spectralWidth`
 *   [1/η], `spectralProducts`
 * - cost:  probes·steps products, 640 by default
 * - error: `spectralDensityError`, one standard error, itself uncertain by 1/√(2·probes). The error
 *   of the quadrature is far below it if steps exceeds 1/width
 *
 * @throws {RangeError} if an option is out of its range.
 * @example
 * gradientDescent(run)
 *   .pipe(take(1_000), spectralDensity({ every: 500 })).subscribe(console.log);
 * @see Ghorbani, Krishnan and Xiao 2019, arXiv:1901.10159.
 */
export const spectralDensity = operator(
  'spectralDensity',
  {
    options: z.strictObject({
      every,
      probes: z
        .int()
        .min(2)
        .default(10)
        .meta({ description: 'random directions; the error falls with their square root' }),
      steps: count.default(64).meta({ description: 'products per direction' }),
      points: z.int().min(2).default(128).meta({ description: 'points of the grid' }),
      width: fraction.default(0.02).meta({ description: 'σ, as a share of the range of the spectrum' }),
      matrix: matrixOption,
    }),
    columns,
    needs: ({ matrix }) => matrices[matrix].needs,
  },
  ({ probes, steps, points, width, matrix }, { random }) => ({
    row({ state }: { readonly state: State }) {
      const found = spectralDensityOf(matrices[matrix].of(state), state.dim, { random, probes, steps, points, width });
      return {
        spectralGrid: found.grid,
        spectralDensity: found.density,
        spectralDensityError: found.error,
        spectralWidth: found.sigma,
        spectralProducts: found.products,
      };
    },
    ...memoryless,
  }),
);
