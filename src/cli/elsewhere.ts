import { relative } from 'node:path';
import { listOf } from '../columns.ts';
import type { Outcome } from '../executors/experiment.ts';

/** Writes where the tables are, and lines that open them in Python and DuckDB. */
export function elsewhere(outcome: Outcome): string {
  const { dir, tables } = outcome;
  const here = relative('', dir);
  const path = here.startsWith('..') ? dir : here || '.';
  return `tables: ${path}

Python (pip install pyarrow)
  import pyarrow.feather as feather
  steps = feather.read_table('${path}/steps.arrow')
  print(steps.schema.field('${Object.hasOwn(tables['runs']!, 'drift') ? 'drift' : 'loss'}').metadata, steps.slice(0, 3).to_pylist())

DuckDB
  ${query(outcome, `${path}/runs.parquet`).join('\n  ')}`;
}

/**
 * Asks for the means that the first fit rests on, or those of the drift or the loss, apart for all
 * axes but the seed.
 */
function query({ axes, fits, runs, tables }: Outcome, file: string): string[] {
  const columns = tables['runs']!;
  const fitted = fits[0]?.['y'];
  const isColumn = typeof fitted === 'string' && Object.hasOwn(columns, fitted);
  const y = isColumn ? fitted : 'drift' in columns ? 'drift' : 'finalLoss';
  const apart = axes.filter((axis) => axis !== 'seed');
  const by = (apart.length ? apart : axes).map(identifier);
  const mean = listOf(columns[y]!) ? `avg(${ofList(y, runs)})` : `avg(${identifier(y)})`;
  const whole = runs.every(({ status }) => status === 'completed');
  return [
    `SELECT ${[...by, `${mean} AS ${identifier(y)}`, 'count(*) AS runs'].join(', ')}`,
    `FROM '${file.replaceAll("'", "''")}'`,
    ...(whole ? [] : ["WHERE status = 'completed'"]),
    `GROUP BY ${by.join(', ')} ORDER BY ${by.join(', ')};`,
  ];
}

/** Writes the mean of a list's absolute values, as the fits take it. */
const ofList = (name: string, runs: Outcome['runs']): string =>
  runs.every((run) => (run[name] as ArrayLike<number> | null)?.length === 1)
    ? `abs(${identifier(name)}[1])`
    : `list_avg([abs(c) FOR c IN ${identifier(name)}])`;

/** Writes a name as SQL takes it: in quotes if it has a dot, as an axis of the optimizer's. */
const identifier = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
