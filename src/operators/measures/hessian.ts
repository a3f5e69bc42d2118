import { z } from 'zod';
import { bool, float64, int32, nullable, nullables, type Values } from '../../columns.ts';
import { lanczos } from '../../math/linalg/lanczos.ts';
import type { State } from '../../state.ts';
import { type Context, measure } from '../transforms/measure.ts';

export const columns = {
  sharpness: float64('λ₁, largest algebraic eigenvalue of the Hessian ∇²L(θₜ)', '1/η'),
  sharpnessResidual: float64('‖Hv − λv‖: an eigenvalue of H lies this near to the value', '1/η'),
  sharpnessMissProbability: nullable(float64('chance that a larger eigenvalue was missed; null where not bounded')),
  sharpnessConverged: bool('did the residual reach the tolerance'),
  hessianProducts: int32('Hessian-vector products spent on this row', 'product'),
};

const tol = z
  .number()
  .gt(0)
  .lt(1)
  .default(1e-4)
  .meta({ description: 'residual to stop at, relative to the eigenvalue' });

/** The options of {@link hessian} in a spec. */
export const options = z.strictObject({
  k: z.literal(1).default(1).meta({ description: 'eigenvalues from the top' }),
  every: z.int().positive().default(1).meta({ description: 'measured at steps divisible by it; null in between' }),
  tol,
});

/** Cold Lanczos at one row: plain, from a fresh seeded random vector. */
const top =
  ({ random }: Context, tolerance: number) =>
  ({ state }: { readonly state: State }): Values<typeof columns> => {
    const found = lanczos(state.hvp, state.dim, { random, tol: tolerance });
    return {
      sharpness: found.value,
      sharpnessResidual: found.residual,
      sharpnessMissProbability: null,
      sharpnessConverged: found.converged,
      hessianProducts: found.products,
    };
  };

/**
 * Measures the sharpness λ₁(∇²L(θₜ)) of each row.
 *
 *     --{ state }----------------{ state }----------------|
 *       sharpness()
 *     --{ …, sharpness: 2.1 }----{ …, sharpness: 2.4 }----|
 *
 * Lanczos on exact Hessian-vector products, fully reorthogonalised, from a fresh seeded random vector at every row. At
 * a kink of a piecewise linear activation the almost-everywhere Hessian is meant.
 *
 * - needs: `state` with exact Hessian products
 * - adds:  `sharpness`, `sharpnessResidual` [1/η], `sharpnessMissProbability`, `sharpnessConverged`, `hessianProducts`
 * - cost:  `hessianProducts` products and as many vectors of d doubles
 * - error: `sharpnessResidual` bounds the distance to *an* eigenvalue; the chance that a larger one was missed is not
 *   bounded here, so `sharpnessMissProbability` is null
 *
 * @param tol Residual to stop at, relative to the eigenvalue. An eigenvalue's error is of the order of the residual's
 *   square over the gap, so the default 1e-4 leaves about 1e-8.
 * @throws {RangeError} if `tol` is not in (0, 1).
 * @example
 * gradientDescent(run).pipe(take(1_000), every(10), sharpness()).subscribe(console.log);
 * @see Cohen et al. 2021, arXiv:2103.00065.
 */
export function sharpness({ tol = 1e-4 }: { readonly tol?: number } = {}) {
  check('sharpness', tol);
  return measure(columns, (context) => ({ row: top(context, tol), ...memoryless }), {
    operator: 'sharpness',
    needs: ['gradient', 'hessianProduct'],
  });
}

/**
 * {@link sharpness} at a cadence: columns are null on the rows in between, so that rows that must not be dropped (the
 * ledger's) can pass.
 *
 * @throws {RangeError} if `tol` is not in (0, 1) or `every` is not a positive integer.
 * @example gradientDescent(run).pipe(take(1_000), hessian({ every: 50 }), conservation())
 */
export function hessian({
  tol = 1e-4,
  every = 1,
}: {
  readonly k?: 1;
  readonly tol?: number;
  readonly every?: number;
} = {}) {
  check('hessian', tol);
  if (!(Number.isInteger(every) && every > 0)) {
    throw new RangeError(`hessian: every must be a positive integer, got ${every}`);
  }
  const added = nullables(columns);
  const nothing = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Values<typeof added>;
  return measure(
    added,
    (context) => {
      const measured = top(context, tol);
      return {
        row: (row: { readonly state: State; readonly step: number }) =>
          row.step % every === 0 ? measured(row) : nothing,
        ...memoryless,
      };
    },
    { operator: 'hessian', reads: ['step'], needs: ['gradient', 'hessianProduct'] },
  );
}

const memoryless = { snapshot: () => null, restore: () => {} };

function check(who: string, tol: number): void {
  if (!(tol > 0 && tol < 1)) throw new RangeError(`${who}: tol must lie in (0, 1), got ${tol}`);
}
