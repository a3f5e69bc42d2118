import type { Outcome } from '../executors/experiment.ts';
import { duration } from '../live/terminal.ts';
import { elsewhere } from './elsewhere.ts';
import { table } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

/** A number to so many digits, as short as it can be written; `–` for one that is not there. */
export function digits(value: unknown, n = 5): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const rounded = Number(value.toPrecision(n));
  const plain = rounded === 0 || (Math.abs(rounded) >= 1e-3 && Math.abs(rounded) < 1e6);
  return plain ? String(rounded) : rounded.toExponential();
}

export const many = (count: unknown, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const list = (cell: unknown): number[] => Array.from((cell as Float64Array | undefined) ?? []);

/** What a person reads at the end of a run: each fit with its points, the claims, and where the tables are. */
export function report(outcome: Outcome): string {
  const { fits, claims } = outcome;
  const found = fits.length ? fits.map(fitted) : ended(outcome);
  return [heading(outcome), ...found, ...claims.map(judged), elsewhere(outcome)].join('\n\n');
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

/** Runs that are listed where nothing is fitted. */
const LISTED = 20;

/** How each run ended, for a grid without a fit. */
function ended({ runs, axes, tables }: Outcome): string[] {
  if (!runs.length) return [];
  const values = ['finalLoss', 'drift', 'sharpness'].filter((name) => Object.hasOwn(tables['runs']!, name));
  const named = (value: unknown) =>
    typeof value === 'number' ? digits(value) : ArrayBuffer.isView(value) ? list(value).join('-') : String(value);
  const measured = (value: unknown) => digits(ArrayBuffer.isView(value) ? meanSize(list(value)) : value);
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

const meanSize = (values: readonly number[]) => values.reduce((sum, x) => sum + Math.abs(x), 0) / values.length;

/** One fit: a line for each point, and under them what was fitted. */
function fitted(fit: Row): string {
  const local = list(fit['localExponents']);
  const points = ['pointsX', 'pointsMean', 'pointsDeviation', 'pointsFinite', 'pointsTotal', 'pointsFitted'];
  const [xs, means, deviations, finite, total, used] = points.map((name) => list(fit[name]));
  const isPowerLaw = Number.isFinite(fit['exponent']);
  let before = 0; // points fitted up to here
  const rows = xs!.map((x, i) => {
    const exponent = used![i] && before++ ? local[before - 2] : undefined;
    const cells = [
      digits(x),
      digits(means![i]),
      digits(finite![i]! > 1 ? deviations![i] : NaN, 2),
      `${finite![i]}/${total![i]}`,
    ];
    return isPowerLaw ? [...cells, digits(exponent, 4)] : cells;
  });
  const head = [String(fit['x']), `mean ${fit['y']}`, 'sd over seeds', 'finite', 'local exponent'];
  const where = fit['where'] ? `, ${fit['where']}` : '';
  const title = `${fit['fit']}: ${fit['y']} over ${fit['x']}${where}`;
  const parts = [title, table(head.slice(0, isPowerLaw ? 5 : 4), rows)];
  if (isPowerLaw) parts.push(conclusion(fit));
  else if (fit['n']) parts.push(`no exponent: ${many(fit['n'], 'point')} could be fitted, and a power law takes three`);
  return parts.join('\n\n');
}

function conclusion(fit: Row): string {
  const between = (low: unknown, high: unknown) => `95 % interval ${digits(low)} … ${digits(high)}`;
  const how = `${fit['interval']}, ${many(fit['seeds'], 'seed')}`;
  return [
    `${fit['y']} ~ ${fit['x']}^${digits(fit['exponent'])}   ${between(fit['exponentLow'], fit['exponentHigh'])} (${how})`,
    `R² ${share(fit['r2'])} on ${many(fit['n'], 'point')}`,
    ...(Number.isFinite(fit['nullR2'])
      ? [`rival of exponent ${digits(fit['nullExponent'])}: R² ${share(fit['nullR2'])}`]
      : []),
    ...(Number.isFinite(fit['stableExponent'])
      ? [
          `where η·λ₁(0) ≤ 1: exponent ${digits(fit['stableExponent'])}, ${between(fit['stableExponentLow'], fit['stableExponentHigh'])}, ${many(fit['stableN'], 'point')}`,
        ]
      : []),
  ].join('\n');
}

/** A part of 1, which does not read 1 as long as it is less. */
const share = (r2: unknown): string => {
  const said = digits(r2);
  return said === '1' && r2 !== 1 ? `1 − ${digits(1 - (r2 as number), 2)}` : said;
};

const judged = ({ claim, statement, published, ours, verdict, reason }: Row): string =>
  `claim ${claim}: ${statement}\n  published ${digits(published)}, ours ${digits(ours)}: ${verdict} (${reason})`;

/** What `run --json` prints. */
export const summary = ({ dir, status, found, trained, runs, fits, claims }: Omit<Outcome, 'tables' | 'planned'>) => ({
  dir,
  status,
  found,
  trained,
  runs: runs.map(plain),
  fits: fits.map(plain),
  claims: claims.map(plain),
});

/** Lists as lists; what JSON has no number for becomes null there. */
const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array) : cell,
    ]),
  );
