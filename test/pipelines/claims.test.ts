import { describe, expect, it } from 'vitest';
import { columns, judge, seedsForVerdict } from '../../src/pipelines/claims.ts';
import type { Claim } from '../../src/pipelines/experiment.ts';
import { fitsOf, type SpecFit } from '../../src/pipelines/fit.ts';

const claim = (changes: Partial<Claim> = {}): Claim => ({
  id: 'alpha',
  statement: 'drift ~ eta^1.16',
  statistic: 'powerLaw.exponent',
  published: 1.16,
  tolerance: 0.01,
  relative: false,
  ...changes,
});

const fit = (changes: Record<string, unknown> = {}) => ({
  fit: 'powerLaw',
  where: '',
  exponent: 1.165,
  exponentLow: 1.1,
  exponentHigh: 1.2,
  interval: 'bca',
  stableExponent: 1.5,
  stableExponentLow: 1.4,
  stableExponentHigh: 1.7,
  stableInterval: 'student-t',
  nullR2: 0.9,
  r2: 0.99,
  n: 10,
  localExponents: Float64Array.of(1.1, 1.2),
  ...changes,
});

const grid = { learningRate: [1], seed: [1] };
const declared = fitsOf({ fit: [{ op: 'powerLaw', x: 'learningRate', y: 'drift' }], grid });

const judged = (
  of: Partial<Claim>,
  fits: Record<string, unknown>[] = [fit()],
  { seeds = seedsForVerdict, ended = 1 } = {},
) => {
  const seed = Array.from({ length: seeds }, (_, i) => i);
  return judge({ claims: [claim(of)], grid: { learningRate: [1], seed } }, declared, fits, { ended, runs: 1 })[0]!;
};

const test = { statistic: 'powerLaw.localExponents', within: 0.1, of: 'powerLaw.exponent' };

describe('judge', () => {
  it('gives each claim a row of the columns of claims', () => {
    expect(Object.keys(judged({}))).toEqual(Object.keys(columns));
    expect(judge({ claims: [], grid }, declared, [], { ended: 1, runs: 1 })).toEqual([]);
  });

  it('holds the number against the published one and its tolerance', () => {
    expect(judged({})).toMatchObject({
      ours: 1.165,
      numberVerdict: 'reproduced',
      verdict: 'reproduced',
      tolerance: 0.01,
    });
    expect(judged({ published: 1.15 })).toMatchObject({ numberVerdict: 'differs', verdict: 'differs' });
    expect(judged({ published: 1.15 }).reason).toBe(
      '0.015 from the published 1.15, tolerance 0.01; the statement has no test',
    );
  });

  it('takes a relative tolerance as a fraction of what was published', () => {
    expect(judged({ published: -10, tolerance: 0.1, relative: true }, [fit({ exponent: -10.9 })])).toMatchObject({
      tolerance: 1,
      numberVerdict: 'reproduced',
    });
    expect(judged({ published: -10, tolerance: 0.1, relative: true }, [fit({ exponent: -11.1 })]).numberVerdict).toBe(
      'differs',
    );
  });

  it('has no verdict on a number that is not there', () => {
    for (const exponent of [NaN, Infinity, undefined]) {
      expect(judged({}, [fit({ exponent })])).toMatchObject({
        ours: null,
        numberVerdict: 'not run',
        verdict: 'not run',
      });
    }
    expect(judged({}, [])).toMatchObject({ ours: null, low: null, high: null, null: null, numberVerdict: 'not run' });
  });

  it('gives the rival of the fit, and the interval of each statistic that declares one', () => {
    expect(judged({})).toMatchObject({ low: 1.1, high: 1.2, interval: 'bca', null: 0.9 });
    expect(judged({ statistic: 'powerLaw.stableExponent' })).toMatchObject({
      ...{ ours: 1.5, low: 1.4, high: 1.7, interval: 'student-t', null: 0.9 },
    });
    expect(judged({ statistic: 'powerLaw.r2' })).toMatchObject({ ours: 0.99, low: null, high: null, interval: 'none' });
    expect(judged({}, [fit({ exponentLow: NaN, exponentHigh: NaN, interval: 'none', nullR2: NaN })])).toMatchObject({
      ...{ low: null, high: null, interval: 'none', null: null },
    });
  });

  it('reads interval and rival from the columns that the fit declares, whatever their names', () => {
    const mine: SpecFit = {
      ...declared[0]!,
      id: 'mine',
      intervals: { slope: { low: 'from', high: 'to', method: 'by' } },
      rivalR2: 'flat',
    };
    const row = { fit: 'mine', where: '', slope: 1.16, from: 1, to: 2, by: 'jackknife', flat: 0.25, other: 3 };
    const judgedAs = (statistic: string, fits: SpecFit[]) =>
      judge({ claims: [claim({ statistic })], grid }, fits, [fit(), row], { ended: 1, runs: 1 })[0];
    expect(judgedAs('mine.slope', [...declared, mine])).toMatchObject({
      ...{ ours: 1.16, low: 1, high: 2, interval: 'jackknife', null: 0.25 },
    });
    const bare = { ...mine, intervals: undefined, rivalR2: undefined };
    expect(judgedAs('mine.slope', [bare])).toMatchObject({
      ...{ ours: 1.16, low: null, high: null, interval: 'none', null: null },
    });
    expect(judgedAs('mine.other', [mine])).toMatchObject({ ours: 3, low: null, high: null, interval: 'none' });
  });

  it('counts a number at the tolerance as reproduced, and a statistic at the distance allowed as holding', () => {
    const at = (exponent: number) => judged({ published: 1, tolerance: 0.25 }, [fit({ exponent })]).numberVerdict;
    expect([0.75, 1.25].map(at)).toEqual(['reproduced', 'reproduced']);
    expect([0.75 - 1e-12, 1.25 + 1e-12].map(at)).toEqual(['differs', 'differs']);
    const held = (r2: number) =>
      judged({ test: { statistic: 'powerLaw.r2', within: 0.25, of: 1 } }, [fit({ r2 })]).claimVerdict;
    expect([0.75, 1.25].map(held)).toEqual(['holds', 'holds']);
    expect([0.75 - 1e-12, 1.25 + 1e-12].map(held)).toEqual(['fails', 'fails']);
  });

  it('lets a statement hold if every value of its statistic is near enough', () => {
    expect(judged({ test })).toMatchObject({ claimVerdict: 'holds', verdict: 'holds', numberVerdict: 'reproduced' });
    expect(judged({ test: { ...test, within: 0.06 } })).toMatchObject({ claimVerdict: 'fails', verdict: 'fails' });
    expect(judged({ test: { ...test, within: 0.06 } }).reason).toContain(
      'powerLaw.localExponents lies up to 0.065 from 1.165, 0.06 allowed',
    );
    expect(judged({ test: { statistic: 'powerLaw.r2', within: 0.02, of: 1 } }).claimVerdict).toBe('holds');
  });

  it('compares two fits that are kept apart by different axes', () => {
    const [a, b] = ['a', 'b'].map((id) => ({ ...declared[0]!, id }));
    const apart = claim({
      statistic: 'a.exponent',
      where: { 'model.hidden': [4] },
      test: { statistic: 'a.exponent', within: 0.1, of: 'b.exponent' },
    });
    const rows = [
      fit({ fit: 'a', where: '{"model.hidden":[8]}', exponent: 9 }),
      fit({ fit: 'a', where: '{"model.hidden":[4]}', exponent: 1 }),
      fit({ fit: 'b', exponent: 1.05 }),
    ];
    const seed = Array.from({ length: seedsForVerdict }, (_, i) => i);
    const judgedOn = (of: typeof rows) =>
      judge({ claims: [apart], grid: { learningRate: [1], seed } }, [a!, b!], of, { ended: 1, runs: 1 })[0]!;
    expect(judgedOn(rows)).toMatchObject({ ours: 1, claimVerdict: 'holds' });
    expect(judgedOn(rows.slice(0, 2)).reason).toContain('b.exponent has no finite value');
  });

  it('leaves a statement open if a value of its statistic is not finite, or there is none', () => {
    for (const localExponents of [Float64Array.of(1.1, NaN), Float64Array.of(), undefined]) {
      expect(judged({ test }, [fit({ localExponents })]).claimVerdict).toBe('inconclusive');
    }
    expect(judged({ test }, [fit({ exponent: NaN })]).claimVerdict).toBe('inconclusive');
  });

  it('judges no statement on fewer than 25 seeds, the number all the same', () => {
    expect(seedsForVerdict).toBe(25);
    expect(judged({ test }, [fit()], { seeds: 24 })).toMatchObject({
      claimVerdict: 'not run',
      numberVerdict: 'reproduced',
      verdict: 'reproduced',
      reason: '0.0050 from the published 1.16, tolerance 0.01; the statement is judged on 25 seeds or more, got 24',
    });
  });

  it('judges nothing while runs are missing', () => {
    expect(judged({ test }, [fit()], { ended: 0 })).toMatchObject({
      ...{ ours: null, low: null, high: null, interval: 'none', null: null },
      ...{ numberVerdict: 'not run', claimVerdict: 'not run', verdict: 'not run' },
      reason: '0 of 1 runs came to their end',
    });
  });

  it('takes the fit that `where` tells from the others', () => {
    const fits = [
      fit({ where: '{"model.hidden":[4],"model.bias":false}', exponent: 1 }),
      fit({ where: '{"model.hidden":[8],"model.bias":false}', exponent: 2 }),
      fit({ where: '{"model.hidden":[8],"model.bias":true}', exponent: 3 }),
    ];
    expect(judged({ where: { 'model.hidden': [8], 'model.bias': true } }, fits).ours).toBe(3);
    expect(judged({ where: { 'model.bias': false, 'model.hidden': [8] } }, fits).ours).toBe(2);
    expect(judged({ where: { 'model.hidden': [16] } }, fits).ours).toBeNull();
  });
});
