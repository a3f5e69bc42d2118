import type { RecordBatch } from 'apache-arrow';
import { Observable } from 'rxjs';
import { requireCounts } from '../../math/require-number.ts';
import { type Axes, pointsOf, sweepColumns } from '../../operators/sources/grid.ts';
import { importModule } from '../../pipelines/import-module.ts';
import { isStream, Stream } from '../../stream.ts';
import { rowsOf } from '../../tables/rows.ts';
import { messageOf } from '../message-of.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { Workers } from './pool.ts';

/** Pipeline that a worker can make: an export (point) => Stream of a module. */
export interface Pipeline {
  readonly module: string | URL;
  readonly name: string;
}

type Row = Record<string, unknown>;

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
 * @param pipeline URL of a module, and the name of its export, which is called with the point.
 * @param threads `workers`: number of threads; a run is never split over several.
 * @throws {RangeError} if the grid is empty or `workers` is not a positive integer.
 * @throws {TypeError} if the module does not export such a function.
 * @example
 * const rows = await sweepInWorkers({ learningRate: [0.1, 0.2], seed: [1, 2] },
 *   { module: new URL('./pipeline.js', import.meta.url), name: 'run' }, { workers: 2 });
 * rows.pipe(toArrow('output/sweep.arrow')).subscribe();
 */
export async function sweepInWorkers(
  axes: Axes,
  { module, name }: Pipeline,
  { workers = 2 }: { readonly workers?: number } = {},
): Promise<Stream<Row>> {
  requireCounts('sweepInWorkers', { workers });
  const points = pointsOf(axes, 'sweepInWorkers');
  const url = String(module);
  const first: unknown = await ((await importModule(url)) as Record<string, (point: unknown) => unknown>)[name]?.(
    points[0],
  );
  if (!isStream(first)) throw new TypeError(`sweepInWorkers: ${url} must export ${name}: (point) => Stream`);
  const head = sweepColumns('sweepInWorkers', axes, first.columns);
  const shape = { columns: head.columns, axes: Object.keys(axes), fresh: true };
  return new Stream<Row>(shape, (subscriber) => {
    const rows = new Observable<Row>((out) => {
      const stop = new AbortController();
      const pool = new Workers(Math.min(workers, points.length));
      const failures: string[] = [];
      const train = async (point: (typeof points)[number], run: number, signal: AbortSignal) => {
        const cells = head.of(run, point);
        const take = (batch: RecordBatch) => {
          for (const row of rowsOf(batch)) out.next(Object.assign({}, cells, row));
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
