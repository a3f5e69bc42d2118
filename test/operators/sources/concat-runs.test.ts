import { type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { float64, int32 } from '../../../src/columns.ts';
import { powerLaw } from '../../../src/operators/aggregates/power-law.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { hessian } from '../../../src/operators/measures/hessian.ts';
import { steps } from '../../../src/operators/sinks/steps.ts';
import { toParquet } from '../../../src/operators/sinks/to-parquet.ts';
import { concatRuns } from '../../../src/operators/sources/concat-runs.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { readRows } from '../../../src/operators/sources/read-rows.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { kept, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { scratch } from '../sinks/tables.ts';

const at = scratch();
const objective = watched(quadratic(2));
const start = { objective, theta0: Float64Array.of(1), learningRate: 0.1 };
const gd = gradientDescent(start).pipe(take(3));
const hb = momentum({ ...start, learningRate: 0.2 }).pipe(take(2));

describe('concatRuns', () => {
  it('gives the rows of each run, behind its number, one run after the other', async () => {
    const rows = await rowsOf(concatRuns(gd, hb));
    const of = async (runs: typeof gd, run: number) => (await rowsOf(runs)).map((row) => ({ run, ...row }));
    expect(rows).toEqual([...(await of(gd, 0)), ...(await of(hb, 1))]);
    expect(objective.watch.opened).toBe(objective.watch.closed);
  });

  it('knows its columns, so a table of all is written, and read back', async () => {
    const all = concatRuns(gd, hb).pipe(hessian());
    const rows = await rowsOf(all.pipe(toParquet(at('all.parquet'))));
    expect(rows[4]!.sharpness).toBeCloseTo(2, 10);
    const back = readRows(at('all.parquet'));
    expect(await rowsOf(back)).toEqual(rows);
    expect(Object.keys(back.columns)).toEqual(Object.keys(all.columns));
    // the table states each run, not the first alone
    expect(back.shape.origin).toMatchObject({
      runs: [{ optimizer: { name: 'gradientDescent' } }, { optimizer: { name: 'momentum', beta: 0.9 } }],
    });
  });

  it('is pulled through, run by run', async () => {
    const seen: unknown[] = [];
    for await (const row of steps(concatRuns(gd, hb))) {
      await null;
      seen.push([row.run, row.step, row.state.theta.length]);
      kept(row);
    }
    expect(seen).toEqual([0, 0, 0, 1, 1].map((run, i) => [run, run ? i - 3 : i, 1]));
  });

  it('may have nulls in a column if one of its runs may', () => {
    const all = concatRuns(gd.pipe(hessian()), hb.pipe(hessian({ every: 2 })));
    expect(all.columns['sharpness']!.nullable).toBe(true);
    expectTypeOf<ObservedValueOf<typeof all>['sharpness']>().toEqualTypeOf<number | null>();
    expectTypeOf<ObservedValueOf<typeof all>['run']>().toBeNumber();
  });

  it('names the first column that the runs do not agree on', () => {
    expect(() => concatRuns(gd, hb.pipe(hessian()))).toThrow(
      new TypeError('concatRuns: the column sharpness is float64 [1/η] of hessian in run 1, and none before it'),
    );
    const x = (column: ReturnType<typeof float64>) => gd.pipe(derive({ x: column }, () => ({ x: 1 })));
    expect(() => concatRuns(x(float64('x')), x(float64('x')), x(int32('x')))).toThrow(
      'concatRuns: the column x is int32 [1] in run 2, and float64 [1] before it',
    );
    expect(() => concatRuns(x(float64('x', '1/η')), x(float64('x')))).toThrow('the column x is float64 [1] in run 1');
    expect(() => concatRuns(gd, gd.pipe(conservation()))).toThrow('and none before it');
  });

  it('refuses no run, what is no Stream, and runs that are numbered already', () => {
    expect(() => concatRuns()).toThrow(new TypeError('concatRuns: expected at least one run, got none'));
    expect(() => concatRuns(gd, 3 as never)).toThrow('concatRuns: run 1 must be a Stream, got 3');
    const swept = sweep({ seed: [1] }, () => gd);
    expect(() => concatRuns(swept, swept)).toThrow('concatRuns: the runs already have the column run');
    expect(() => concatRuns(gd).pipe(powerLaw('run', 'loss'))).not.toThrow();
  });
});
