import { concatMap, defer, reduce } from 'rxjs';
import { z } from 'zod';
import { type Columns, utf8, type Values } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { meanAbsolute } from '../../math/stats/mean-absolute.ts';
import type { RunValue } from '../../math/stats/runs-by-x.ts';
import { type Given, parseOptions, requireSchema } from '../../options.ts';
import { addColumns, axesOf, type Flat, Stream } from '../../stream.ts';
import type { ColumnName, NumberColumn, NumericColumn, Reading, Rows } from '../transforms/column-name.ts';
import { hasDiverged } from '../transforms/until-diverged.ts';

type Row = Readonly<Record<string, unknown>>;

/** Columns of every fold, before its own. */
export const columns = {
  fit: utf8('name of the fit: its id, or its operator'),
  where: utf8('values of the axes that the runs of this fit share, as JSON; empty if it takes all runs'),
  x: utf8('column on the abscissa'),
  y: utf8('column that is fitted; of a list, the mean of the absolute values'),
};

const by = z.array(z.string()).optional().meta({ description: 'axes to fit apart; default all but x and seed' });

/** Options that every fold takes in a spec. */
const specOptions = {
  x: z.string().meta({ description: 'column of runs on the abscissa' }),
  y: z.string().meta({ description: 'column of runs to fold; of a list the mean of the absolute values' }),
  by,
};

/** Options that every fold takes in code. */
const callOptions = { name: z.string().optional().meta({ description: 'name of the fit in its rows' }), by };

/** Columns of the interval of a number: its two ends, and the method that made it. */
export interface Interval {
  readonly low: string;
  readonly high: string;
  readonly method: string;
}

/** Text of one row, for a person: a table with a line for each point, and lines under it. */
export interface FitReport {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines?: readonly string[];
}

/** Facts of a fit that claims and the report need, stated beside its columns. */
export interface FitFacts {
  /** Intervals of columns that have one, by the column. */
  readonly intervals?: Readonly<Record<string, Interval>> | undefined;
  /** Column with the R² of the rival model. */
  readonly rivalR2?: string | undefined;
  /** True if x must be positive, as on a logarithmic axis. */
  readonly positiveX?: boolean | undefined;
  /** Describes a row for a person. Default: each number by its name. */
  readonly report?: ((row: Row) => FitReport) | undefined;
}

/** Declaration of a fold. */
export interface FoldDeclaration<C extends Columns, O extends z.ZodObject> extends FitFacts {
  /** Schema of the options beside x, y, `by` and `name`. */
  readonly options: O;
  /** Columns beside `fit`, `where`, `x` and `y`. */
  readonly columns: C;
}

/** Options of a call of a fold. */
export type FoldOptions<O extends z.ZodObject> = (string extends keyof z.input<O> ? unknown : Given<O>) & {
  readonly name?: string | undefined;
  /** Columns whose values are folded apart. Default the axes of the sweep but x and `seed`. */
  readonly by?: readonly string[] | undefined;
};

/** Operator that folds rows which have the columns `K`; R is the row, if it is known. */
export type Fold<K extends string, C extends Columns, R = unknown> = <
  Q extends Reading<R, { readonly [N in K]: unknown }>,
>(
  source: Rows<Q, R>,
) => Stream<Flat<Values<typeof columns & C>>>;

/** Function that makes a fold, with what a spec needs to know of it. */
export interface Folder<C extends Columns, O extends z.ZodObject> extends FitFacts {
  <X extends ColumnName<R>, Y extends ColumnName<R>, R = unknown>(
    x: X & NumberColumn<R, X>,
    y: Y & NumericColumn<R, Y>,
    options?: FoldOptions<O>,
  ): Fold<X | Y, C, R>;
  /** Options in a spec. */
  readonly options: z.ZodObject;
  readonly columns: typeof columns & C;
  /** Makes the fold of an entry of a spec's `fit`. */
  readonly create: (
    options: Readonly<Record<string, unknown>> & { readonly x: string; readonly y: string },
  ) => Fold<string, C>;
}

/**
 * Makes an operator that folds many runs into one row, or one for each combination of the values of
 * `by`. It emits when the source completes, and keeps of each run two numbers and its seed. In a
 * module of one's own that exports `fits`, it is a fit of specs. The stream errs if a run has two
 * rows at the same x, because each row counts as a run.
 *
 * @param name Name of the function, in messages and in specs.
 * @param start Called once per call with the checked options; returns what makes the values of a
 *   row from runs.
 * @example
 * const range = fold(
 *   'range',
 *   {
 *     options: z.strictObject({}),
 *     columns: { least: float64('least y'), greatest: float64('greatest y') },
 *   },
 *   () => (runs) => ({
 *     least: Math.min(...runs.map(({ y }) => y)),
 *     greatest: Math.max(...runs.map(({ y }) => y)),
 *   }),
 * );
 * sweep(grid, run)
 *   .pipe(range('learningRate', 'finalLoss'))
 *   .subscribe(({ least, greatest }) => console.log(least, greatest));
 */
export function fold<C extends Columns, O extends z.ZodObject>(
  name: string,
  { options: own, columns: added, ...facts }: FoldDeclaration<C, O>,
  start: (options: z.output<O>, x: string, y: string) => (runs: readonly RunValue[]) => Values<C>,
): Folder<C, O> {
  requireSchema('fold', name, own);
  const schema = z.strictObject({ ...callOptions, ...own.shape });
  const all = { ...columns, ...added };
  const make = <X extends string, Y extends string>(x: X, y: Y, given: unknown = {}): Fold<X | Y, C> => {
    if (typeof x !== 'string' || typeof y !== 'string') {
      throw new TypeError(`${name}: x and y must be names of columns, got ${formatValue(x)} and ${formatValue(y)}`);
    }
    const { name: fit = name, by: apart, ...options } = parseOptions(name, schema, given);
    const result = start(options as z.output<O>, x, y);
    return (source) => {
      const keys = apart ?? axesOf(source).filter((axis) => axis !== x && axis !== 'seed');
      addColumns(source, {}, [{ operator: name, reads: [x, y, ...keys] }]);
      const folded = ({ groups }: Gathered) =>
        [...groups].map(([where, runs]) => ({ fit, where, x, y, ...result(runs) }) as Flat<Values<typeof columns & C>>);
      // deferred, so that each subscriber gathers groups of its own
      const rows = defer(() => source.pipe(reduce(gather(name, x, y, keys), gathered()), concatMap(folded)));
      return new Stream({ columns: all, fresh: true }, (subscriber) => rows.subscribe(subscriber));
    };
  };
  Object.defineProperty(make, 'name', { value: name });
  const create: Folder<C, O>['create'] = ({ x, y, ...options }) => make(x, y, options);
  const options = z.strictObject({ ...specOptions, ...own.shape });
  return Object.assign(make, { ...facts, options, columns: all, create }) as Folder<C, O>;
}

interface Gathered {
  /** Runs with the same values of the keys. */
  readonly groups: Map<string, RunValue[]>;
  /** Abscissa of the last row of each run. */
  readonly lastX: Map<unknown, unknown>;
}
const gathered = (): Gathered => ({ groups: new Map(), lastX: new Map() });

/**
 * Adds a row to the runs that have the same values of `keys`.
 *
 * @throws {RangeError} if its run has a row at the same x already: every step would count as a run.
 */
const gather =
  (who: string, x: string, y: string, keys: readonly string[]) =>
  (all: Gathered, row: Row): Gathered => {
    const { groups, lastX } = all;
    const { run } = row;
    if (run !== undefined) {
      if (lastX.has(run) && Object.is(lastX.get(run), row[x])) {
        throw new RangeError(`${who}: run ${run} has more than one row; put last() into the run`);
      }
      lastX.set(run, row[x]);
    }
    const where = keys.length ? JSON.stringify(Object.fromEntries(keys.map((key) => [key, plain(row[key])]))) : '';
    const group = groups.get(where);
    if (group) group.push(runValue(row, x, y));
    else groups.set(where, [runValue(row, x, y)]);
    return all;
  };

const plain = (cell: unknown): unknown => (ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array) : cell);

/** Reads x and y of a run; y of a diverged run is NaN. */
const runValue = (row: Row, x: string, y: string): RunValue => ({
  x: row[x] as number,
  y: isOfDivergedRun(row) ? NaN : magnitude(row[y]),
  seed: (row['seed'] as number | undefined) ?? 0,
  etaLambda: etaLambda(row),
});

/**
 * Reads `status` and `finalLoss` of a table's row, and what {@link hasDiverged} reads of a step's.
 */
const isOfDivergedRun = (row: Row): boolean =>
  row['status'] === 'diverged' || hasDiverged(row) || hasDiverged({ loss: row['finalLoss'] });

const magnitude = (cell: unknown): number =>
  cell instanceof Float64Array ? meanAbsolute(cell) : typeof cell === 'number' ? cell : NaN;

function etaLambda({ initialSharpness, learningRate }: Row): number | null {
  if (typeof initialSharpness !== 'number' || typeof learningRate !== 'number') return null;
  return learningRate * initialSharpness;
}
