import { z } from 'zod';
import { float64s } from '../../columns.ts';
import { denseOf } from '../../math/linalg/dense-of.ts';
import { eigenvaluesSymmetric } from '../../math/linalg/symmetric.ts';
import { memoryless } from '../../math/memory.ts';
import { every } from '../../options.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';
import { matrices, matrixOption } from './curvature/matrices.ts';

/** Largest number of parameters of a dense spectrum, which takes 4 seconds and 32 MB a row. */
export const LARGEST = 2000;

const columns = {
  hessianSpectrum: float64s('all eigenvalues, ascending', '1/η'),
};

/**
 * Computes all eigenvalues of the Hessian of a small network, from the dense matrix.
 *
 *     --{ state, step: 0 }-------------------------{ state, step: 1 }----------------------|
 *       denseSpectrum()
 *     --{ …, hessianSpectrum: [-.1, 0, 2.1] }------{ …, hessianSpectrum: [-.1, 0, 2.4] }---|
 *
 * - needs: `state` with Hessian products (Gauss-Newton products for `gauss-newton`), `step`; at
 *   most 2000 parameters
 * - adds:  `hessianSpectrum` [1/η], d numbers a row
 * - cost:  d products, 4d³/3 operations and d² doubles: .7 s at d = 1000
 * - error: a few ε·‖H‖ in each eigenvalue, and the rounding of the products
 *
 * @throws {RangeError} if `matrix` is unknown; when the chain is assembled, if there are more than
 *   2000 parameters.
 * @example
 * gradientDescent(run)
 *   .pipe(take(1_000), denseSpectrum({ every: 500 })).subscribe(console.log);
 */
export const denseSpectrum = operator(
  'denseSpectrum',
  {
    options: z.strictObject({ every, matrix: matrixOption }),
    columns,
    columnsFor: ({ matrix }) => ({
      hessianSpectrum: float64s(`all eigenvalues of ${matrices[matrix].symbol}, ascending`, '1/η'),
    }),
    needs: ({ matrix }) => matrices[matrix].needs,
    check(run) {
      const { dim } = run!.objective;
      if (dim <= LARGEST) return;
      throw new RangeError(`denseSpectrum: takes at most ${LARGEST} parameters, got ${dim}; use spectralDensity`);
    },
  },
  ({ matrix }) => ({
    row: ({ state }: { readonly state: State }) => ({
      hessianSpectrum: eigenvaluesSymmetric(denseOf(matrices[matrix].of(state), state.dim), state.dim),
    }),
    ...memoryless,
  }),
);
