import { concatWith, lastValueFrom, map, of, take, tap, throwError, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { float64, int32 } from '../../../src/columns.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { measure } from '../../../src/operators/transforms/measure.ts';
import type { Snapshot } from '../../../src/state.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const total = () =>
  measure({ total: float64('sum of steps') }, () => {
    let sum = 0;
    return {
      row: ({ step }: { step: number }) => ({ total: (sum += step) }),
      snapshot: () => sum,
      restore: (saved: number) => void (sum = saved),
    };
  });

/** One draw a row, from the operator's own stream. */
const drawn = (name = 'drawn') =>
  measure({ [name]: float64('a normal number') } as Record<'drawn', ReturnType<typeof float64>>, ({ random }) => ({
    row: () => ({ [name]: random.normal(1)[0]! }) as { drawn: number },
    snapshot: () => null,
    restore: () => {},
  }));

const run = (from?: Snapshot) =>
  gradientDescent({
    objective: quadratic(3, 1),
    theta0: Float64Array.of(1, 1),
    learningRate: 0.1,
    ...(from && { resumeFrom: from }),
  });

describe('measure', () => {
  keepsStreamLaws(
    () => total(),
    () => counted((step) => ({ step })),
  );

  it('remembers from one row to the next', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  --a--b--c--|', { a: { step: 1 }, b: { step: 2 }, c: { step: 4 } });
      const expected = '     --x--y--z--|';
      expectObservable(source.pipe(total())).toBe(expected, {
        x: { step: 1, total: 1 },
        y: { step: 2, total: 3 },
        z: { step: 4, total: 7 },
      });
    });
  });

  it('starts once per subscriber, when that one subscribes', () => {
    const start = vi.fn(() => ({ row: () => ({ one: 1 }), snapshot: () => null, restore: () => {} }));
    const measured = run().pipe(measure({ one: int32('1') }, start), take(2));
    expect(start).toHaveBeenCalledTimes(0);
    measured.subscribe();
    measured.subscribe();
    expect(start).toHaveBeenCalledTimes(2);
  });

  it('closes what it has opened once, however its subscriber goes: done, in error, or part-way', () => {
    const closed: string[] = [];
    const opening = (name: string) =>
      measure({ one: int32('1') }, () => ({
        row: () => ({ one: 1 }),
        snapshot: () => null,
        restore: () => {},
        close: () => void closed.push(name),
      }));
    const rows = of({ step: 0 }, { step: 1 });
    rows.pipe(opening('done')).subscribe();
    expect(closed).toEqual(['done']);
    rows.pipe(concatWith(throwError(() => 'broken')), opening('in error')).subscribe({ error: () => {} });
    run().pipe(opening('part-way'), take(1)).subscribe();
    const throwing = measure({ two: int32('2') }, () => {
      throw new RangeError('no');
    });
    rows.pipe(throwing, opening('above a fault')).subscribe({ error: () => {} });
    expect(closed).toEqual(['done', 'in error', 'part-way', 'above a fault']);
  });

  it('draws the same numbers in the same chain, and others for other columns', async () => {
    const draws = async (name: string) =>
      (await rowsOf(run().pipe(drawn(name), take(3)))).map((row) => Object.values(row).at(-1));
    const first = await draws('drawn');
    expect(new Set(first).size).toBe(3);
    expect(await draws('drawn')).toEqual(first);
    expect(await draws('other')).not.toEqual(first);
  });

  it('goes on drawing where a snapshot was taken', async () => {
    let saved: Snapshot | undefined;
    const rows = await rowsOf(
      run().pipe(
        drawn(),
        take(6),
        tap(({ step, state }) => void (step === 2 && (saved = state.snapshot()))),
      ),
    );
    const rest = await rowsOf(run(saved!).pipe(drawn(), take(3)));
    expect(rest).toEqual(rows.slice(3));
  });

  it('does not lose what it knew where a resumed run is put down again before its next row', async () => {
    const chain = (from?: Snapshot) => run(from).pipe(every(5), total(), every(1));
    const whole = await rowsOf(chain().pipe(take(5))); // 0, 5, 10, 15, 20
    let saved: Snapshot | undefined;
    const leg = (until: number) =>
      run(saved).pipe(
        // the operator sees rows 0, 5, 10, …, the snapshot is taken at any row
        tap(({ step, state }) => void (step === until && (saved = state.snapshot()))),
        every(5),
        total(),
        take(2),
      );
    // taken above the operator: at row 7 it has seen 0 and 5
    await rowsOf(
      run().pipe(
        tap(({ step, state }) => void (step === 7 && (saved = state.snapshot()))),
        every(5),
        total(),
        take(3),
      ),
    );
    await rowsOf(leg(8)); // put down one row later, before the operator has had one
    const rest = await rowsOf(run(saved!).pipe(every(5), total(), take(3)));
    expect(rest).toEqual(whole.slice(2));
  });

  it('remembers in a state that another copy of the module made', async () => {
    vi.resetModules();
    const other = await import('../../../src/operators/transforms/measure.ts');
    const foreign = other.measure({ total: float64('sum of steps') }, () => {
      let sum = 0;
      return {
        row: ({ step }: { step: number }) => ({ total: (sum += step) }),
        snapshot: () => sum,
        restore: (saved: number) => void (sum = saved),
      };
    }) as unknown as ReturnType<typeof total>;
    const snapshots = await lastValueFrom(
      run().pipe(
        foreign,
        take(3),
        map(({ state }) => state.snapshot()),
        toArray(),
      ),
    );
    expect(snapshots.map(({ memories }) => memories)).toEqual(
      [0, 1, 3].map((own) => ({ total: { name: 'total', options: '{}', memory: { own } } })),
    );
  });

  it('does not compile for an operator with memory that cannot be put down and taken up again', () => {
    const one = { one: int32('1') };
    const row = () => ({ one: 1 });
    // @ts-expect-error no snapshot, no restore
    measure(one, () => ({ row }));
    // @ts-expect-error what is saved is not what is restored
    measure(one, () => ({ row, snapshot: () => 'x', restore: (_: number) => {} }));
    // @ts-expect-error the column is one, not two
    measure(one, () => ({ row: () => ({ two: 1 }), snapshot: () => 1, restore: () => {} }));
    expect(measure(one, () => ({ row, snapshot: () => 1, restore: (_: number) => {} }))).toBeTypeOf('function');
  });
});
