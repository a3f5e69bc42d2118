import { type Column, type Columns, float64, int32, nullable, type SummaryRow, summariesOf, utf8 } from '../columns.ts';
import { columns as stepColumns } from '../operators/sources/descend.ts';
import { axisCells, runColumn } from '../operators/sources/grid.ts';
import { hasDiverged } from '../operators/transforms/until-diverged.ts';
import type { GridRun } from './parse.ts';
import { SpecError } from './spec-error.ts';

export type RunStatus = 'completed' | 'diverged' | 'interrupted';

type Row = Readonly<Record<string, unknown>>;

/** Column of the `runs` table that is taken from a column of the rows. */
interface SummaryColumn {
  readonly name: string;
  /** Column of the rows. */
  readonly from: string;
  readonly row: SummaryRow;
  readonly column: Column;
}

/** Groups of summaries, in the order of the table. */
const rows: Readonly<Record<SummaryRow, string>> = {
  last: 'on the last row',
  first: 'on the first row',
  lastMeasured: 'the last measured',
};

/** Lists the summaries that the columns of a chain declare, group by group. */
function summaryColumns(columns: Columns): SummaryColumn[] {
  const all = Object.entries(columns).flatMap(([from, of]) => {
    const { summary: _, label, ...kept } = of;
    return summariesOf(of).map(({ row, name = from, about = `${of.about}; ${rows[row]}` }): SummaryColumn => {
      const column = { ...kept, ...(label !== undefined && name === from && { label }), about };
      return { name, from, row, column: row === 'last' ? column : nullable(column) };
    });
  });
  return Object.keys(rows).flatMap((group) => all.filter(({ row }) => row === group));
}

/** Declares the columns of the `runs` table, one row per run, for a chain with these `columns`. */
export function runColumns(axes: Columns, columns: Columns): Columns {
  return {
    run: runColumn,
    ...axes,
    status: utf8('completed | diverged (the last row has a loss or a norm that is not finite) | interrupted'),
    steps: int32('updates made', 'step'),
    finalLoss: float64('loss on the last row'),
    ...Object.fromEntries(summaryColumns(columns).map(({ name, column }) => [name, column])),
  };
}

/**
 * Checks that no measure adds a column of a name that the tables use, and that the names of all
 * summaries differ.
 *
 * @throws {SpecError} that names the column.
 */
export function checkNames(axes: Columns, columns: Columns): void {
  const taken = Object.keys(runColumns(axes, {})).filter((name) => !Object.hasOwn(stepColumns, name));
  const summaries = summaryColumns(columns).map(({ name }) => name);
  const used = taken.find((name) => Object.hasOwn(columns, name) || summaries.includes(name));
  if (used !== undefined) {
    throw new SpecError(`measure: expected columns beside those of the tables (${taken.join(', ')}), got ${used}`);
  }
  const twice = summaries.find((name, i) => summaries.indexOf(name) < i);
  if (twice !== undefined) {
    throw new SpecError(`measure: expected a name of its own for each column of runs, got two ${twice}; rename one`);
  }
}

/** First row, last row and last non-null values of a trajectory. */
export interface FirstAndLastRows {
  readonly first: Row;
  readonly last: Row;
  /** Returns the last value of a column that is not null; null or undefined if there is none. */
  lastMeasured(column: string): unknown;
}

/** Tells from the last row how a trajectory ended. */
export function statusOf(last: Row, steps: number): RunStatus {
  if (hasDiverged(last)) return 'diverged';
  return last['step'] === steps ? 'completed' : 'interrupted';
}

/** Makes the row of one run in the `runs` table. */
export function runRow({ run, point, config }: GridRun, axes: Columns, columns: Columns, ends: FirstAndLastRows): Row {
  const { first, last } = ends;
  const value = ({ from, row }: SummaryColumn) =>
    (row === 'first' ? first[from] : row === 'last' ? last[from] : ends.lastMeasured(from)) ?? null;
  return {
    run,
    ...axisCells(point, axes),
    status: statusOf(last, config.steps),
    steps: last['step'],
    finalLoss: last['loss'],
    ...Object.fromEntries(summaryColumns(columns).map((summary) => [summary.name, value(summary)])),
  };
}
