import { z } from 'zod';
import { bool, type Column, float64, float64s, int32, type Values } from '../../columns.ts';
import {
  DEFAULT_MISS_PROBABILITY,
  type LanczosResult,
  lanczos,
  OVERTAKE_FRACTION,
} from '../../math/linalg/lanczos/lanczos.ts';
import type { MatVec } from '../../math/linalg/mat-vec.ts';
import { CHECKS, requireSymmetric } from '../../math/linalg/require-symmetric.ts';
import { addScaled, dot, norm } from '../../math/linalg/vector.ts';
import type { NativeRandom } from '../../math/random/native.ts';
import { type SharpnessSample, shouldSolve } from '../../math/theory/cadence.ts';
import { count, fraction, type Given, stepList } from '../../options.ts';
import type { State } from '../../state.ts';
import type { Adds, At } from '../transforms/measure.ts';
import { operator } from '../transforms/operator.ts';
import { type MatrixName, matrices, matrixOption } from './curvature/matrices.ts';

const sharpnessOf = (matrix: MatrixName): Column<number> =>
  float64(`λ₁, largest algebraic eigenvalue of ${matrices[matrix].symbol}`, {
    unit: '1/η',
    label: 'sharpness',
    matrix,
    summary: [{ row: 'first', name: 'initialSharpness', about: 'λ₁ at step 0' }, 'lastMeasured'],
  });

/** Columns of {@link sharpness}. */
export const columns = {
  sharpness: sharpnessOf('hessian'),
  sharpnessResidual: float64('‖Hv − λv‖: bound on the distance to some eigenvalue of H', '1/η'),
  sharpnessMissProbability: float64(
    `bound on the chance that an eigenvalue above it by more than ${100 * OVERTAKE_FRACTION} % of ‖H‖ was missed`,
  ),
  hessianProducts: int32('Hessian-vector products spent on this row', 'product'),
};

const top = {
  sharpnessConverged: bool('true if residuals are within tol and miss probabilities within miss'),
  sharpnessFresh: bool('true if solved on this row; else sharpness is a lower bound, vᵀHv of an old vector'),
  hessianEigenvalues: float64s('largest eigenvalues, descending: k, and more if they exceed ¾ of the edge', '1/η'),
  hessianResiduals: float64s('‖Hv − λv‖ of each of them', '1/η'),
  hessianMissProbabilities: float64s(
    `bound on the chance that an eigenvalue above it by more than ${100 * OVERTAKE_FRACTION} % of ‖H‖ is missing`,
  ),
};

const lowest = {
  hessianLowest: float64s('smallest eigenvalues, ascending', '1/η'),
  hessianLowestResiduals: float64s('‖Hv − λv‖ of each of them', '1/η'),
  hessianLowestMissProbabilities: float64s(
    `bound on the chance that an eigenvalue below it by more than ${100 * OVERTAKE_FRACTION} % of ‖H‖ is missing`,
  ),
};

const tolerances = {
  tol: fraction.default(1e-4).meta({ description: 'residual to stop at, relative to the largest |eigenvalue|' }),
  miss: fraction.default(DEFAULT_MISS_PROBABILITY).meta({ description: 'miss probability at which to stop' }),
};

const options = z.strictObject({
  k: count.default(1).meta({ description: 'eigenvalues from the top' }),
  bottom: z.int().nonnegative().default(0).meta({ description: 'eigenvalues from the bottom' }),
  matrix: matrixOption,
  every: z
    .union([z.int().positive(), stepList, z.literal('adaptive')])
    .default(1)
    .meta({
      description:
        'measures at steps divisible by it, or at those of a list, null in between; adaptive: often near the edge, seldom elsewhere',
    }),
  ...tolerances,
});

/** Options of {@link hessian}. */
export type HessianOptions = Given<typeof options>;
type Settings = Readonly<z.output<typeof options>>;

type Row = { readonly state: State };
type Wide<O> = typeof columns & typeof top & (O extends { readonly bottom: number } ? typeof lowest : unknown);
/** Columns that {@link hessian} adds: `hessianLowest…` with `bottom`, nullable with `every: n`. */
export type HessianColumns<O extends HessianOptions> = At<O, Wide<O>>;

/** Memory between rows. */
interface Remembered {
  /** Ritz vectors of the last solve, that of the largest eigenvalue first; [·][d]. */
  vectors: readonly Float64Array[];
  /** True once the products have been checked to be those of a symmetric matrix. */
  checked: boolean;
  /** Last solves, at most two. */
  solved: readonly SharpnessSample[];
}

/** Estimator that solves row by row, each time from the vectors of the last solve. */
class Estimator {
  memory: Remembered = { vectors: [], checked: false, solved: [] };
  readonly #who: string;
  readonly #options: Settings;
  readonly #random: NativeRandom;

  constructor(who: string, options: Settings, random: NativeRandom) {
    this.#who = who;
    this.#options = options;
    this.#random = random;
  }

  #matvec(state: State): MatVec {
    return matrices[this.#options.matrix].of(state);
  }

  /** Edge of this matrix; NaN if `state.edge` is stated for P⁻¹∇²L and this matrix is not. */
  #edge({ edge, preconditioner }: State): number {
    return preconditioner && this.#options.matrix !== 'preconditioned' ? NaN : edge;
  }

  solve(state: State): LanczosResult {
    const { k, bottom, tol, miss } = this.#options;
    const matvec = this.#matvec(state);
    const { dim } = state;
    const edge = this.#edge(state);
    const checks = this.memory.checked ? 0 : CHECKS;
    if (checks) this.memory.checked = requireSymmetric(this.#who, matvec, dim, this.#random);
    const found = lanczos(matvec, dim, {
      ...{ k, bottom, tol, miss, random: this.#random, start: this.memory.vectors },
      growAbove: edge > 0 ? 0.75 * edge : Infinity,
    });
    this.memory.vectors = found.vectors;
    return { ...found, products: found.products + checks };
  }

  /** Solves, and returns all columns. */
  fresh({ state, step }: Row & { readonly step: number }): Values<typeof columns & typeof top & typeof lowest> {
    const found = this.solve(state);
    const first = found.top[0]!;
    this.memory.solved = [...this.memory.solved.slice(-1), { step, ratio: first.value / this.#edge(state) }];
    return {
      ...head(found),
      sharpnessConverged: found.converged,
      sharpnessFresh: true,
      hessianEigenvalues: Float64Array.from(found.top, ({ value }) => value),
      hessianResiduals: Float64Array.from(found.top, ({ residual }) => residual),
      hessianMissProbabilities: Float64Array.from(found.top, ({ missProbability }) => missProbability),
      hessianLowest: Float64Array.from(found.bottom, ({ value }) => value),
      hessianLowestResiduals: Float64Array.from(found.bottom, ({ residual }) => residual),
      hessianLowestMissProbabilities: Float64Array.from(found.bottom, ({ missProbability }) => missProbability),
    };
  }

  /** Solves if it is time to; else returns the Rayleigh quotient of the last vector. */
  adaptive(row: Row & { readonly step: number }): Values<typeof columns & typeof top & typeof lowest> {
    const { state, step } = row;
    const v = this.memory.vectors[0];
    if (!v || shouldSolve(this.memory.solved, step, -Infinity)) return this.fresh(row);
    const Hv = this.#matvec(state)(v, new Float64Array(v.length)); // [d]
    const value = dot(v, Hv);
    if (shouldSolve(this.memory.solved, step, value / this.#edge(state))) {
      const solved = this.fresh(row);
      return { ...solved, hessianProducts: solved.hessianProducts + 1 };
    }
    const empty = () => new Float64Array(0);
    return {
      sharpness: value,
      sharpnessResidual: norm(addScaled(Hv, -value, v)),
      sharpnessMissProbability: 1,
      hessianProducts: 1,
      sharpnessConverged: false,
      sharpnessFresh: false,
      hessianEigenvalues: empty(),
      hessianResiduals: empty(),
      hessianMissProbabilities: empty(),
      hessianLowest: empty(),
      hessianLowestResiduals: empty(),
      hessianLowestMissProbabilities: empty(),
    };
  }
}

function head({ top: [first], products }: LanczosResult): Values<typeof columns> {
  return {
    sharpness: first!.value,
    sharpnessResidual: first!.residual,
    sharpnessMissProbability: first!.missProbability,
    hessianProducts: products,
  };
}

/**
 * Measures the sharpness λ₁(∇²L(θₜ)) of each row.
 *
 *     --{ state }----------------{ state }----------------|
 *       sharpness()
 *     --{ …, sharpness: 2.1 }----{ …, sharpness: 2.4 }----|
 *
 * Runs Lanczos on exact Hessian-vector products. It starts from the Ritz vectors of the last row,
 * and from a fresh seeded random vector in their complement, so that it sees an eigenvector whose
 * eigenvalue has just become the largest. At a kink of a piecewise linear activation the second
 * derivative counts as 0. {@link hessian} measures more eigenvalues.
 *
 * - needs: `state` with Hessian products
 * - adds:  `sharpness`, `sharpnessResidual` [1/η], `sharpnessMissProbability`, `hessianProducts`
 * - cost:  `hessianProducts` products, three more on the first row, and as many vectors of d
 *   doubles
 * - error: `sharpnessResidual` bounds the distance to some eigenvalue, not necessarily the largest;
 *   `sharpnessMissProbability` bounds the chance that a larger one, by more than 1 % of ‖H‖, was
 *   missed
 *
 * @param options.tol  Residual to stop at, relative to ‖H‖. The error of an eigenvalue is of the
 *   order of the residual's square over the gap: with the default 1e-4 the values differ from
 *   PyTorch's by less than 1e-6 relatively, on the way to the edge.
 * @param options.miss `sharpnessMissProbability` to stop at. Default 1e-3.
 * @throws {RangeError} if `tol` or `miss` is not in (0, 1); as an error of the stream, if products
 *   are not deterministic or not symmetric.
 * @example
 * gradientDescent(run).pipe(take(1_000), every(10), sharpness()).subscribe(console.log);
 * @see Cohen et al. 2021, arXiv:2103.00065.
 */
export const sharpness = operator(
  'sharpness',
  { options: z.strictObject(tolerances), columns, needs: ['hvp'] },
  (given, { random }) => {
    const estimator = new Estimator('sharpness', options.parse(given), random);
    return { row: ({ state }: Row) => head(estimator.solve(state)), ...remembering(estimator) };
  },
);

/**
 * Measures eigenvalues at both ends of the spectrum of the Hessian, the Gauss-Newton matrix or the
 * preconditioned Hessian: on every row, at every n-th step, or often near the edge and seldom
 * elsewhere.
 *
 *     --{ state, step: 0 }-------{ step: 1 }-------------{ step: 2 }---------------|
 *       hessian({ every: 2 })
 *     --{ …, sharpness: 2.1 }----{ …, sharpness: null }--{ …, sharpness: 2.4 }-----|
 *
 * Works as {@link sharpness}, for k eigenvalues from the top and `bottom` from the bottom. Several
 * eigenvalues can be at the edge at once, so up to max(k, 8) are computed while the last exceeds ¾
 * of `state.edge` (1.5/η for gradient descent). Under Adam or RMSProp that needs `matrix:
 * 'preconditioned'`, the matrix that their edge is stated for.
 *
 * With `every: n` the columns are null in between and no row is dropped, so that operators below
 * see every step. `every: 'adaptive'` solves every 9 steps while λ₁/edge lies in [0.75, 1.1] or is
 * predicted to, or if no edge is defined for `matrix`; every 99 steps elsewhere (see
 * `theory/cadence.ts`). In between `sharpness` is the Rayleigh quotient of the last vector, a lower
 * bound of λ₁ for one product: `sharpnessFresh` is false, the miss probability is 1, and lists are
 * empty.
 *
 * - needs: `state` with Hessian products (Gauss-Newton products for `gauss-newton`), `step`
 * - adds:  those of {@link sharpness}, `sharpnessConverged`, `sharpnessFresh`,
 *   `hessianEigenvalues`, `hessianResiduals` [1/η], `hessianMissProbabilities`; with `bottom`
 *   `hessianLowest`, `hessianLowestResiduals` [1/η], `hessianLowestMissProbabilities`
 * - cost:  `hessianProducts` products, three more the first time, and as many vectors of d doubles
 * - error: a residual and a miss probability for each value. Values beyond k have theirs too
 *
 * @param options.matrix `preconditioned`: P^(−1/2)·∇²L·P^(−1/2), which has the eigenvalues of
 *   P⁻¹∇²L; ∇²L if the optimizer has no P.
 * @throws {RangeError} if k is not a positive integer, `bottom` not an integer of at least 0,
 *   `every` neither a positive integer nor 'adaptive', or `tol` or `miss` not in (0, 1); when the
 *   chain is assembled, if k + bottom exceeds the number of parameters; as an error of the stream,
 *   if products are not deterministic or not symmetric.
 * @example
 * gradientDescent(run)
 *   .pipe(take(1_000), hessian({ k: 3, bottom: 1, every: 50 }), conservation());
 * @see Cohen et al. 2021, arXiv:2103.00065; Cohen et al. 2024, arXiv:2410.24206, for several
 *   eigenvalues at the edge.
 */
export const hessian = operator(
  'hessian',
  {
    options,
    columns: { ...columns, ...top },
    columnsFor: ({ matrix, bottom }) => ({
      ...columns,
      sharpness: sharpnessOf(matrix),
      ...top,
      ...(bottom ? lowest : {}),
    }),
    reads: ['step'],
    needs: ({ matrix }) => matrices[matrix].needs,
    check(run, { k, bottom }) {
      const { dim } = run!.objective;
      if (k + bottom <= dim) return;
      throw new RangeError(`hessian: k + bottom must be at most the number of parameters, ${dim}, got ${k + bottom}`);
    },
  },
  (settings, { random }) => {
    const estimator = new Estimator('hessian', settings, random);
    const { every, bottom } = settings;
    const names = Object.keys({ ...columns, ...top, ...(bottom ? lowest : {}) });
    const only = (values: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, values[name]]));
    return {
      row: (row: Row & { readonly step: number }) =>
        only(every === 'adaptive' ? estimator.adaptive(row) : estimator.fresh(row)) as Values<
          typeof columns & typeof top
        >,
      ...remembering(estimator),
    };
  },
) as unknown as Hessian;

/** Type of {@link hessian}: `bottom` adds columns, and a cadence `every: n` makes them nullable. */
interface Hessian {
  <const G extends HessianOptions>(given?: G): Adds<Row & { readonly step: number }, HessianColumns<G>>;
  readonly options: typeof options;
  readonly columns: typeof columns & typeof top;
}

const remembering = (estimator: Estimator) => ({
  snapshot: () => estimator.memory,
  restore: (saved: Remembered) => void (estimator.memory = saved),
});
