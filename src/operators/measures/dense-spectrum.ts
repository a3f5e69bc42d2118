import { z } from 'zod';
import { float64s } from '../../columns.ts';
import { denseOf } from '../../math/linalg/dense-of.ts';
import { eigenvaluesSymmetric } from '../../math/linalg/symmetric.ts';
import { requireOneOf } from '../../math/require-one-of.ts';
import type { State } from '../../state.ts';
import type { Adds } from '../transforms/derive.ts';
import { type At, measureEvery } from '../transforms/measure.ts';
import { type MatrixName, matrices, matrixNames, matrixOption } from './curvature/matrices.ts';

/** Parameters above which a dense spectrum is refused: 4 seconds and 32 MB a row. */
export const LARGEST = 2000;

export const columns = {
  hessianSpectrum: float64s('all eigenvalues, ascending', '1/η'),
};

/** The options of {@link denseSpectrum} in a spec. */
export const options = z.strictObject({
  every: z.int().positive().default(1).meta({ description: 'measured at steps divisible by it; null in between' }),
  matrix: matrixOption,
});

/** The options of {@link denseSpectrum}. */
export interface DenseSpectrumOptions {
  readonly every?: number;
  readonly matrix?: MatrixName;
}

/**
 * Computes all eigenvalues of the Hessian of a small network, from the dense matrix.
 *
 *     --{ state, step: 0 }-------------------------{ state, step: 1 }----------------------|
 *       denseSpectrum()
 *     --{ …, hessianSpectrum: [-.1, 0, 2.1] }------{ …, hessianSpectrum: [-.1, 0, 2.4] }---|
 *
 * - needs: `state` with exact Hessian products (Jacobian products for `gauss-newton`), `step`; 2000 parameters at most
 * - adds:  `hessianSpectrum` [1/η], d numbers a row
 * - cost:  d products, 4d³/3 operations and d² doubles: .7 s at d = 1000
 * - error: a few ε·‖H‖ in each, and the rounding of the products
 *
 * @throws {RangeError} if `matrix` is unknown; on assembly, if there are more than 2000 parameters.
 * @example gradientDescent(run).pipe(take(1_000), denseSpectrum({ every: 500 })).subscribe(console.log);
 */
export function denseSpectrum<const O extends DenseSpectrumOptions = Record<never, never>>(
  options: O = {} as O,
): Adds<{ readonly state: State; readonly step: number }, At<O, typeof columns>> {
  const { every = 1, matrix = 'hessian' } = options;
  requireOneOf('denseSpectrum', { matrix }, matrixNames);
  const { needs, of, symbol } = matrices[matrix];
  return measureEvery(
    every,
    { hessianSpectrum: float64s(`all eigenvalues of ${symbol}, ascending`, '1/η') },
    () => ({
      row({ state }: { readonly state: State; readonly step: number }) {
        const { dim } = state;
        // of rows that nobody has described
        if (dim > LARGEST) throw new RangeError(`denseSpectrum: takes at most ${LARGEST} parameters, got ${dim}`);
        return { hessianSpectrum: eigenvaluesSymmetric(denseOf(of(state), dim), dim) };
      },
      snapshot: () => null,
      restore: () => {},
    }),
    { operator: 'denseSpectrum', needs, parameters: { atMost: LARGEST, else: 'use spectralDensity' } },
  ) as Adds<{ readonly state: State; readonly step: number }, At<O, typeof columns>>;
}
