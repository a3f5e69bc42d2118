import { from, lastValueFrom, toArray } from 'rxjs';
import type { Columns } from '../columns.ts';
import { Stream } from '../stream.ts';
import type { Experiment } from './experiment.ts';
import { fitName, SpecError } from './parse.ts';
import { nearest } from './explain.ts';
import { fits } from './registry.ts';

type Row = Readonly<Record<string, unknown>>;

/** One entry of a spec's `fit` with its options. */
type FitSpec = { readonly op: string; readonly id?: string; readonly x: string; readonly y: string; readonly by?: string[] };

const numeric = ['float64', 'int32', 'uint32', 'list<float64>'];

/**
 * Checks that every fit reads columns that the runs will have.
 *
 * @throws {SpecError} that names the fit, the column, and the nearest there is.
 */
export function checkFitColumns({ fit, grid }: Experiment, columns: Columns): void {
  const known = Object.keys(columns).filter((name) => numeric.includes(columns[name]!.arrow));
  for (const [i, entry] of (fit as unknown as FitSpec[]).entries()) {
    for (const key of ['x', 'y'] as const) {
      if (known.includes(entry[key])) continue;
      throw new SpecError(
        `fit[${i}].${key}: expected a number among the columns of runs (${known.join(', ')}), got ${entry[key]}${nearest(entry[key], known)}`,
      );
    }
    const stranger = entry.by?.find((axis) => !(axis in grid));
    if (stranger) throw new SpecError(`fit[${i}].by: expected axes of the grid, got ${stranger}`);
  }
}

/** Folds the runs of a grid into its fits; runs that differ in other axes than x and the seed are fitted apart. */
export async function fitRuns({ fit, grid }: Experiment, runs: readonly Row[], columns: Columns): Promise<Row[]> {
  const all: Row[] = [];
  for (const { op, id, ...options } of fit as unknown as FitSpec[]) {
    const by = options.by ?? Object.keys(grid).filter((axis) => axis !== options.x && axis !== 'seed');
    const table = new Stream<Row>({ columns }, (subscriber) => from(runs).subscribe(subscriber));
    const name = fitName(id === undefined ? { op } : { op, id });
    const folded = table.pipe(fits[op as keyof typeof fits].create({ ...options, by, name } as never), toArray());
    all.push(...(await lastValueFrom(folded)));
  }
  return all;
}
