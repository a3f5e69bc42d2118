import { lastValueFrom, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { hessian } from '../../../src/operators/measures/hessian.ts';
import { trace } from '../../../src/operators/measures/trace.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { readRows } from '../../../src/operators/sources/read-rows.ts';
import { ema } from '../../../src/operators/transforms/ema.ts';
import { whereMeasured } from '../../../src/operators/transforms/where-measured.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';
import { scratch } from '../sinks/tables.ts';

const at = scratch();
const run = () => gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 1), learningRate: 0.1 });
const steps = async (rows: Parameters<typeof rowsOf>[0]) =>
  (await rowsOf(rows)).map((row) => (row as unknown as { step: number }).step);

describe('whereMeasured', () => {
  keepsStreamLaws(
    () => whereMeasured('x'),
    () => counted((step) => ({ x: step })),
  );

  it('keeps the rows in which the column is not null, when they come; NaN is measured', () => {
    marbles(({ cold, expectObservable }) => {
      const values = { a: { x: 1 }, b: { x: null }, c: { x: Number.NaN }, d: { x: 0 } };
      const source = cold('  --a--b--c--d--|', values);
      const expected = '     --a-----c--d--|';
      expectObservable(source.pipe(whereMeasured('x'))).toBe(expected, values);
    });
  });

  it('keeps rows that have all of several columns', async () => {
    const both = run().pipe(hessian({ every: 2 }), trace({ every: 3 }), take(13));
    expect(await steps(both.pipe(whereMeasured('sharpness', 'hessianTrace')))).toEqual([0, 6, 12]);
    expect(await steps(both.pipe(whereMeasured('hessianTrace')))).toEqual([0, 3, 6, 9, 12]);
  });

  it('narrows the type of the row, so what reads a number follows', async () => {
    const measured = run().pipe(hessian({ every: [0, 4] }), take(5), whereMeasured('sharpness'));
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row['sharpness']>().toBeNumber();
    expectTypeOf<Row['sharpnessResidual']>().toEqualTypeOf<number | null>();
    const rows = await rowsOf(measured.pipe(ema('sharpness')));
    expect(rows.map(({ step, sharpnessEma }) => [step, sharpnessEma])).toEqual(
      [0, 4].map((step) => [step, expect.closeTo(3, 3)]),
    );
    // @ts-expect-error no such column
    expect(() => run().pipe(whereMeasured('sharpnes'))).toThrow('whereMeasured: reads the column sharpnes');
  });

  it('leaves no null in the column of a table, and no other column changed', async () => {
    const above = run().pipe(hessian({ every: 2 }), take(5));
    const { sharpness: column, ...others } = above.pipe(
      whereMeasured('sharpness'),
      toArrow(at('measured.arrow')),
    ).columns;
    expect(column).toEqual({ ...above.columns['sharpness'], nullable: false });
    expect(others).toEqual(Object.fromEntries(Object.entries(above.columns).filter(([name]) => name !== 'sharpness')));
    await lastValueFrom(above.pipe(whereMeasured('sharpness'), toArrow(at('measured.arrow'))));
    expect(readRows(at('measured.arrow')).columns['sharpness']!.nullable).toBe(false);
  });

  it('refuses to have no column', () => {
    expect(() => whereMeasured()).toThrow(new TypeError('whereMeasured: expected the name of a column, got none'));
  });
});
