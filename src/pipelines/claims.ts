import { float64, nullable, utf8 } from '../columns.ts';
import type { Claim, Experiment } from './experiment.ts';

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

/** Judges every claim of a spec by its fits. */
export const judge = ({ claims, grid }: Pick<Experiment, 'claims' | 'grid'>, fits: readonly Fit[]) =>
  claims.map((claim) => judgeOne(claim, fits, grid.seed.length));

function judgeOne(claim: Claim, fits: readonly Fit[], seeds: number) {
  const { id, statement, statistic, published, relative } = claim;
  const tolerance = relative ? claim.tolerance * Math.abs(published) : claim.tolerance;
  const fit = find(claim, statistic, fits);
  const ours = statisticOf(fit, statistic);
  const isNumber = typeof ours === 'number' && Number.isFinite(ours);
  const number = judgeNumber(isNumber ? ours : null, published, tolerance);
  const test = judgeTest(claim, fits, seeds);
  const isExponent = statistic.endsWith('.exponent');
  return {
    claim: id,
    statement,
    statistic,
    published,
    tolerance,
    ours: isNumber ? ours : null,
    numberVerdict: number.verdict,
    low: isExponent ? (fit?.['exponentLow'] as number | null) : null,
    high: isExponent ? (fit?.['exponentHigh'] as number | null) : null,
    interval: isExponent ? String(fit?.['interval'] ?? 'none') : 'none',
    null: (fit?.['nullR2'] as number | null | undefined) ?? null,
    claimVerdict: test.verdict,
    verdict: test.verdict === 'not run' ? number.verdict : test.verdict,
    reason: `${number.reason}; ${test.reason}`,
  };
}

function judgeNumber(ours: number | null, published: number, tolerance: number): Judged {
  if (ours === null) return { verdict: 'not run', reason: 'the fit gave no finite number' };
  const off = Math.abs(ours - published);
  const distance = `${off.toPrecision(2)} from the published ${published}, tolerance ${tolerance}`;
  return { verdict: off <= tolerance ? 'reproduced' : 'differs', reason: distance };
}

/** A statement holds if every value of its statistic lies within reach of what it is held against. */
function judgeTest(claim: Claim, fits: readonly Fit[], seeds: number): Judged {
  const { test } = claim;
  if (!test) return { verdict: 'not run', reason: 'the statement has no test' };
  if (seeds < seedsForVerdict) {
    return { verdict: 'not run', reason: `the statement is judged on ${seedsForVerdict} seeds or more, got ${seeds}` };
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

const find = ({ where = {} }: Claim, statistic: string, fits: readonly Fit[]): Fit | undefined =>
  fits.find(
    (fit) =>
      fit['fit'] === statistic.split('.')[0] &&
      Object.entries(where).every(
        ([axis, value]) =>
          JSON.stringify((JSON.parse(String(fit['where'] || '{}')) as Fit)[axis]) === JSON.stringify(value),
      ),
  );

const statisticOf = (fit: Fit | undefined, statistic: string): unknown =>
  fit?.[statistic.slice(statistic.indexOf('.') + 1)];
