import { digits, many } from '../digits.ts';
import type { Outcome } from '../executors/experiment.ts';
import { duration } from '../live/terminal.ts';
import { meanAbsolute } from '../math/stats/mean-absolute.ts';
import type { FitReport } from '../operators/aggregates/fold.ts';
import type { SpecFit } from '../pipelines/fit.ts';
import { elsewhere } from './elsewhere.ts';
import { table } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

const list = (cell: unknown): number[] => Array.from((cell as Float64Array | undefined) ?? []);

/**
 * Writes what a person reads at the end of a run: each fit, each claim, and where the tables are.
 */
export function report(outcome: Outcome): string {
  const { fits, declaredFits, claims } = outcome;
  const found = fits.length ? fits.map((row) => describeFit(row, declaredFits)) : listRuns(outcome);
  return [heading(outcome), ...found, ...claims.map(describeClaim), elsewhere(outcome)].join('\n\n');
}

function heading({ runs, planned, found, trained, seconds, status, question }: Outcome): string {
  const isCut = status === 'interrupted';
  const diverged = runs.filter((run) => run['status'] === 'diverged').length;
  const parts = [
    isCut ? `${runs.length} of ${many(planned, 'run')} begun` : many(runs.length, 'run'),
    ...(diverged ? [`${diverged} diverged`] : []),
    ...(found ? [`${found} found stored`] : []),
    trained || isCut ? `${trained} trained in ${duration(seconds)}` : 'nothing to train',
    ...(isCut ? ['interrupted: the same command goes on with the others'] : []),
  ];
  return `${question}\n${parts.join(', ')}`;
}

/** Runs that are listed if nothing is fitted. */
const LISTED = 20;

/** Lists how each run ended, for a grid without a fit. */
function listRuns({ runs, axes, tables }: Outcome): string[] {
  if (!runs.length) return [];
  const values = ['finalLoss', 'drift', 'sharpness'].filter((name) => Object.hasOwn(tables['runs']!, name));
  const named = (value: unknown) =>
    typeof value === 'number' ? digits(value) : ArrayBuffer.isView(value) ? list(value).join('-') : String(value);
  const measured = (value: unknown) => digits(ArrayBuffer.isView(value) ? meanAbsolute(list(value)) : value);
  const rows = runs
    .slice(0, LISTED)
    .map((run) => [
      ...[...axes, 'status'].map((name) => named(run[name])),
      ...values.map((name) => measured(run[name])),
    ]);
  const rest = runs.length - rows.length;
  return [
    table([...axes, 'status', ...values], rows) + (rest ? `\n… and ${many(rest, 'run')} more in the table runs` : ''),
  ];
}

/** Writes one row of a fit as its operator describes it: a title, a table, and lines under it. */
function describeFit(row: Row, fits: readonly SpecFit[]): string {
  const { report = numbersByName } = fits.find(({ id }) => id === row['fit']) ?? {};
  const { head, rows, lines = [] } = report(row);
  const pair = 'x' in row && 'y' in row ? `: ${row['y']} over ${row['x']}` : '';
  const title = `${row['fit']}${pair}${row['where'] ? `, ${row['where']}` : ''}`;
  return [title, table(head, rows), ...(lines.length ? [lines.join('\n')] : [])].join('\n\n');
}

/** Describes a row whose operator does not: each number by its name. */
const numbersByName = (row: Row): FitReport => ({
  head: ['column', 'value'],
  rows: Object.entries(row).flatMap(([name, cell]) => (typeof cell === 'number' ? [[name, digits(cell)]] : [])),
});

const describeClaim = ({ claim, statement, published, ours, verdict, reason }: Row): string =>
  `claim ${claim}: ${statement}\n  published ${digits(published)}, ours ${digits(ours)}: ${verdict} (${reason})`;

/** Gathers what `run --json` prints. */
export const summary = ({ dir, status, found, trained, runs, fits, claims }: Outcome) => ({
  dir,
  status,
  found,
  trained,
  runs: runs.map(plain),
  fits: fits.map(plain),
  claims: claims.map(plain),
});

/** Turns lists into plain ones; JSON makes null of what it has no number for. */
const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array) : cell,
    ]),
  );
