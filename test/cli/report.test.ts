import { join } from 'node:path';
import { filter, from, lastValueFrom, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { report, summary } from '../../src/cli/report.ts';
import { float64, float64s, int32, utf8 } from '../../src/columns.ts';
import type { Outcome } from '../../src/executors/experiment.ts';
import { fold } from '../../src/operators/aggregates/fold.ts';
import { powerLaw } from '../../src/operators/aggregates/power-law.ts';
import { summarize } from '../../src/operators/aggregates/summarize.ts';
import { fitsOf } from '../../src/pipelines/fit.ts';
import { Stream } from '../../src/stream.ts';

const columns = {
  learningRate: float64('η', '1'),
  seed: int32('seed'),
  status: utf8('status'),
  drift: float64s('drift'),
  finalLoss: float64('loss'),
  initialSharpness: float64('λ₁ at step 0'),
};

/** Drift 3η² (1 ± 0.1) at three rates and two seeds, and at a fourth rate one seed that diverged. */
const rows = [0.01, 0.1, 1, 10].flatMap((learningRate) =>
  [1, 2].map((seed) => ({
    learningRate,
    seed,
    status: learningRate === 10 && seed === 2 ? 'diverged' : 'completed',
    drift: Float64Array.of(3 * learningRate ** 2 * (seed === 1 ? 1.1 : 0.9)),
    finalLoss: learningRate === 10 && seed === 2 ? NaN : 1e-7,
    initialSharpness: 0.5,
  })),
);
const runs = new Stream<(typeof rows)[number]>({ columns }, (subscriber) => from(rows).subscribe(subscriber));

const pair = { x: 'learningRate', y: 'drift' };
const declared = fitsOf({
  grid: { learningRate: [1], seed: [1] },
  fit: [
    { op: 'powerLaw', ...pair },
    { op: 'powerLaw', id: 'law', ...pair },
    { op: 'summarize', ...pair },
  ],
});

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  dir: join(process.cwd(), 'output/tiny/0123456789ab'),
  question: 'Does it grow?',
  axes: ['learningRate', 'seed'],
  status: 'completed',
  tables: { steps: {}, runs: columns, fits: {}, claims: {}, laws: {} },
  planned: rows.length,
  found: 2,
  trained: 6,
  seconds: 61.2,
  runs: rows,
  fits: [],
  claims: [],
  declaredFits: declared,
  ...changes,
});

describe('report', () => {
  it('says what was asked, what was run and found, how runs ended that nothing fits, and where the tables are', () => {
    const { drift: _, ...withoutLaws } = columns;
    expect(report(outcome({ tables: { runs: withoutLaws }, runs: rows.slice(5) }))).toBe(
      `Does it grow?
3 runs, 1 diverged, 2 found stored, 6 trained in 1 min 2 s

learningRate  seed     status  finalLoss
────────────  ────  ─────────  ─────────
1                2  completed       1e-7
10               1  completed       1e-7
10               2   diverged          –

tables: output/tiny/0123456789ab

Python (pip install pyarrow)
  import pyarrow.feather as feather
  steps = feather.read_table('output/tiny/0123456789ab/steps.arrow')
  print(steps.schema.field('loss').metadata, steps.slice(0, 3).to_pylist())

DuckDB
  SELECT learningRate, avg(finalLoss) AS finalLoss, count(*) AS runs
  FROM 'output/tiny/0123456789ab/runs.parquet'
  WHERE status = 'completed'
  GROUP BY learningRate ORDER BY learningRate;`,
    );
  });

  it('shows how to open the drift where there is one', () => {
    const said = report(outcome());
    expect(said).toContain("steps.schema.field('drift')");
    expect(said).toContain('SELECT learningRate, avg(abs(drift[1])) AS drift, count(*) AS runs');
  });

  it('asks for the means of the first fit, apart for every axis but the seed', async () => {
    const fit = await lastValueFrom(runs.pipe(summarize('learningRate', 'finalLoss')));
    const said = report(outcome({ fits: [fit], axes: ['optimizer.beta', 'learningRate', 'seed'] }));
    expect(said).toContain('SELECT "optimizer.beta", learningRate, avg(finalLoss) AS finalLoss, count(*) AS runs');
    expect(said).toContain('GROUP BY "optimizer.beta", learningRate ORDER BY "optimizer.beta", learningRate;');
  });

  it('takes the mean over the laws where there are several', () => {
    const two = rows.map((row) => ({ ...row, drift: Float64Array.of(row.drift[0]!, 0) }));
    const said = report(outcome({ runs: two }));
    expect(said).toContain('SELECT learningRate, avg(list_avg([abs(c) FOR c IN drift])) AS drift, count(*) AS runs');
    expect(said).toMatch(/^0\.01 +1 +completed +1e-7 +1\.65e-4$/m);
  });

  it('names the values of an axis as they are: widths, words and booleans', () => {
    const run = { ...rows[0]!, 'model.hidden': Int32Array.of(16, 8), 'model.activation': 'tanh', 'model.bias': false };
    const axes = ['model.hidden', 'model.activation', 'model.bias', 'learningRate', 'seed'];
    expect(report(outcome({ runs: [run], axes }))).toMatch(/^16-8 +tanh +false +0\.01 +1 +completed +1e-7 +3\.3e-4$/m);
  });

  it('lists twenty runs and says how many there are', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...rows[0]!, seed: i }));
    expect(report(outcome({ runs: many }))).toContain('\n… and 10 runs more in the table runs\n');
  });

  it('does not say that R² is 1 where it is less', async () => {
    const bent = runs.pipe(map((row) => ({ ...row, drift: row.drift.map((c) => c * (1 + 1e-3 * row.learningRate)) })));
    const fit = await lastValueFrom(bent.pipe(powerLaw('learningRate', 'drift')));
    expect(report(outcome({ fits: [fit] }))).toMatch(/^R² 1 − \d\.?\d?e-\d+ on 3 points$/m);
  });

  it('names a folder elsewhere in full', () => {
    expect(report(outcome({ dir: '/elsewhere/tiny/0123456789ab' }))).toContain(
      'tables: /elsewhere/tiny/0123456789ab\n',
    );
  });

  it('says what there was nothing of, and what is missing', () => {
    const heading = (changes: Partial<Outcome>) => report(outcome(changes)).split('\n')[1];
    expect(heading({ runs: [rows[0]!], found: 1, trained: 0 })).toBe('1 run, 1 found stored, nothing to train');
    expect(heading({ runs: [rows[0]!], found: 0, trained: 1, seconds: 0.2, status: 'interrupted' })).toBe(
      '1 of 8 runs begun, 1 trained in 1 s, interrupted: the same command goes on with the others',
    );
    // none had come to its end: there was something to train
    expect(heading({ runs: [], found: 0, trained: 0, seconds: 0.2, status: 'interrupted' })).toBe(
      '0 of 8 runs begun, 0 trained in 1 s, interrupted: the same command goes on with the others',
    );
  });

  it('has a line for each point, with the exponent that leads to it, and what was fitted', async () => {
    const fit = await lastValueFrom(runs.pipe(powerLaw('learningRate', 'drift')));
    const said = report(outcome({ fits: [fit] })).split('\n\n');
    expect(said[1]).toBe('powerLaw: drift over learningRate');
    expect(said[2]!.split('\n')).toEqual([
      'learningRate  mean drift  sd over seeds  finite  local exponent',
      '────────────  ──────────  ─────────────  ──────  ──────────────',
      '0.01                3e-4           3e-5     2/2               –',
      '0.1                 0.03          0.003     2/2               2',
      '1                      3            0.3     2/2               2',
      '10                   330              –     1/2               –',
    ]);
    expect(said[3]!.split('\n')).toEqual([
      'drift ~ learningRate^2   95 % interval 2 … 2 (student-t, 2 seeds)',
      'R² 1 on 3 points',
      'rival of exponent 1: R² 0.75',
      'where η·λ₁(0) ≤ 1: exponent 2, 95 % interval 2 … 2, 3 points',
    ]);
  });

  it('says why there is no exponent where too few points are left', async () => {
    const two = runs.pipe(filter(({ learningRate }) => learningRate < 0.5));
    const fit = await lastValueFrom(two.pipe(powerLaw('learningRate', 'drift')));
    const said = report(outcome({ fits: [fit] })).split('\n\n');
    expect(said[3]).toBe('no exponent: 2 points could be fitted, and a power law takes three');
  });

  it('has several fits one after the other, and no exponent where none was fitted', async () => {
    const fits = [
      await lastValueFrom(runs.pipe(powerLaw('learningRate', 'drift', { by: ['status'], name: 'law' }))),
      await lastValueFrom(runs.pipe(summarize('learningRate', 'finalLoss'))),
    ];
    const said = report(outcome({ fits })).split('\n\n');
    expect(said[1]).toBe('law: drift over learningRate, {"status":"diverged"}');
    expect(said[2]).toBe(
      [
        'learningRate  mean drift  sd over seeds  finite',
        '────────────  ──────────  ─────────────  ──────',
        '10                     –              –     0/1',
      ].join('\n'),
    );
    expect(said[3]).toBe('summarize: finalLoss over learningRate');
    expect(said[4]!.split('\n').slice(2)).toEqual([
      '0.01                    1e-7              0     2/2',
      '0.1                     1e-7              0     2/2',
      '1                       1e-7              0     2/2',
      '10                      1e-7              –     1/2',
    ]);
    expect(said[5]).toMatch(/^tables: /);
  });

  it('lists the numbers of a fit whose operator describes none', async () => {
    const least = fold(
      'least',
      { options: z.strictObject({}), columns: { least: float64('least y'), at: float64s('x of it') } },
      () => (all) => ({ least: Math.min(...all.map(({ y }) => Math.abs(y) || Infinity)), at: Float64Array.of(0.01) }),
    );
    const fit = await lastValueFrom(runs.pipe(least('learningRate', 'drift')));
    const said = report(outcome({ fits: [fit] })).split('\n\n');
    expect(said.slice(1, 3)).toEqual([
      'least: drift over learningRate',
      ['column   value', '──────  ──────', 'least   2.7e-4'].join('\n'),
    ]);
    expect(said[3]).toMatch(/^tables: /);
  });

  it('says of each claim what was published, what was found, and the verdict', () => {
    const claims = [
      {
        claim: 'alpha',
        statement: 'it grows',
        published: 1.1628,
        ours: 1.16871234,
        verdict: 'reproduced',
        reason: 'near',
      },
      { claim: 'beta', statement: 'it falls', published: -1, ours: null, verdict: 'not run', reason: 'no number' },
    ];
    expect(report(outcome({ claims }))).toContain(
      [
        'claim alpha: it grows',
        '  published 1.1628, ours 1.1687: reproduced (near)',
        '',
        'claim beta: it falls',
        '  published -1, ours –: not run (no number)',
        '',
        'tables:',
      ].join('\n'),
    );
  });
});

describe('summary', () => {
  it('is JSON that holds lists as lists, and null for what JSON has no number for', () => {
    const { dir, status, found, trained } = outcome();
    expect(JSON.parse(JSON.stringify(summary(outcome({ runs: rows.slice(7) }))))).toEqual({
      ...{ dir, status, found, trained },
      runs: [{ learningRate: 10, seed: 2, status: 'diverged', drift: [270], finalLoss: null, initialSharpness: 0.5 }],
      fits: [],
      claims: [],
    });
  });
});
