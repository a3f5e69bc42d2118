import { concatMap, defer, type Observable, reduce } from 'rxjs';
import { z } from 'zod';
import type { Values } from '../../columns.ts';
import type { Measurement, PowerLaw } from '../../math/stats/power-law.ts';
import { addColumns, axesOf, Stream } from '../../stream.ts';
import { columns } from './fits.ts';

/** What every fold of runs takes in a spec. */
export const folding = {
  x: z.string().meta({ description: 'column of runs on the abscissa' }),
  y: z.string().meta({ description: 'column of runs to fold; of a list the mean of the absolute values' }),
  over: z.enum(['seed', 'none']).default('seed').meta({ description: 'seed: average over seeds first, at each x' }),
  by: z.array(z.string()).optional().meta({ description: 'axes to fit apart; default all but x and seed' }),
  diverged: z
    .enum(['exclude-point', 'exclude-seed'])
    .default('exclude-point')
    .meta({ description: 'what a diverged seed takes out of the fit: its x altogether, or itself' }),
};

/** What every fold of runs takes: `powerLaw`, `summarize`. */
export interface Folding {
  readonly name?: string | undefined;
  /** Columns whose values are folded apart, one row of result each. Default the axes of the sweep but x and `seed`. */
  readonly by?: readonly string[] | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** A cell as a number: itself, or of a list the mean of its absolute values. */
function magnitude(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  if (!(cell instanceof Float64Array) || !cell.length) return NaN;
  return cell.reduce((sum, value) => sum + Math.abs(value), 0) / cell.length;
}

/** One run as the statistics see it; y that is not finite, or of a run whose loss is not, counts as diverged. */
const measurement =
  (x: string, y: string) =>
  (row: Row): Measurement => ({
    x: row[x] as number,
    y: hasDiverged(row) ? NaN : magnitude(row[y]),
    seed: (row['seed'] as number | undefined) ?? 0,
    etaLambda: etaLambda(row),
  });

const hasDiverged = ({ status, loss, finalLoss }: Row): boolean =>
  status === 'diverged' || [loss, finalLoss].some((value) => typeof value === 'number' && !Number.isFinite(value));

function etaLambda({ initialSharpness, learningRate }: Row): number | null {
  if (typeof initialSharpness !== 'number' || typeof learningRate !== 'number') return null;
  return learningRate * initialSharpness;
}

type Fit = Values<typeof columns>;

/** An operator that folds rows with these columns. */
export type Fold<K extends string> = <R extends { readonly [C in K]: unknown }>(source: Observable<R>) => Stream<Fit>;

/**
 * Folds all rows of a stream into one row of `fits`, or one for each combination of the values of `by`; emitted when
 * the source completes. Keeps of each row two numbers and its seed.
 */
export function fold<K extends string>(
  operator: string,
  x: K,
  y: K,
  { name = operator, by: apart }: Folding,
  result: (runs: readonly Measurement[]) => Omit<Fit, 'fit' | 'where' | 'x' | 'y'>,
): Fold<K> {
  const read = measurement(x, y);
  return (source) => {
    const by = apart ?? axesOf(source).filter((axis) => axis !== x && axis !== 'seed');
    addColumns(source, {}, [{ operator, reads: [x, y, ...by] }]);
    const gather = (groups: Map<string, Measurement[]>, row: Row) => {
      const where = by.length ? JSON.stringify(Object.fromEntries(by.map((axis) => [axis, plain(row[axis])]))) : '';
      const group = groups.get(where);
      if (group) group.push(read(row));
      else groups.set(where, [read(row)]);
      return groups;
    };
    const fitted = (groups: Map<string, Measurement[]>) =>
      [...groups].map(([where, runs]) => ({ fit: name, where, x, y, ...result(runs) }));
    // deferred, for each subscriber gathers groups of its own
    const rows = defer(() => source.pipe(reduce(gather, new Map()), concatMap(fitted)));
    return new Stream<Fit>({ columns, fresh: true }, (subscriber) => rows.subscribe(subscriber));
  };
}

const plain = (cell: unknown): unknown => (ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array) : cell);

/** The columns of `fits` that say what was measured at each x. */
export const pointColumns = ({ points, seeds }: Pick<PowerLaw, 'points' | 'seeds'>) => ({
  seeds,
  pointsX: Float64Array.from(points, ({ x }) => x),
  pointsMean: Float64Array.from(points, ({ mean }) => mean),
  pointsDeviation: Float64Array.from(points, ({ deviation }) => deviation),
  pointsFinite: Float64Array.from(points, ({ finite }) => finite),
  pointsTotal: Float64Array.from(points, ({ total }) => total),
  pointsFitted: Float64Array.from(points, ({ kept }) => Number(kept)),
});
