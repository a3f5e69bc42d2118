import { from, lastValueFrom, toArray } from 'rxjs';
import { type Columns, isNumeric } from '../columns.ts';
import { Stream } from '../stream.ts';
import type { Experiment } from './experiment.ts';
import { type Fault, listed, nearest, said, show } from './explain.ts';
import { fits } from './registry.ts';
import { SpecError } from './spec-error.ts';

type Row = Readonly<Record<string, unknown>>;

/** One entry of a spec's `fit` with its options. */
interface FitSpec {
  readonly op: keyof typeof fits;
  readonly id?: string;
  readonly x: string;
  readonly y: string;
  readonly by?: readonly string[];
}

const fitsOf = ({ fit }: Pick<Experiment, 'fit'>) => fit as unknown as FitSpec[];

/** The fits of a spec by the name that claims and the table know them by, with the axes that each is kept apart by. */
export const namedFits = (spec: Pick<Experiment, 'fit' | 'grid'>): Map<string, readonly string[]> =>
  new Map(fitsOf(spec).map((fit) => [fit.id ?? fit.op, axesApart(fit, spec.grid)]));

/** Runs that differ in other axes than x and the seed are fitted apart, unless the spec says otherwise. */
const axesApart = ({ x, by }: FitSpec, grid: Experiment['grid']): readonly string[] =>
  by ?? Object.keys(grid).filter((axis) => axis !== x && axis !== 'seed');

/** What is wrong with the names in `fit`, as far as the grid says: two fits of one name, an x or `by` that is no axis. */
export function fitFaults(spec: Pick<Experiment, 'fit' | 'grid'>): Fault[] {
  const fit = fitsOf(spec);
  const names = fit.map(({ op, id }) => id ?? op);
  return fit.flatMap((entry, i) => {
    const faults: Fault[] = [];
    const first = names.indexOf(names[i]!);
    if (first < i) {
      const got = entry.id === undefined ? `none beside the ${entry.op} of` : `${show(entry.id)} as in`;
      const text = `expected a name that no other fit has, got ${got} fit[${first}]`;
      faults.push({ path: ['fit', i, 'id'], text });
    }
    const path = ['fit', i, 'x'];
    const axes = Object.keys(spec.grid);
    if (!axes.includes(entry.x)) {
      faults.push({ path, text: `expected an axis of the grid (${listed(axes)}), got ${named(entry.x, axes)}` });
    } else {
      const wrong = spec.grid[entry.x]!.find((value) => !(typeof value === 'number' && value > 0));
      if (wrong !== undefined) {
        faults.push({
          path,
          text: `expected an axis of positive numbers, got ${entry.x} with the value ${show(wrong)}`,
        });
      }
    }
    for (const [k, axis] of (entry.by ?? []).entries()) {
      if (axes.includes(axis)) continue;
      const text = `expected an axis of the grid (${listed(axes)}), got ${named(axis, axes)}`;
      faults.push({ path: ['fit', i, 'by', k], text });
    }
    return faults;
  });
}

const named = (name: string, names: readonly string[]): string => `${show(name)}${nearest(name, names)}`;

/**
 * Checks that every fit folds a column that the runs will have.
 *
 * @throws {SpecError} that names the fit, the column, and the nearest there is.
 */
export function checkFitColumns(spec: Experiment, columns: Columns): void {
  const known = Object.keys(columns).filter(
    (name) => isNumeric(columns[name]!) && name !== 'run' && !Object.hasOwn(spec.grid, name),
  );
  const faults = fitsOf(spec).flatMap(({ y }, i): Fault[] =>
    known.includes(y)
      ? []
      : [{ path: ['fit', i, 'y'], text: `expected a number of each run (${listed(known)}), got ${named(y, known)}` }],
  );
  if (faults.length) throw new SpecError(faults.map(said));
}

/** Folds the runs of a grid into its fits. */
export async function fitRuns(spec: Experiment, runs: readonly Row[], columns: Columns): Promise<Row[]> {
  const all: Row[] = [];
  for (const fit of fitsOf(spec)) {
    const { op, id, ...options } = fit;
    const table = new Stream<Row>({ columns }, (subscriber) => from(runs).subscribe(subscriber));
    const operator = fits[op].create({ ...options, by: axesApart(fit, spec.grid), name: id ?? op } as never);
    all.push(...(await lastValueFrom(table.pipe(operator, toArray()))));
  }
  return all;
}
