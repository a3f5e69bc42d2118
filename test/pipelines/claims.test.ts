import { describe, expect, it } from 'vitest';
import { columns, judge, seedsForVerdict } from '../../src/pipelines/claims.ts';
import type { Claim } from '../../src/pipelines/experiment.ts';

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
  nullR2: 0.9,
  r2: 0.99,
  n: 10,
  localExponents: Float64Array.of(1.1, 1.2),
  ...changes,
});

const judged = (of: Partial<Claim>, fits = [fit()], { seeds = seedsForVerdict, ended = 1 } = {}) => {
  const seed = Array.from({ length: seeds }, (_, i) => i);
  return judge({ claims: [claim(of)], grid: { learningRate: [1], seed } }, fits, { ended, runs: 1 })[0]!;
};

const test = { statistic: 'powerLaw.localExponents', within: 0.1, of: 'powerLaw.exponent' };

describe('judge', () => {
  it('gives each claim a row of the columns of claims', () => {
    expect(Object.keys(judged({}))).toEqual(Object.keys(columns));
    expect(judge({ claims: [], grid: { learningRate: [1], seed: [1] } }, [], { ended: 1, runs: 1 })).toEqual([]);
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

  it('gives the interval and the rival of the fit, the interval of the exponent alone', () => {
    expect(judged({})).toMatchObject({ low: 1.1, high: 1.2, interval: 'bca', null: 0.9 });
    expect(judged({ statistic: 'powerLaw.r2' })).toMatchObject({ ours: 0.99, low: null, high: null, interval: 'none' });
    expect(judged({}, [fit({ exponentLow: NaN, exponentHigh: NaN, interval: 'none', nullR2: NaN })])).toMatchObject({
      ...{ low: null, high: null, interval: 'none', null: null },
    });
  });

  it('lets a statement hold if every value of its statistic is near enough', () => {
    expect(judged({ test })).toMatchObject({ claimVerdict: 'holds', verdict: 'holds', numberVerdict: 'reproduced' });
    expect(judged({ test: { ...test, within: 0.06 } })).toMatchObject({ claimVerdict: 'fails', verdict: 'fails' });
    expect(judged({ test: { ...test, within: 0.06 } }).reason).toContain(
      'powerLaw.localExponents lies up to 0.065 from 1.165, 0.06 allowed',
    );
    expect(judged({ test: { statistic: 'powerLaw.r2', within: 0.02, of: 1 } }).claimVerdict).toBe('holds');
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
