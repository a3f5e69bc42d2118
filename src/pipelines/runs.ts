import { type Columns, float64, float64s, int32, nullable, utf8 } from '../columns.ts';
import { columns as stepColumns } from '../operators/sources/descend.ts';
import { type Axes, axisColumns, cells, runColumn } from '../operators/sources/grid.ts';
import type { GridRun } from './parse.ts';
import { SpecError } from './spec-error.ts';

export type RunStatus = 'completed' | 'diverged' | 'interrupted';

type Row = Readonly<Record<string, unknown>>;

const lists = ['drift', 'imbalanceSum'];

/**
 * Columns of the chain that a run's summary takes the last measured value of: every double that a measure adds, and
 * what it declares as `ofRun`.
 */
const finals = (columns: Columns): string[] =>
  Object.keys(columns).filter((name) => {
    const { arrow, ofRun } = columns[name]!;
    return (arrow === 'float64' || ofRun) && !(name in stepColumns);
  });

/** The columns of the `runs` table: one row a run, for chains that add `columns`. */
export function runColumns(grid: Axes, columns: Columns): Columns {
  return {
    run: runColumn,
    ...axisColumns(grid),
    status: utf8('completed | diverged (at a non-finite loss, which is the last row) | interrupted'),
    steps: int32('updates made', 'step'),
    finalLoss: float64('loss on the last row'),
    ...Object.fromEntries(
      lists
        .filter((name) => name in columns)
        .map((name) => [name, float64s(`${columns[name]!.about}; on the last row`, columns[name]!.unit)]),
    ),
    ...('sharpness' in columns ? { initialSharpness: nullable(float64('λ₁ at step 0', '1/η')) } : {}),
    ...Object.fromEntries(
      finals(columns).map((name) => [
        name,
        nullable({ ...columns[name]!, about: `${columns[name]!.about}; the last measured` }),
      ]),
    ),
  };
}

/**
 * Checks that no measure adds a column which the tables have of their own.
 *
 * @throws {SpecError} that names it.
 */
export function checkNames(grid: Axes, columns: Columns): void {
  const taken = Object.keys(runColumns(grid, {})).filter((name) => !(name in stepColumns));
  const twice = taken.find((name) => name in columns);
  if (twice !== undefined) {
    throw new SpecError(`measure: expected columns beside those of the tables (${taken.join(', ')}), got ${twice}`);
  }
}

/** What a summary needs of a trajectory's rows: fold them in, or hand in the first, the last and the last measured. */
export interface Ends {
  readonly first: Row;
  readonly last: Row;
  /** The last non-null value of a column. */
  measured(column: string): unknown;
}

/** Was the trajectory brought to its end, and to which? */
export function statusOf(last: Row, steps: number): RunStatus {
  if (!Number.isFinite(last['loss'])) return 'diverged';
  return last['step'] === steps ? 'completed' : 'interrupted';
}

/** The `runs` row of one run. */
export function runRow(
  { run, point, config }: GridRun,
  grid: Axes,
  columns: Columns,
  { first, last, measured }: Ends,
): Row {
  return {
    run,
    ...cells(point, axisColumns(grid)),
    status: statusOf(last, config.steps),
    steps: last['step'],
    finalLoss: last['loss'],
    ...Object.fromEntries(lists.filter((name) => name in columns).map((name) => [name, last[name]])),
    ...('sharpness' in columns ? { initialSharpness: first['sharpness'] ?? null } : {}),
    ...Object.fromEntries(finals(columns).map((name) => [name, measured(name) ?? null])),
  };
}
