import { type ArrowKind, float64, nullable, utf8 } from '../columns.ts';
import { formatValue } from '../format-value.ts';
import { didYouMean } from '../nearest-name.ts';
import type { Claim, Experiment } from './experiment.ts';
import { type Fault, joinNames } from './explain.ts';
import { fitsOf, rowsOfFit, type SpecFit } from './fit.ts';
import { type FitRegistry, fits as knownFits } from './registry.ts';

/** Columns of the table `claims`. */
export const columns = {
  claim: utf8('id of the claim in the spec'),
  statement: utf8('what is claimed, in words'),
  statistic: utf8('the number, as ⟨fit⟩.⟨column⟩'),
  published: float64('the number as published'),
  tolerance: float64('largest distance of ours from it, absolute'),
  ours: nullable(float64('the statistic on the seeds and rates of the grid, in float64; null if not finite')),
  numberVerdict: utf8('reproduced | differs | not run: ours against published and tolerance'),
  low: nullable(float64('lower end of the 95 % interval of the statistic')),
  high: nullable(float64('upper end')),
  interval: utf8('method of the interval, as in the table of the fit; none if the statistic has none'),
  null: nullable(float64('R² of the rival law in the same fit')),
  claimVerdict: utf8('holds | fails | inconclusive | not run: the statement against its test'),
  verdict: utf8('verdict in one word, for a person'),
  reason: utf8('reason of the verdict'),
};

/** Seeds below which a statement, as opposed to a number, is not judged. */
export const seedsForVerdict = 25;

type Row = Readonly<Record<string, unknown>>;
interface Judged {
  readonly verdict: string;
  readonly reason: string;
}

const scalar: readonly ArrowKind[] = ['float64', 'int32', 'uint32'];
const numeric: readonly ArrowKind[] = [...scalar, 'list<float64>'];

/**
 * Lists the faults of claims: a statistic that no fit gives, a fit that is one of several, an id
 * twice.
 */
export function claimFaults(
  { claims, fit, grid }: Pick<Experiment, 'claims' | 'fit' | 'grid'>,
  registry: FitRegistry = knownFits,
): Fault[] {
  const fits = new Map(fitsOf({ fit, grid }, registry).map((each) => [each.id, each]));
  const ids = claims.map(({ id }) => id);
  return claims.flatMap((claim, i) => {
    const { id, statistic, where = {}, test } = claim;
    const first = ids.indexOf(id);
    const statistics = [statistic, test?.statistic, test?.of].filter((text) => typeof text === 'string');
    const apart = [...new Set(statistics.map(fitOf))].flatMap((name) => fits.get(name)?.apart ?? Object.keys(where));
    return [
      ...(first < i
        ? [
            {
              path: ['claims', i, 'id'],
              text: `expected an id of its own, got ${formatValue(id)} as in claims[${first}]`,
            },
          ]
        : []),
      ...statisticFaults(['claims', i, 'statistic'], statistic, fits, scalar),
      ...(test ? statisticFaults(['claims', i, 'test', 'statistic'], test.statistic, fits, numeric) : []),
      ...(typeof test?.of === 'string' ? statisticFaults(['claims', i, 'test', 'of'], test.of, fits, scalar) : []),
      ...whereFaults(['claims', i, 'where'], where, [...new Set(apart)], grid),
    ];
  });
}

function statisticFaults(
  path: Fault['path'],
  text: string,
  fits: ReadonlyMap<string, SpecFit>,
  kinds: readonly ArrowKind[],
): Fault[] {
  const [name, column] = [fitOf(text), columnOf(text)];
  const names = [...fits.keys()];
  if (!names.length)
    return [{ path, text: `expected the statistic of a fit, but the spec has no fit, got ${formatValue(text)}` }];
  const fit = fits.get(name);
  if (!fit || column === '') {
    const known = joinNames(names.map((of) => `${of}.…`));
    return [
      { path, text: `expected ⟨fit⟩.⟨column⟩ of a fit (${known}), got ${formatValue(text)}${didYouMean(name, names)}` },
    ];
  }
  const columns = Object.keys(fit.columns).filter((of) => kinds.includes(fit.columns[of]!.arrow));
  if (columns.includes(column)) return [];
  const guess = didYouMean(column, columns);
  return [{ path, text: `expected a column of ${name} (${joinNames(columns)}), got ${formatValue(column)}${guess}` }];
}

/**
 * Lists the faults of `where`, which must name a value of each axis that the fit is kept apart by,
 * unless it has one.
 */
function whereFaults(
  path: Fault['path'],
  where: Readonly<Record<string, unknown>>,
  apart: readonly string[],
  grid: Experiment['grid'],
): Fault[] {
  const strangers = Object.keys(where).filter((axis) => !apart.includes(axis));
  const known = apart.length
    ? `expected an axis that the fit is kept apart by (${joinNames(apart)})`
    : 'expected no axis';
  return [
    ...strangers.map((axis) => ({
      path: [...path, axis],
      text: `${known}, got ${formatValue(axis)}${didYouMean(axis, apart)}`,
    })),
    ...apart.flatMap((axis) => {
      const values = (grid[axis] ?? []) as readonly unknown[];
      const isThere = values.some((value) => JSON.stringify(value) === JSON.stringify(where[axis]));
      if (isThere || (values.length === 1 && where[axis] === undefined)) return [];
      return [
        {
          path: [...path, axis],
          text: `expected a value of that axis (${formatValue(values)}), got ${formatValue(where[axis])}`,
        },
      ];
    }),
  ];
}

/** Runs of a grid, and how many of them came to their end. */
export interface RunCounts {
  readonly ended: number;
  readonly runs: number;
}

/** Judges each claim from the fits. Returns `not run` for all if the grid is unfinished. */
export function judge(
  { claims, grid }: Pick<Experiment, 'claims' | 'grid'>,
  fits: readonly SpecFit[],
  rows: readonly Row[],
  { ended, runs }: RunCounts,
) {
  const unfinished = ended < runs ? notRun(`${ended} of ${runs} runs came to their end`) : undefined;
  return claims.map((claim) => judgeOne(claim, fits, unfinished ? [] : rows, grid.seed.length, unfinished));
}

function judgeOne(
  claim: Claim,
  fits: readonly SpecFit[],
  rows: readonly Row[],
  seeds: number,
  unfinished: Judged | undefined,
) {
  const { id, statement, statistic, published, relative } = claim;
  const tolerance = relative ? claim.tolerance * Math.abs(published) : claim.tolerance;
  const row = find(claim, statistic, rows);
  const ours = finite(row?.[columnOf(statistic)]);
  const number = unfinished ?? judgeNumber(ours, published, tolerance);
  const test = unfinished ?? judgeTest(claim, rows, seeds);
  const fit = fits.find((each) => each.id === fitOf(statistic));
  return {
    claim: id,
    statement,
    statistic,
    published,
    tolerance,
    ours,
    numberVerdict: number.verdict,
    ...intervalOf(row, fit, columnOf(statistic)),
    null: finite(fit?.rivalR2 && row?.[fit.rivalR2]),
    claimVerdict: test.verdict,
    verdict: test.verdict === 'not run' ? number.verdict : test.verdict,
    reason: [...new Set([number.reason, test.reason])].join('; '),
  };
}

/** Reads the interval of a column, if the fit declares one. */
function intervalOf(row: Row | undefined, fit: SpecFit | undefined, column: string) {
  const { intervals = {} } = fit ?? {};
  const declared = Object.hasOwn(intervals, column) ? intervals[column] : undefined;
  if (!row || !declared) return { low: null, high: null, interval: 'none' };
  const { low, high, method } = declared;
  return { low: finite(row[low]), high: finite(row[high]), interval: String(row[method]) };
}

const notRun = (reason: string): Judged => ({ verdict: 'not run', reason });
const finite = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);

function judgeNumber(ours: number | null, published: number, tolerance: number): Judged {
  if (ours === null) return notRun('the fit gave no finite number');
  const off = Math.abs(ours - published);
  const distance = `${off.toPrecision(2)} from the published ${published}, tolerance ${tolerance}`;
  return { verdict: off <= tolerance ? 'reproduced' : 'differs', reason: distance };
}

/** Judges a statement: it holds if every value of its statistic lies within `within` of `of`. */
function judgeTest(claim: Claim, rows: readonly Row[], seeds: number): Judged {
  const { test } = claim;
  if (!test) return notRun('the statement has no test');
  if (seeds < seedsForVerdict) {
    return notRun(`the statement is judged on ${seedsForVerdict} seeds or more, got ${seeds}`);
  }
  const of = typeof test.of === 'number' ? test.of : find(claim, test.of, rows)?.[columnOf(test.of)];
  const found = find(claim, test.statistic, rows)?.[columnOf(test.statistic)];
  const values = typeof found === 'number' ? [found] : Array.from((found as Float64Array | undefined) ?? []);
  const unknown = (statistic: unknown): Judged => ({
    verdict: 'inconclusive',
    reason: `${statistic} has no finite value`,
  });
  if (!values.length || !values.every(Number.isFinite)) return unknown(test.statistic);
  if (typeof of !== 'number' || !Number.isFinite(of)) return unknown(test.of);
  const worst = Math.max(...values.map((value) => Math.abs(value - of)));
  const reason = `${test.statistic} lies up to ${worst.toPrecision(2)} from ${of.toPrecision(4)}, ${test.within} allowed`;
  return { verdict: worst <= test.within ? 'holds' : 'fails', reason };
}

/** Finds the row of a statistic's fit that the claim's `where` names. */
const find = ({ where = {} }: Claim, statistic: string, rows: readonly Row[]): Row | undefined =>
  rowsOfFit({ id: fitOf(statistic) }, rows).find((row) => {
    const apart = JSON.parse(String(row['where'] || '{}')) as Row;
    // `where` has the axes of both fits of a test, and this one may be kept apart by fewer
    const isMeant = ([axis, value]: [string, unknown]) =>
      !Object.hasOwn(apart, axis) || JSON.stringify(apart[axis]) === JSON.stringify(value);
    return Object.entries(where).every(isMeant);
  });

/** The two halves of ⟨fit⟩.⟨column⟩. */
const fitOf = (statistic: string): string => statistic.split('.')[0]!;
const columnOf = (statistic: string): string => statistic.split('.').slice(1).join('.');
