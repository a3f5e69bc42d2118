import { type ArrowKind, float64, nullable, utf8 } from '../columns.ts';
import { columns as fitColumns } from '../operators/aggregates/fits.ts';
import type { Claim, Experiment } from './experiment.ts';
import { type Fault, listed, nearest, show } from './explain.ts';
import { namedFits } from './fit.ts';

export const columns = {
  claim: utf8('id of the claim in the spec'),
  statement: utf8('what is claimed, in words'),
  statistic: utf8('⟨fit⟩.⟨column⟩ that the number is'),
  published: float64('the number as published'),
  tolerance: float64('how far ours may lie from it, absolute'),
  ours: nullable(float64('the statistic on the seeds and rates of the grid, in float64; null if not finite')),
  numberVerdict: utf8('reproduced | differs | not run: ours against published and tolerance'),
  low: nullable(float64('lower end of the 95 % interval of the statistic')),
  high: nullable(float64('upper end')),
  interval: utf8('how the interval was made, as in fits'),
  null: nullable(float64('R² of the rival law in the same fit')),
  claimVerdict: utf8('holds | fails | inconclusive | out of scope | not run: the statement against its test'),
  verdict: utf8('one word for a person'),
  reason: utf8('why'),
};

/** Seeds below which a statement, as opposed to a number, is not judged. */
export const seedsForVerdict = 25;

type Fit = Readonly<Record<string, unknown>>;
type Judged = { readonly verdict: string; readonly reason: string };

/** Columns of `fits` that hold one number. */
const scalars = columnsOf('float64', 'int32');
/** Columns that hold one number or several. */
const numbers = columnsOf('float64', 'int32', 'list<float64>');

function columnsOf(...kinds: ArrowKind[]): string[] {
  const kept = Object.entries(fitColumns).filter(([, { arrow }]) => kinds.includes(arrow));
  return kept.map(([name]) => name);
}

/** What is wrong with the claims of a spec: a statistic that no fit gives, a fit that is one of several, an id twice. */
export function claimFaults({ claims, fit, grid }: Pick<Experiment, 'claims' | 'fit' | 'grid'>): Fault[] {
  const fits = namedFits({ fit, grid });
  const ids = claims.map(({ id }) => id);
  return claims.flatMap((claim, i) => {
    const { id, statistic, where = {}, test } = claim;
    const first = ids.indexOf(id);
    const statistics = [statistic, test?.statistic, test?.of].filter((text) => typeof text === 'string');
    const apart = [...new Set(statistics.map(fitOf))].flatMap((name) => fits.get(name) ?? Object.keys(where));
    return [
      ...(first < i
        ? [{ path: ['claims', i, 'id'], text: `expected an id of its own, got ${show(id)} as in claims[${first}]` }]
        : []),
      ...statisticFaults(['claims', i, 'statistic'], statistic, fits, scalars),
      ...(test ? statisticFaults(['claims', i, 'test', 'statistic'], test.statistic, fits, numbers) : []),
      ...(typeof test?.of === 'string' ? statisticFaults(['claims', i, 'test', 'of'], test.of, fits, scalars) : []),
      ...whereFaults(['claims', i, 'where'], where, [...new Set(apart)], grid),
    ];
  });
}

function statisticFaults(path: Fault['path'], text: string, fits: Map<string, unknown>, columns: string[]): Fault[] {
  const [name, column] = [fitOf(text), columnOf(text)];
  const names = [...fits.keys()];
  if (!names.length)
    return [{ path, text: `expected the statistic of a fit, but the spec has no fit, got ${show(text)}` }];
  if (!names.includes(name) || column === '') {
    const known = listed(names.map((fit) => `${fit}.…`));
    return [{ path, text: `expected ⟨fit⟩.⟨column⟩ of a fit (${known}), got ${show(text)}${nearest(name, names)}` }];
  }
  if (columns.includes(column)) return [];
  const guess = nearest(column, columns);
  return [{ path, text: `expected a column of fits (${listed(columns)}), got ${show(column)}${guess}` }];
}

/** `where` has to tell the one fit that is meant: it names each axis that the fit is kept apart by and has values of. */
function whereFaults(
  path: Fault['path'],
  where: Readonly<Record<string, unknown>>,
  apart: readonly string[],
  grid: Experiment['grid'],
): Fault[] {
  const strangers = Object.keys(where).filter((axis) => !apart.includes(axis));
  const known = apart.length ? `expected an axis that the fit is kept apart by (${listed(apart)})` : 'expected no axis';
  return [
    ...strangers.map((axis) => ({ path: [...path, axis], text: `${known}, got ${show(axis)}${nearest(axis, apart)}` })),
    ...apart.flatMap((axis) => {
      const values = (grid[axis] ?? []) as readonly unknown[];
      const isThere = values.some((value) => JSON.stringify(value) === JSON.stringify(where[axis]));
      if (isThere || (values.length === 1 && where[axis] === undefined)) return [];
      return [
        { path: [...path, axis], text: `expected a value of that axis (${show(values)}), got ${show(where[axis])}` },
      ];
    }),
  ];
}

/** How many of a grid's runs came to their end. */
export interface Progress {
  readonly ended: number;
  readonly runs: number;
}

/** Judges every claim of a spec by its fits; of a grid that is not done, none. */
export function judge(
  { claims, grid }: Pick<Experiment, 'claims' | 'grid'>,
  fits: readonly Fit[],
  { ended, runs }: Progress,
) {
  const unfinished = ended < runs ? notRun(`${ended} of ${runs} runs came to their end`) : undefined;
  return claims.map((claim) => judgeOne(claim, unfinished ? [] : fits, grid.seed.length, unfinished));
}

function judgeOne(claim: Claim, fits: readonly Fit[], seeds: number, unfinished: Judged | undefined) {
  const { id, statement, statistic, published, relative } = claim;
  const tolerance = relative ? claim.tolerance * Math.abs(published) : claim.tolerance;
  const fit = find(claim, statistic, fits);
  const found = statisticOf(fit, statistic);
  const ours = typeof found === 'number' && Number.isFinite(found) ? found : null;
  const number = unfinished ?? judgeNumber(ours, published, tolerance);
  const test = unfinished ?? judgeTest(claim, fits, seeds);
  // the one statistic that fits give an interval of
  const exponent = columnOf(statistic) === 'exponent' ? fit : undefined;
  return {
    claim: id,
    statement,
    statistic,
    published,
    tolerance,
    ours,
    numberVerdict: number.verdict,
    low: finite(exponent?.['exponentLow']),
    high: finite(exponent?.['exponentHigh']),
    interval: String(exponent?.['interval'] ?? 'none'),
    null: finite(fit?.['nullR2']),
    claimVerdict: test.verdict,
    verdict: test.verdict === 'not run' ? number.verdict : test.verdict,
    reason: [...new Set([number.reason, test.reason])].join('; '),
  };
}

const notRun = (reason: string): Judged => ({ verdict: 'not run', reason });
const finite = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);

function judgeNumber(ours: number | null, published: number, tolerance: number): Judged {
  if (ours === null) return notRun('the fit gave no finite number');
  const off = Math.abs(ours - published);
  const distance = `${off.toPrecision(2)} from the published ${published}, tolerance ${tolerance}`;
  return { verdict: off <= tolerance ? 'reproduced' : 'differs', reason: distance };
}

/** A statement holds if every value of its statistic lies within reach of what it is held against. */
function judgeTest(claim: Claim, fits: readonly Fit[], seeds: number): Judged {
  const { test } = claim;
  if (!test) return notRun('the statement has no test');
  if (seeds < seedsForVerdict) {
    return notRun(`the statement is judged on ${seedsForVerdict} seeds or more, got ${seeds}`);
  }
  const of = typeof test.of === 'number' ? test.of : statisticOf(find(claim, test.of, fits), test.of);
  const found = statisticOf(find(claim, test.statistic, fits), test.statistic);
  const values = typeof found === 'number' ? [found] : Array.from((found as Float64Array | undefined) ?? []);
  if (typeof of !== 'number' || !Number.isFinite(of) || !values.length || !values.every(Number.isFinite)) {
    return { verdict: 'inconclusive', reason: `${test.statistic} has no finite value` };
  }
  const worst = Math.max(...values.map((value) => Math.abs(value - of)));
  const reason = `${test.statistic} lies up to ${worst.toPrecision(2)} from ${of.toPrecision(4)}, ${test.within} allowed`;
  return { verdict: worst <= test.within ? 'holds' : 'fails', reason };
}

/** The fit that a statistic is of, among those that the claim's `where` leaves. */
const find = ({ where = {} }: Claim, statistic: string, fits: readonly Fit[]): Fit | undefined =>
  fits.find((fit) => {
    const apart = JSON.parse(String(fit['where'] || '{}')) as Fit;
    const isMeant = ([axis, value]: [string, unknown]) => JSON.stringify(apart[axis]) === JSON.stringify(value);
    return fit['fit'] === fitOf(statistic) && Object.entries(where).every(isMeant);
  });

const statisticOf = (fit: Fit | undefined, statistic: string): unknown => fit?.[columnOf(statistic)];

/** The two halves of ⟨fit⟩.⟨column⟩. */
const fitOf = (statistic: string): string => statistic.split('.')[0]!;
const columnOf = (statistic: string): string => statistic.split('.').slice(1).join('.');
