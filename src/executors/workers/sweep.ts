import type { RecordBatch } from 'apache-arrow';
import { Observable, type ObservedValueOf } from 'rxjs';
import { formatValue } from '../../format-value.ts';
import { requireCounts } from '../../math/require-number.ts';
import { type Axes, type Point, pointsOf, sweepColumns } from '../../operators/sources/grid.ts';
import type { Swept } from '../../operators/sources/sweep.ts';
import { importModule } from '../../pipelines/import-module.ts';
import { isStream, Stream } from '../../stream.ts';
import { rowsOf } from '../../tables/rows.ts';
import { messageOf } from '../message-of.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { Workers } from './pool.ts';

/** Pipeline that a worker can make: an export (point) => Stream of a module. */
export interface Pipeline {
  /** URL of the module, as `new URL('./pipeline.js', import.meta.url)`. */
  readonly module: string | URL;
  /** Name of the export, which is called with a point of the grid. */
  readonly name: string;
}

type Row = Record<string, unknown>;
type Run = (point: never) => Stream<object> | PromiseLike<Stream<object>>;
/** Run whose type is not given. */
type AnyRun = (point: Point<Axes>) => Stream<Row>;

/** Axes of the grid for a run: a list of values for each entry of the point that it takes. */
type AxesOf<F extends Run> = { readonly [K in keyof Parameters<F>[0]]: readonly Parameters<F>[0][K][] };
/** Row of a run as it comes from a worker. */
type RowOf<F extends Run> = AnyRun extends F
  ? Row
  : Swept<AxesOf<F>, Omit<ObservedValueOf<Awaited<ReturnType<F>>>, 'state'>>;

/**
 * Runs a pipeline at each point of a grid, several at a time in worker threads, as `sweep` does in
 * one.
 *
 * Rows of one run come in order, without `state`, which cannot leave its thread. Rows of different
 * runs mix, because they come in batches. A run that fails is tried once more. If it fails again
 * the others go on, and the stream errs at the end with every run that failed.
 *
 * - adds: `run` and the axes, except `learningRate` if it is a column of the run already
 * - cost: a thread per worker, and up to four batches of 1024 rows in flight for each
 *
 * The type argument is the type of that export. It gives the rows their type, and the axes theirs;
 * without it, only the names of columns can be written down.
 *
 * @param axes     Values of each axis, by the name that the export takes it by.
 * @param pipeline URL of a module, and the name of its export, which is called with the point.
 * @param threads `workers`: number of threads; a run is never split over several.
 * @throws {RangeError} if the grid is empty or `workers` is not a positive integer.
 * @throws {TypeError} if `module` is no URL, it does not export such a function, or an axis is no
 *   list.
 * @example
 * // in TypeScript: sweepInWorkers<typeof import('./pipeline.ts').run>(…)
 * const rows = await sweepInWorkers({ learningRate: [0.1, 0.2], seed: [1, 2] },
 *   { module: new URL('./pipeline.js', import.meta.url), name: 'run' }, { workers: 2 });
 * rows.pipe(toArrow('output/sweep.arrow')).subscribe();
 */
export async function sweepInWorkers<F extends Run = AnyRun>(
  axes: AxesOf<F>,
  { module, name }: Pipeline,
  { workers = 2 }: { readonly workers?: number } = {},
): Promise<Stream<RowOf<F>>> {
  requireCounts('sweepInWorkers', { workers });
  const grid: Axes = axes;
  const points = pointsOf(grid, 'sweepInWorkers');
  const url = String(module);
  if (!URL.canParse(url)) {
    throw new TypeError(
      `sweepInWorkers: module must be a URL as new URL('./pipeline.js', import.meta.url), got ${formatValue(module)}`,
    );
  }
  const first: unknown = await ((await importModule(url)) as Record<string, (point: unknown) => unknown>)[name]?.(
    points[0],
  );
  if (!isStream(first)) throw new TypeError(`sweepInWorkers: ${url} must export ${name}: (point) => Stream`);
  const head = sweepColumns('sweepInWorkers', grid, first.columns);
  const shape = { columns: head.columns, axes: Object.keys(grid), fresh: true };
  return new Stream<RowOf<F>>(shape, (subscriber) => {
    const rows = new Observable<RowOf<F>>((out) => {
      const stop = new AbortController();
      const pool = new Workers(Math.min(workers, points.length));
      const failures: string[] = [];
      const train = async (point: (typeof points)[number], run: number, signal: AbortSignal) => {
        const cells = head.of(run, point);
        const take = (batch: RecordBatch) => {
          for (const row of rowsOf(batch)) out.next(Object.assign({}, cells, row) as RowOf<F>);
        };
        await pool.run({ module: url, name, argument: point }, signal, take).catch((error: unknown) => {
          failures.push(`run ${run} (${JSON.stringify(point)}): ${messageOf(error)}`);
        });
      };
      runConcurrently(points, { concurrency: pool.concurrency, signal: stop.signal }, train)
        .finally(() => pool.close())
        .then(() => {
          if (failures.length) out.error(new Error(`sweepInWorkers: ${failures.join('; ')}`));
          else out.complete();
        })
        .catch((error) => out.error(error));
      return () => stop.abort();
    });
    return rows.subscribe(subscriber);
  });
}
