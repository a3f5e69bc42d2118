import { z } from 'zod';
import { float64, int32 } from '../../columns.ts';
import { hutchPlusPlus } from '../../math/linalg/trace.ts';
import { memoryless } from '../../math/memory.ts';
import { every } from '../../options.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';
import { matrices, matrixOption } from './curvature/matrices.ts';

export const columns = {
  hessianTrace: float64('tr ∇²L(θₜ), the sum of the eigenvalues', '1/η'),
  hessianTraceError: float64('one standard error of it; 0 if it is exact', '1/η'),
  hessianTraceProducts: int32('products spent on this row', 'product'),
};

/**
 * Estimates the trace of the Hessian by Hutch++, with its standard error.
 *
 *     --{ state, step: 0 }-----------{ state, step: 1 }-----------|
 *       trace()
 *     --{ …, hessianTrace: 31.2 }----{ …, hessianTrace: 31.1 }----|
 *
 * A third of the products finds the space of the large eigenvalues, a third gives the exact trace
 * on it, and a third is Hutchinson's estimate of the rest, with fresh random signs at every row.
 *
 * - needs: `state` with Hessian products (Gauss-Newton products for `gauss-newton`), `step`
 * - adds:  `hessianTrace`, `hessianTraceError` [1/η], `hessianTraceProducts`
 * - cost:  `products` products and a third as many vectors of d doubles; d products if d is at most
 *   a third of `products`
 * - error: `hessianTraceError`, one standard error over `products`/3 samples, itself uncertain by
 *   1/√(2·products/3)
 *
 * @throws {RangeError} if `products` is not an integer of at least 6, or `matrix` is unknown.
 * @example gradientDescent(run).pipe(take(1_000), every(10), trace()).subscribe(console.log);
 * @see Meyer, Musco, Musco and Woodruff 2020, arXiv:2010.09649.
 */
export const trace = operator(
  'trace',
  {
    options: z.strictObject({
      every,
      products: z.int().min(6).default(30).meta({ description: 'products to spend on a row' }),
      matrix: matrixOption,
    }),
    columns,
    columnsFor: ({ matrix }) => ({
      ...columns,
      hessianTrace: float64(`trace of ${matrices[matrix].symbol}, the sum of the eigenvalues`, '1/η'),
    }),
    needs: ({ matrix }) => matrices[matrix].needs,
  },
  ({ products, matrix }, { random }) => ({
    row({ state }: { readonly state: State }) {
      const found = hutchPlusPlus(matrices[matrix].of(state), state.dim, random, products);
      return {
        hessianTrace: found.value,
        hessianTraceError: found.error,
        hessianTraceProducts: found.products,
      };
    },
    ...memoryless,
  }),
);
