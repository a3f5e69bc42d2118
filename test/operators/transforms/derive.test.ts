import { EMPTY, from, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { bool, float64, int32 } from '../../../src/columns.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { columnsOf, Stream } from '../../../src/stream.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const twice = derive({ twice: int32('2·step') }, ({ step }: { step: number }) => ({ twice: 2 * step }));
const run = () => gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 1), learningRate: 0.1 });

describe('derive', () => {
  keepsStreamLaws(
    () => twice,
    () => counted((step) => ({ step })),
  );

  it('adds a column to each row, when the row comes', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|', { a: { step: 1 }, b: { step: 2 } });
      const expected = '     --x--y--|';
      const subscription = ' ^-------!';
      expectObservable(source.pipe(twice)).toBe(expected, { x: { step: 1, twice: 2 }, y: { step: 2, twice: 4 } });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it('passes an error of the source on, after the rows before it', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  --a--#', { a: { step: 1 } });
      const expected = '     --x--#';
      expectObservable(source.pipe(twice)).toBe(expected, { x: { step: 1, twice: 2 } });
    });
  });

  it('makes an error of the stream of an error in its function, and leaves the source', () => {
    const picky = derive({ root: float64('√step') }, ({ step }: { step: number }) => {
      if (step < 0) throw new RangeError('no root');
      return { root: Math.sqrt(step) };
    });
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--c--|', { a: { step: 4 }, b: { step: -1 }, c: { step: 9 } });
      const expected = '     --x--#';
      const subscription = ' ^----!';
      expectObservable(source.pipe(picky)).toBe(expected, { x: { step: 4, root: 2 } }, new RangeError('no root'));
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it('declares its columns, behind those that are there', () => {
    expect(Object.keys(columnsOf(run().pipe(twice))).slice(-2)).toEqual(['gradientNormSq', 'twice']);
    expect(columnsOf(run().pipe(twice))['twice']).toEqual(int32('2·step'));
  });

  it('refuses a column that the stream already has', () => {
    const again = (source: ReturnType<typeof twice>) => twice(source);
    expect(() => again(twice(EMPTY))).toThrow(
      new TypeError('the stream already has the column twice: rename one of the two'),
    );
  });

  it('adds its columns to the type of the row, which it knows inside a pipe', () => {
    const measured = run().pipe(
      derive({ small: bool('is the loss below 1?') }, ({ loss }) => ({ small: loss < 1 })),
      twice,
      take(1),
    );
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row>().toHaveProperty('small').toBeBoolean();
    expectTypeOf<Row>().toHaveProperty('twice').toBeNumber();
    expectTypeOf<Row>().toHaveProperty('loss').toBeNumber();
    expect(Object.keys(measured.columns)).toEqual(expect.arrayContaining(['small', 'twice', 'loss']));
  });

  it('does not compile where it reads, or returns, what is not there', () => {
    // @ts-expect-error a misspelt column
    run().pipe(derive({ small: bool('small') }, ({ losss }) => ({ small: losss < 1 })));
    // @ts-expect-error the column is small, not smal
    run().pipe(derive({ small: bool('small') }, ({ loss }) => ({ smal: loss < 1 })));
    // @ts-expect-error a number is no bool
    run().pipe(derive({ small: bool('small') }, ({ loss }) => ({ small: loss })));
    const stepless = new Stream<{ loss: number }>({ columns: { loss: float64('loss') } }, () => {});
    // @ts-expect-error twice reads step, which these rows do not have; only the compiler knows
    expect(() => stepless.pipe(twice)).not.toThrow();
  });

  it('refuses cells that it does not declare, which would overwrite the columns above, and cells that it lacks', async () => {
    const rows = (cells: unknown) =>
      rowsOf(from([{ step: 1, loss: 2 }]).pipe(derive({ twice: int32('2·step') }, () => cells as { twice: number })));
    expect(await rows({ twice: 2 })).toEqual([{ step: 1, loss: 2, twice: 2 }]);
    for (const [cells, found] of [
      [{ twice: 2, loss: 5 }, 'twice, loss'],
      [{ twise: 2 }, 'twise'],
      [{}, 'no columns'],
      [undefined, 'undefined'],
    ] as const) {
      await expect(rows(cells)).rejects.toThrow(
        new TypeError(`derive: expected a row to return the columns twice, got ${found}`),
      );
    }
  });
});
