import type { Outcome } from '../executors/experiment.ts';
import { duration } from '../live/terminal.ts';
import { table } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

const digits = (value: unknown, n = 5): string =>
  typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(n)).toString() : '–';

const list = (cell: unknown): number[] => Array.from((cell as Float64Array | undefined) ?? []);

/** What a person reads at the end of a run: each fit with its points, the claims, and where the tables are. */
export function report(outcome: Outcome, dir: string): string {
  const { fits, claims } = outcome;
  return [heading(outcome), ...fits.map(fitted), ...(claims.length ? [judged(claims)] : []), footer(dir)].join('\n\n');
}

function heading({ runs, found, trained, seconds, status, question }: Outcome): string {
  const diverged = runs.filter((run) => run['status'] === 'diverged').length;
  const parts = [
    `${runs.length} runs`,
    ...(diverged ? [`${diverged} diverged`] : []),
    ...(found ? [`${found} found stored`] : []),
    trained ? `${trained} trained in ${duration(seconds)}` : 'nothing to train',
    ...(status === 'interrupted' ? ['interrupted'] : []),
  ];
  return `${question}\n${parts.join(', ')}`;
}

/** One fit: a line for each point, and under them what was fitted. */
function fitted(fit: Row): string {
  const local = list(fit['localExponents']);
  const [means, deviations, finite, total, used] = [
    'pointsMean',
    'pointsDeviation',
    'pointsFinite',
    'pointsTotal',
    'pointsFitted',
  ].map((name) => list(fit[name]));
  let fittedSoFar = 0;
  const rows = list(fit['pointsX']).map((x, i) => {
    const exponent = used![i] && fittedSoFar++ ? local[fittedSoFar - 2] : undefined;
    return [
      digits(x),
      digits(means![i]),
      digits(deviations![i], 2),
      `${finite![i]}/${total![i]}`,
      digits(exponent, 4),
    ];
  });
  const head = [String(fit['x']), `${fit['y']} (mean)`, '± over seeds', 'finite', 'local exponent'];
  const where = fit['where'] ? `  where ${fit['where']}` : '';
  return `${fit['fit']}: ${fit['y']} over ${fit['x']}${where}\n\n${table(head, rows)}${conclusion(fit)}`;
}

function conclusion(fit: Row): string {
  if (!fit['n']) return '';
  const lines = [
    `\n\n${fit['y']} ~ ${fit['x']}^${digits(fit['exponent'])}   95 % interval ${digits(fit['exponentLow'])} … ${digits(fit['exponentHigh'])} (${fit['interval']}, ${fit['seeds']} seeds)   R² ${digits(fit['r2'])}, ${fit['n']} points`,
  ];
  if (Number.isFinite(fit['nullR2'])) lines.push(`rival of exponent ${digits(fit['nullExponent'])}: R² ${digits(fit['nullR2'])}`);
  if (Number.isFinite(fit['stableExponent'])) {
    lines.push(
      `where η·λ₁(0) ≤ 1: exponent ${digits(fit['stableExponent'])}, interval ${digits(fit['stableExponentLow'])} … ${digits(fit['stableExponentHigh'])}, ${fit['stableN']} points`,
    );
  }
  return lines.join('\n');
}

const judged = (claims: readonly Row[]): string =>
  claims
    .map(
      ({ claim, statement, published, ours, verdict, reason }) =>
        `claim ${claim}: ${statement}\n  published ${digits(published)}, ours ${digits(ours)}: ${verdict} (${reason})`,
    )
    .join('\n');

/** Where the tables are, and how they are opened elsewhere. */
const footer = (dir: string): string => `tables: ${dir}

Python (pip install pyarrow)
  import pyarrow.feather as feather
  steps = feather.read_table('${dir}/steps.arrow')
  print(steps.schema.field('drift').metadata, steps.slice(0, 3).to_pylist())

DuckDB
  SELECT learningRate, avg(abs(drift[1])) AS drift, count(*) AS seeds
  FROM '${dir}/runs.parquet'
  GROUP BY learningRate ORDER BY learningRate;`;

/** What `run --json` prints. */
export const summary = ({ dir, status, found, trained, runs, fits, claims }: Outcome) => ({
  dir,
  status,
  found,
  trained,
  runs: runs.map(plain),
  fits: fits.map(plain),
  claims: claims.map(plain),
});

/** Lists as lists; what JSON has no number for as null. */
const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array) : cell]),
  );
