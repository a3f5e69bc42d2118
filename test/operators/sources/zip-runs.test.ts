import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { float64 } from '../../../src/columns.ts';
import { hessian } from '../../../src/operators/measures/hessian.ts';
import { steps } from '../../../src/operators/sinks/steps.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { readRows } from '../../../src/operators/sources/read-rows.ts';
import { zipRuns } from '../../../src/operators/sources/zip-runs.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { scratch } from '../sinks/tables.ts';

const at = scratch();
const setup = (fail?: (evaluated: number) => void) => {
  const objective = watched(quadratic(2), fail);
  const run = (learningRate: number) => gradientDescent({ objective, theta0: Float64Array.of(1), learningRate });
  return { run, watch: objective.watch };
};
/** L = θ² and θ ← (1 − 2η)θ. */
const loss = (eta: number, step: number) => (1 - 2 * eta) ** (2 * step);

describe('zipRuns', () => {
  it('puts the rows of runs side by side, by step, to the end of the shortest, and leaves all', async () => {
    const { run, watch } = setup();
    const rows = await rowsOf(zipRuns({ gd: run(0.1).pipe(take(40)), fast: run(0.2) }));
    expect(rows).toHaveLength(40);
    for (const { step, gd_loss, fast_loss, gd_learningRate } of rows) {
      expect([gd_loss, fast_loss]).toEqual([expect.closeTo(loss(0.1, step), 14), expect.closeTo(loss(0.2, step), 14)]);
      expect(gd_learningRate).toBe(0.1);
    }
    expect(watch).toMatchObject({ opened: 2, closed: 2 });
    expect(watch.evaluated).toBeLessThanOrEqual(81);
  });

  it('knows its columns, so a table of both is written and read back', async () => {
    const { run } = setup();
    const both = zipRuns({ gd: run(0.1).pipe(take(5)), hb: run(0.2).pipe(hessian({ every: 2 })) });
    expect(Object.keys(both.columns).slice(0, 3)).toEqual(['step', 'gd_learningRate', 'gd_loss']);
    expect(both.columns['hb_sharpness']).toMatchObject({
      nullable: true,
      unit: '1/η',
      about: expect.stringMatching(/\(hb\)$/),
    });
    expect(both.columns['hb_sharpness']!.summary).toContainEqual(
      expect.objectContaining({ name: 'hb_initialSharpness' }),
    );
    const gain = derive({ gain: float64('difference') }, (row: { gd_loss: number; hb_loss: number }) => ({
      gain: row.gd_loss - row.hb_loss,
    }));
    const rows = await rowsOf(both.pipe(gain, toArrow(at('both.arrow'))));
    expect(await rowsOf(readRows(at('both.arrow')))).toEqual(rows);
    const optimizer = { name: 'gradientDescent' };
    expect(readRows(at('both.arrow')).shape.origin).toMatchObject({
      runs: {
        gd: { optimizer: { ...optimizer, learningRate: 0.1 } },
        hb: { optimizer: { ...optimizer, learningRate: 0.2 } },
      },
    });
  });

  it('types its rows by the runs', () => {
    const { run } = setup();
    const both = zipRuns({ gd: run(0.1), hb: run(0.2).pipe(hessian({ every: 2 })) });
    type Row = ObservedValueOf<typeof both>;
    expectTypeOf<Row['step']>().toBeNumber();
    expectTypeOf<Row['hb_sharpness']>().toEqualTypeOf<number | null>();
    expectTypeOf<Row>().not.toHaveProperty('gd_state');
    expectTypeOf<Row>().not.toHaveProperty('loss');
    expect(both.columns).not.toHaveProperty('loss');
  });

  it('lets none of its runs get ahead of the others, whatever their pace', async () => {
    const { run } = setup();
    const made = [0, 0];
    const slow = (eta: number, which: number) =>
      run(eta).pipe(
        derive({ n: float64('n') }, () => {
          if (which) for (const until = performance.now() + 0.2; performance.now() < until; );
          expect(Math.abs(++made[which]! - made[1 - which]!)).toBeLessThanOrEqual(1);
          return { n: 0 };
        }),
      );
    const end = await lastValueFrom(zipRuns({ a: slow(0.1, 0), b: slow(0.2, 1) }).pipe(take(100)));
    expect([end.step, ...made]).toEqual([99, 100, 100]);
  });

  it('waits to be asked under steps, and keeps to the steps that both have', async () => {
    const { run, watch } = setup();
    const seen: unknown[] = [];
    for await (const row of steps(zipRuns({ a: run(0.1).pipe(every(3)), b: run(0.2).pipe(every(3)) }))) {
      await nextTurn();
      seen.push([row.step, watch.evaluated]);
      if (row.step === 6) break;
    }
    expect(seen).toEqual([0, 3, 6].map((step) => [step, 2 * (step + 1)]));
    expect(watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('is refused by what measures state, which no single run has', () => {
    const { run } = setup();
    // biome-ignore lint/suspicious/noExplicitAny: the types refuse it too
    expect(() => zipRuns({ a: run(0.1) }).pipe(hessian() as any)).toThrow('has no state to measure');
  });

  it('errs where rows that lie side by side have not one step, or a run errs', async () => {
    const { run } = setup();
    await expect(rowsOf(zipRuns({ a: run(0.1).pipe(every(2)), b: run(0.2) }))).rejects.toThrow(
      new RangeError('zipRuns: step 1 of b comes beside step 2 of a; keep the same steps of both'),
    );
    const broken = setup((evaluated) => {
      if (evaluated === 4) throw new Error('engine');
    });
    await expect(rowsOf(zipRuns({ a: broken.run(0.1), b: broken.run(0.2) }))).rejects.toThrow('engine');
    expect(broken.watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('is left from outside, with all its runs', async () => {
    const { run, watch } = setup();
    const running = zipRuns({ a: run(0.1), b: run(0.2) }).subscribe();
    await nextTurn();
    running.unsubscribe();
    expect(watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('refuses runs that it cannot name or lay side by side', () => {
    const { run } = setup();
    expect(() => zipRuns({})).toThrow(new TypeError('zipRuns: expected runs by name, got none'));
    expect(() => zipRuns({ 'a b': run(0.1) })).toThrow('zipRuns: a name must be one of a variable, got a b');
    expect(() => zipRuns({ a: 3 as never })).toThrow('zipRuns: a must be a Stream, got 3');
    const renamed = run(0.1).pipe(derive({ b_loss: float64('x') }, () => ({ b_loss: 1 })));
    expect(() => zipRuns({ a: renamed, a_b: run(0.2) })).toThrow('zipRuns: two columns would be called a_b_loss');
  });
});
