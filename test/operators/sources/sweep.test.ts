import { from, lastValueFrom, map, type ObservedValueOf, take, tap, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { int32, int32s } from '../../../src/columns.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { edgeOfStability } from '../../../src/operators/measures/edge-of-stability.ts';
import { hessian, sharpness } from '../../../src/operators/measures/hessian.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import { columns as stepColumns } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { isStream } from '../../../src/stream.ts';
import { stoppedClock } from '../../helpers/clock.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const objective = () => watched(quadratic(2));
const descent = (learningRate: number, over = objective()) =>
  gradientDescent({ objective: over, theta0: Float64Array.of(1), learningRate });
const grid = { learningRate: [0.1, 0.2], seed: [7, 8] };
const small = (steps = 2) => sweep(grid, ({ learningRate }) => descent(learningRate).pipe(take(steps)));

describe('sweep on a running clock', () => {
  it('is left with the run that is under way when a timer unsubscribes', async () => {
    const over = objective();
    const subscription = sweep(grid, ({ learningRate }) => descent(learningRate, over)).subscribe();
    await new Promise((resolve) => setTimeout(resolve, 20));
    subscription.unsubscribe();
    const { evaluated } = over.watch;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(over.watch).toEqual({ opened: 1, closed: 1, evaluated });
  });
});

describe('sweep', () => {
  stoppedClock();

  it('runs every point of the grid one after the other, and says which', async () => {
    const rows = await rowsOf(small());
    expect(rows.map(({ run, seed, learningRate, step }) => [run, seed, learningRate, step])).toEqual(
      [
        [0, 7, 0.1],
        [1, 8, 0.1],
        [2, 7, 0.2],
        [3, 8, 0.2],
      ].flatMap((point) => [0, 1].map((step) => [...point, step])),
    );
    // L = θ², θ ← (1 − 2η)θ
    for (const { loss, learningRate, step } of rows) expect(loss).toBeCloseTo((1 - 2 * learningRate) ** (2 * step), 14);
  });

  it('has the columns run, the axes that the run has none for, and the run’s', () => {
    expect(Object.keys(small().columns)).toEqual(['run', 'seed', ...Object.keys(stepColumns)]);
    expect(small().columns['learningRate']).toBe(stepColumns.learningRate);
    expect(isStream(small())).toBe(true);
  });

  it('has in its rows the columns that it says, with lists as arrays of their type', async () => {
    const swept = sweep({ hidden: [[4], [8, 8]], on: [true] }, () => descent(0.1).pipe(take(1)));
    const rows = await rowsOf(swept);
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(swept.columns));
    expect(rows.map(({ hidden, on }) => [hidden, on])).toEqual([
      [Int32Array.of(4), true],
      [Int32Array.of(8, 8), true],
    ]);
    expect(swept.columns['hidden']).toEqual(int32s('axis of the grid: hidden'));
  });

  it('assembles one run for its columns and subscribes to none before it is subscribed to', () => {
    const over = objective();
    const points: unknown[] = [];
    const swept = sweep(grid, (point) => {
      points.push(point);
      return descent(point.learningRate, over).pipe(take(1));
    });
    expect(points).toEqual([{ learningRate: 0.1, seed: 7 }]);
    expect(over.watch.opened).toBe(0);
    swept.subscribe();
    expect(points).toHaveLength(5);
    expect(over.watch).toEqual({ opened: 4, closed: 4, evaluated: 4 });
  });

  it('assembles a run only when it is that point’s turn', () => {
    const order: string[] = [];
    sweep({ seed: [1, 2] }, ({ seed }) => {
      order.push(`assemble ${seed}`);
      return descent(0.1).pipe(
        take(1),
        tap(() => order.push(`row of ${seed}`)),
      );
    }).subscribe();
    expect(order).toEqual(['assemble 1', 'assemble 1', 'row of 1', 'assemble 2', 'row of 2']);
  });

  it('stops at the row that is enough, in the midst of a run', () => {
    const over = objective();
    sweep(grid, ({ learningRate }) => descent(learningRate, over))
      .pipe(take(3))
      .subscribe();
    expect(over.watch).toEqual({ opened: 1, closed: 1, evaluated: 3 });
  });

  it('passes the error of a run on, after the rows before it, and starts no other', async () => {
    const over = watched(quadratic(2), (evaluated) => {
      if (evaluated === 3) throw new Error('engine');
    });
    const seen: unknown[] = [];
    sweep(grid, ({ learningRate }) => descent(learningRate, over).pipe(take(2))).subscribe({
      next: ({ run, step }) => seen.push([run, step]),
      error: (error) => seen.push(error),
    });
    expect(seen).toEqual([[0, 0], [0, 1], [1, 0], new Error('engine')]);
    expect(over.watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('refuses an axis that is no list, by its name', () => {
    expect(() => sweep({ learningRate: 0.1 as never }, () => descent(0.1))).toThrow(
      new TypeError('sweep: the axis learningRate must be a list of values, got 0.1'),
    );
  });

  it.each([
    ['a Promise', async () => descent(0.1), 'an object of the kind Promise'],
    ['a plain Observable', () => from([{ loss: 1 }]), 'an object of the kind Observable'],
    ['nothing', () => undefined, 'nothing'],
  ])('refuses a run that returns %s', (_, run, found) => {
    expect(() => sweep(grid, run as never)).toThrow(
      new TypeError(`sweep: run must return a Stream, as gradientDescent(…).pipe(…) is, got ${found}`),
    );
  });

  it('refuses a later run that returns no Stream, as an error of the stream', async () => {
    const swept = sweep(grid, ({ seed }) => (seed === 7 ? descent(0.1).pipe(take(1)) : (from([seed]) as never)));
    await expect(rowsOf(swept)).rejects.toThrow('sweep: run must return a Stream');
  });

  it('makes an error of the stream of a run that cannot be assembled', async () => {
    const swept = sweep({ learningRate: [0.1, -1] }, ({ learningRate }) => descent(learningRate).pipe(take(1)));
    await expect(rowsOf(swept)).rejects.toThrow('gradientDescent: learningRate must be positive and finite, got -1');
  });

  it('completes, with the other runs’ rows, where a run has none', async () => {
    const rows = await rowsOf(sweep({ seed: [1, 2] }, ({ seed }) => descent(0.1).pipe(take(seed - 1))));
    expect(rows.map(({ run, seed }) => [run, seed])).toEqual([[1, 2]]);
  });

  it('gives a second subscriber the same rows', async () => {
    const swept = small(5);
    const first = await rowsOf(swept);
    expect(await rowsOf(swept)).toEqual(first);
  });

  it('leaves the states of its rows readable while they are handled, and takes measures below it', async () => {
    const rows = await rowsOf(small().pipe(sharpness()));
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row.sharpness).toBeCloseTo(2, 12);
  });

  it('is refused by an operator that cannot go across runs', async () => {
    await expect(rowsOf(small().pipe(conservation()))).rejects.toThrow(
      'conservation: step 0 follows step 1; a new run began, so put it inside the sweep',
    );
  });

  it('gives rows of their own to what comes below, the runs’ objects stay as they were', async () => {
    const inner: object[] = [];
    const swept = sweep({ seed: [1] }, () =>
      descent(0.1).pipe(
        take(2),
        tap((row) => inner.push(row)),
      ),
    );
    await rowsOf(swept.pipe(derive({ twice: int32('2·step') }, ({ step }) => ({ twice: 2 * step }))));
    for (const row of inner) expect(row).not.toHaveProperty('run');
    for (const row of inner) expect(row).not.toHaveProperty('twice');
  });

  it('refuses an empty grid when it is called', () => {
    const never = () => descent(0.1);
    expect(() => sweep({}, never)).toThrow(new RangeError('sweep: the grid is empty'));
    expect(() => sweep({ seed: [] }, never)).toThrow(new RangeError('sweep: the axis seed of the grid is empty'));
  });

  it('refuses an axis, or a column of the run, with the name of its own column', () => {
    expect(() => sweep({ run: [1, 2] }, () => descent(0.1))).toThrow(
      new TypeError('sweep: run is the number of the run; name the axis otherwise'),
    );
    expect(() => sweep({ seed: [1] }, () => small())).toThrow(
      new TypeError('sweep: the runs already have the column run; sweep one grid with all the axes'),
    );
  });

  it('types its rows by the axes and the run', async () => {
    const swept = sweep(
      { learningRate: [0.1], seed: [1], activation: ['relu', 'tanh'] },
      ({ learningRate, activation }) => {
        expectTypeOf(activation).toEqualTypeOf<'relu' | 'tanh'>();
        return descent(learningRate).pipe(take(1));
      },
    );
    type Row = ObservedValueOf<typeof swept>;
    expectTypeOf<Row['run']>().toBeNumber();
    expectTypeOf<Row['activation']>().toEqualTypeOf<'relu' | 'tanh'>();
    expectTypeOf<Row['learningRate']>().toBeNumber();
    expectTypeOf<Row['loss']>().toBeNumber();
    const read = map((row: Row) => {
      // @ts-expect-error no such column
      return row.los as undefined;
    });
    expect(await lastValueFrom(swept.pipe(read, toArray()))).toEqual([undefined, undefined]);
  });

  /** An edge of the preconditioned Hessian is not to be compared with an eigenvalue of the Hessian. */
  const refusal = /^edgeOfStability: sharpness must be that of the matrix whose edge the optimizer has, preconditioned/;
  const theta0 = Float64Array.of(1, 1);
  const kinds = { gd: gradientDescent, adam };
  const of = (kind: keyof typeof kinds, learningRate = 0.1) =>
    kinds[kind]({ objective: quadratic(1, 2), theta0, learningRate }).pipe(take(2));

  it('hands on the facts of its runs: an operator is refused below it as on a run', () => {
    expect(() => of('adam').pipe(hessian(), edgeOfStability())).toThrow(refusal);
    const swept = sweep({ learningRate: [0.1, 0.2] }, ({ learningRate }) => of('adam', learningRate));
    expect(() => swept.pipe(hessian(), edgeOfStability())).toThrow(refusal);
    expect(() => swept.pipe(hessian({ matrix: 'preconditioned' }), edgeOfStability())).not.toThrow();
  });

  it('has each of its runs checked by the operators below, not the first alone', async () => {
    const seen: number[] = [];
    const swept = sweep({ kind: ['gd', 'adam'] as const }, ({ kind }) => of(kind)).pipe(
      hessian(),
      tap(({ run }) => seen.push(run)),
      edgeOfStability(),
    );
    await expect(rowsOf(swept)).rejects.toThrow(refusal);
    expect(seen).toEqual([0, 0, 1]);
  });

  it.each(['loss', 'step', 'state', 'drift'])(
    'refuses an axis called %s, whose values the rows of a run would hide',
    (name) => {
      expect(() => sweep({ [name]: [1, 2] }, () => descent(0.1).pipe(conservation()))).toThrow(
        new TypeError(`sweep: ${name} is a column of the runs; name the axis otherwise`),
      );
    },
  );

  it('takes an axis called drift if no run has such a column', () => {
    expect(Object.keys(sweep({ drift: [1, 2] }, () => descent(0.1)).columns)).toContain('drift');
  });

  it('keeps the values of an axis called n that are no integers', async () => {
    const rows = await rowsOf(sweep({ n: [0.5, 1] }, () => descent(0.1).pipe(take(1))));
    expect(rows.map(({ n }) => n)).toEqual([0.5, 1]);
    expect(sweep({ n: [0.5, 1] }, () => descent(0.1)).columns['n']).toHaveProperty('arrow', 'float64');
  });
});
