import { lastValueFrom, map, type ObservedValueOf, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { int32 } from '../../../src/columns.ts';
import { type Step, columns as stepColumns } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { logSteps } from '../../../src/operators/transforms/log-steps.ts';
import { Stream } from '../../../src/stream.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const run = () => gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 1), learningRate: 0.1 });

describe('every', () => {
  keepsStreamLaws(
    () => every(1),
    () => counted((step) => ({ step })),
  );

  it('keeps the rows whose step is divisible by n, when they come', () => {
    marbles(({ cold, expectObservable }) => {
      const values = Object.fromEntries([0, 1, 2, 3, 4].map((step) => [step, { step }]));
      const source = cold('  --0--1--2--3--4--|', values);
      const expected = '     --0-----2-----4--|';
      expectObservable(source.pipe(every(2))).toBe(expected, values);
    });
  });

  it('keeps the steps of a list, in whatever order it has them', async () => {
    const steps = (list: number[]) =>
      lastValueFrom(
        run().pipe(
          every(list),
          take(list.length),
          map(({ step }) => step),
          toArray(),
        ),
      );
    expect(await steps([100, 0, 7])).toEqual([0, 7, 100]);
    expect(await steps(logSteps(50, 4))).toEqual(logSteps(50, 4));
    for (const list of [[], [-1], [0.5], ['1']]) {
      expect(() => every(list as number[])).toThrow(/^every: n must be a positive integer or a list of steps, got \[/);
    }
  });

  it('goes by the step, not by the count of rows: a run that is resumed at 3 keeps 4, 6, …', () => {
    marbles(({ cold, expectObservable }) => {
      const values = Object.fromEntries([3, 4, 5, 6].map((step) => [step, { step }]));
      const source = cold('  --3--4--5--6--|', values);
      const expected = '     -----4-----6--|';
      expectObservable(source.pipe(every(2))).toBe(expected, values);
    });
  });

  it('stops an endless source at the last row that is wanted', () => {
    const { rows, made } = counted((step) => ({ step }));
    rows.pipe(every(10), take(3)).subscribe();
    expect(made()).toBe(21); // 0 … 20
  });

  it('keeps the columns, and the type of the row', async () => {
    const some = run().pipe(every(5), take(3));
    expect(some.columns).toEqual(stepColumns);
    expectTypeOf<ObservedValueOf<typeof some>>().toEqualTypeOf<Step>();
    expect(
      await lastValueFrom(
        some.pipe(
          map(({ step }) => step),
          toArray(),
        ),
      ),
    ).toEqual([0, 5, 10]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses n = %s when it is called', (n) => {
    expect(() => every(n)).toThrow(new RangeError(`every: n must be a positive integer, got ${n}`));
  });

  it('needs steps to go by', () => {
    const stepless = new Stream<{ loss: number }>({ columns: { loss: int32('loss') } }, () => {});
    // @ts-expect-error these rows have no step
    expect(() => stepless.pipe(every(2))).toThrow(
      'every: reads the column step, which nothing above adds; there are loss',
    );
  });
});
