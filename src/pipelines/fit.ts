import { from, lastValueFrom, toArray } from 'rxjs';
import { type Columns, isNumeric } from '../columns.ts';
import { formatValue } from '../format-value.ts';
import { didYouMean } from '../nearest-name.ts';
import { columns as sharedColumns } from '../operators/aggregates/fits.ts';
import { Stream } from '../stream.ts';
import type { Experiment } from './experiment.ts';
import { type Fault, formatFault, joinNames } from './explain.ts';
import { type FitRegistry, fits as knownFits, type RegisteredFit } from './registry.ts';
import { SpecError } from './spec-error.ts';

type Row = Readonly<Record<string, unknown>>;

/** Entry of a spec's `fit` with its options. A fit of one's own may have no x, y or `by`. */
interface Entry {
  readonly op: string;
  readonly id?: string;
  readonly x?: string;
  readonly y?: string;
  readonly by?: readonly string[];
}

/** Fit of a spec with what its operator declares: its columns are those of the table `id`. */
export interface SpecFit extends RegisteredFit {
  /** Name that claims and tables know it by. */
  readonly id: string;
  /** Axes that it is kept apart by: one row for each combination of their values. */
  readonly apart: readonly string[];
  /** Options in the spec. */
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * Tables of every experiment. No fit may take their names, and a file system may not tell `Runs`
 * from `runs`.
 */
export const tableNames: readonly string[] = ['steps', 'runs', 'fits', 'claims', 'laws'];

const entriesOf = ({ fit }: Pick<Experiment, 'fit'>) => fit as unknown as Entry[];

/** Lists the fits of a spec, in its order. */
export const fitsOf = (spec: Pick<Experiment, 'fit' | 'grid'>, registry: FitRegistry = knownFits): SpecFit[] =>
  entriesOf(spec).map((entry) => {
    const { op, id = op, ...given } = entry;
    return { ...registry[op]!, id, apart: axesApart(entry, spec.grid), given };
  });

/**
 * Keeps runs apart that differ in other axes than x and the seed, unless the spec says otherwise.
 */
const axesApart = ({ x, by }: Entry, grid: Experiment['grid']): readonly string[] =>
  by ?? Object.keys(grid).filter((axis) => axis !== x && axis !== 'seed');

/**
 * True if the rows of a fit stand in the table `fits`: it has all columns that power laws share.
 */
export const isPowerLaw = ({ columns }: Pick<SpecFit, 'columns'>): boolean =>
  Object.entries(sharedColumns).every(
    ([name, { arrow }]) => Object.hasOwn(columns, name) && columns[name]!.arrow === arrow,
  );

/** Takes the columns of the table `fits` out of rows. */
export const sharedRows = (rows: readonly Row[]): Row[] =>
  rows.map((row) => Object.fromEntries(Object.keys(sharedColumns).map((name) => [name, row[name]])));

/**
 * Lists the faults of names in `fit`: one that is taken, an x or `by` that is no axis of the grid.
 */
export function fitFaults(spec: Pick<Experiment, 'fit' | 'grid'>, registry: FitRegistry): Fault[] {
  const fit = entriesOf(spec);
  const axes = Object.keys(spec.grid);
  return fit.flatMap((entry, i) => [
    ...nameFaults(fit, i),
    ...(entry.x === undefined ? [] : axisFaults(['fit', i, 'x'], entry.x, spec.grid, registry[entry.op]!)),
    ...(entry.by ?? []).flatMap((axis, k) =>
      axes.includes(axis) ? [] : [{ path: ['fit', i, 'by', k], text: noAxis(axis, axes) }],
    ),
  ]);
}

function nameFaults(fit: readonly Entry[], i: number): Fault[] {
  const names = fit.map(({ op, id }) => (id ?? op).toLowerCase());
  const { op, id } = fit[i]!;
  const path = ['fit', i, 'id'];
  if (tableNames.includes(names[i]!)) {
    return [
      { path, text: `expected a name that no table has (${joinNames(tableNames)}), got ${formatValue(id ?? op)}` },
    ];
  }
  const first = names.indexOf(names[i]!);
  if (first === i) return [];
  const got = id === undefined ? `none beside the ${op} of` : `${formatValue(id)} as in`;
  return [{ path, text: `expected a name that no other fit has, got ${got} fit[${first}]` }];
}

function axisFaults(
  path: Fault['path'],
  x: string,
  grid: Experiment['grid'],
  { positiveX = false }: RegisteredFit,
): Fault[] {
  const axes = Object.keys(grid);
  if (!axes.includes(x)) return [{ path, text: noAxis(x, axes) }];
  const wrong = grid[x]!.find((value) => !(typeof value === 'number' && (value > 0 || !positiveX)));
  if (wrong === undefined) return [];
  const noun = positiveX ? 'positive numbers' : 'numbers';
  return [{ path, text: `expected an axis of ${noun}, got ${x} with the value ${formatValue(wrong)}` }];
}

const noAxis = (name: string, axes: readonly string[]): string =>
  `expected an axis of the grid (${joinNames(axes)}), got ${named(name, axes)}`;

const named = (name: string, names: readonly string[]): string => `${formatValue(name)}${didYouMean(name, names)}`;

/**
 * Checks that every fit folds a column that the runs will have.
 *
 * @throws {SpecError} that names the fit, the column, and the nearest there is.
 */
export function checkFitColumns(spec: Experiment, columns: Columns): void {
  const known = Object.keys(columns).filter(
    (name) => isNumeric(columns[name]!) && name !== 'run' && !Object.hasOwn(spec.grid, name),
  );
  const faults = entriesOf(spec).flatMap(({ y }, i): Fault[] =>
    y === undefined || known.includes(y)
      ? []
      : [
          {
            path: ['fit', i, 'y'],
            text: `expected a number of each run (${joinNames(known)}), got ${named(y, known)}`,
          },
        ],
  );
  if (faults.length) throw new SpecError(faults.map(formatFault));
}

/** Folds the runs of a grid into the rows of its fits, in the order of the spec. */
export async function fitRuns(fits: readonly SpecFit[], runs: readonly Row[], columns: Columns): Promise<Row[]> {
  const all: Row[] = [];
  for (const { id, apart, given, create } of fits) {
    const table = new Stream<Row>({ columns }, (subscriber) => from(runs).subscribe(subscriber));
    const rows = await lastValueFrom(table.pipe(create({ ...given, by: apart, name: id }), toArray()));
    all.push(...rows.map((row: Row) => ({ ...row, fit: id })));
  }
  return all;
}

/** Takes the rows of one fit out of those of all. */
export const rowsOfFit = ({ id }: Pick<SpecFit, 'id'>, rows: readonly Row[]): Row[] =>
  rows.filter(({ fit }) => fit === id);
