import { z } from 'zod';
import { float64, int32 } from '../../columns.ts';
import { hutchPlusPlus } from '../../math/linalg/trace.ts';
import { requireCounts } from '../../math/require-number.ts';
import { requireOneOf } from '../../math/require-one-of.ts';
import type { State } from '../../state.ts';
import type { Adds } from '../transforms/derive.ts';
import { type At, measureEvery } from '../transforms/measure.ts';
import { type MatrixName, matrices, matrixNames, matrixOption } from './curvature/matrices.ts';

export const columns = {
  hessianTrace: float64('tr ∇²L(θₜ), the sum of the eigenvalues', '1/η'),
  hessianTraceError: float64('one standard error of it; 0 where it is exact', '1/η'),
  hessianTraceProducts: int32('products spent on this row', 'product'),
};

/** The options of {@link trace} in a spec. */
export const options = z.strictObject({
  every: z.int().positive().default(1).meta({ description: 'measured at steps divisible by it; null in between' }),
  products: z.int().min(6).default(30).meta({ description: 'to spend on a row' }),
  matrix: matrixOption,
});

/** The options of {@link trace}. */
export interface TraceOptions {
  readonly every?: number;
  readonly products?: number;
  readonly matrix?: MatrixName;
}

/**
 * Estimates the trace of the Hessian by Hutch++, with its standard error.
 *
 *     --{ state, step: 0 }-----------{ state, step: 1 }-----------|
 *       trace()
 *     --{ …, hessianTrace: 31.2 }----{ …, hessianTrace: 31.1 }----|
 *
 * A third of the products finds the space of the large eigenvalues, a third takes the trace there exactly, and a third is
 * Hutchinson's estimate of the rest, with fresh signs at every row.
 *
 * - needs: `state` with exact Hessian products (Jacobian products for `gauss-newton`), `step`
 * - adds:  `hessianTrace`, `hessianTraceError` [1/η], `hessianTraceProducts`
 * - cost:  `products` products and a third as many vectors of d doubles; where d is no more than a third, d products
 * - error: `hessianTraceError`, one standard error over `products`/3 samples, itself uncertain by 1/√(2·products/3)
 *
 * @throws {RangeError} if `products` is not an integer of at least 6, or `matrix` is unknown.
 * @example gradientDescent(run).pipe(take(1_000), every(10), trace()).subscribe(console.log);
 * @see Meyer, Musco, Musco and Woodruff 2020, arXiv:2010.09649.
 */
export function trace<const O extends TraceOptions = Record<never, never>>(
  options: O = {} as O,
): Adds<{ readonly state: State; readonly step: number }, At<O, typeof columns>> {
  const { every = 1, products = 30, matrix = 'hessian' } = options;
  requireCounts('trace', { products }, 6);
  requireOneOf('trace', { matrix }, matrixNames);
  const { needs, of, symbol } = matrices[matrix];
  return measureEvery(
    every,
    { ...columns, hessianTrace: float64(`trace of ${symbol}, the sum of the eigenvalues`, '1/η') },
    ({ random }) => ({
      row({ state }: { readonly state: State; readonly step: number }) {
        const found = hutchPlusPlus(of(state), state.dim, random, products);
        return {
          hessianTrace: found.value,
          hessianTraceError: found.error,
          hessianTraceProducts: found.products,
        };
      },
      snapshot: () => null,
      restore: () => {},
    }),
    { operator: 'trace', needs },
  ) as Adds<{ readonly state: State; readonly step: number }, At<O, typeof columns>>;
}
