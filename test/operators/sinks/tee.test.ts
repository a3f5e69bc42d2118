import {
  concat,
  defer,
  EMPTY,
  filter,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { int32 } from '../../../src/columns.ts';
import { tee } from '../../../src/operators/sinks/tee.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { Stream } from '../../../src/stream.ts';
import { StreamReader } from '../../../src/tables/stream-reader.ts';
import { marbles } from '../../helpers/marbles.ts';
import { rowsIn, scratch } from './tables.ts';

const at = scratch();
const columns = { step: int32('updates', 'step') };
const stream = (rows: Observable<{ step: number }>) =>
  new Stream<{ step: number }>({ columns, fresh: true }, (s) => rows.subscribe(s));
const steps = (n: number) => stream(of(...Array.from({ length: n }, (_, step) => ({ step }))));
const twice = derive({ twice: int32('2·step') }, ({ step }: { step: number }) => ({ twice: 2 * step }));

describe('tee', () => {
  it('takes each row through the branches in their order', async () => {
    const doubled = map(({ step }: { step: number }) => 2 * step);
    const rows = steps(3).pipe(
      tee(
        (a) => a.pipe(map(({ step }) => step)),
        (b) => b.pipe(doubled),
      ),
      toArray(),
    );
    expect(await lastValueFrom(rows)).toEqual([0, 0, 1, 2, 2, 4]);
  });

  it('subscribes to the source once', async () => {
    let subscribed = 0;
    const source = stream(defer(() => of({ step: ++subscribed })));
    await lastValueFrom(
      source.pipe(
        tee(
          (a) => a,
          (b) => b,
          (c) => c,
        ),
      ),
    );
    expect(subscribed).toBe(1);
  });

  it('gives each branch the columns, and rows that it does not share', async () => {
    const seen: object[] = [];
    const rows = steps(2).pipe(
      tee(
        (a) =>
          a.pipe(
            twice,
            tap(() => {}),
          ),
        (b) => b.pipe(tap((row) => seen.push(row))),
        (c) => c.pipe(twice, toArrow(at('branch.arrow'))),
      ),
    );
    await lastValueFrom(rows);
    expect(seen).toEqual([{ step: 0 }, { step: 1 }]);
    expect(rowsIn(new StreamReader(at('branch.arrow')).batches())).toEqual([
      { step: 0, twice: 0 },
      { step: 1, twice: 2 },
    ]);
  });

  it('knows columns in a branch only where the source does', () => {
    const plain = of({ step: 1 }).pipe(tee((a) => a.pipe(toArrow(at('plain.arrow')))));
    let found: unknown;
    plain.subscribe({ error: (error) => (found = error) });
    expect(`${found}`).toContain('toArrow: the columns of the rows are not known');
  });

  it('leaves the other branches running when one completes, and completes with the last', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--c--d--e--|');
      const expected = '     --a--b--c--(d|)   ';
      const subscribed = '   ^----------!      ';
      const first = (rows: Stream<string>) =>
        rows.pipe(
          take(1),
          filter(() => false),
        );
      const four = (rows: Stream<string>) => rows.pipe(take(4));
      expectObservable(source.pipe(tee(first, four))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subscribed);
    }));

  it('errors when a branch does, and leaves the source', () => {
    const rows = new Subject<{ step: number }>();
    const seen: unknown[] = [];
    const fails = map(({ step }: { step: number }) => {
      if (step === 2) throw 'broken';
      return step;
    });
    stream(rows)
      .pipe(
        tee(
          (a) => a.pipe(fails),
          (b) => b,
        ),
      )
      .subscribe({ error: (error) => seen.push(error) });
    rows.next({ step: 1 });
    expect(rows.observed).toBe(true);
    rows.next({ step: 2 });
    expect([seen, rows.observed]).toEqual([['broken'], false]);
  });

  it('errors when the source does', async () => {
    const broken = stream(
      concat(
        of({ step: 0 }),
        throwError(() => new Error('broken')),
      ),
    );
    await expect(
      lastValueFrom(
        broken.pipe(
          tee(
            (a) => a,
            (b) => b,
          ),
        ),
      ),
    ).rejects.toThrow('broken');
  });

  it('completes on an empty source', async () => {
    expect(
      await lastValueFrom(
        stream(EMPTY).pipe(
          tee(
            (a) => a,
            (b) => b,
          ),
          toArray(),
        ),
      ),
    ).toEqual([]);
  });

  it('leaves the source when it is unsubscribed', () => {
    const rows = new Subject<{ step: number }>();
    stream(rows)
      .pipe(
        tee(
          (a) => a,
          () => NEVER,
        ),
      )
      .subscribe()
      .unsubscribe();
    expect(rows.observed).toBe(false);
  });

  it('stops a synchronous source when every branch has enough, and when those below have', () => {
    let made = 0;
    const endless = stream(
      new Observable((s) => {
        while (!s.closed) {
          if (made === 10_000) throw new Error('cannot be stopped');
          s.next({ step: made++ });
        }
      }),
    );
    endless
      .pipe(
        tee(
          (a) => a.pipe(take(3)),
          (b) => b.pipe(take(5)),
        ),
      )
      .subscribe();
    expect(made).toBe(5);
    made = 0;
    endless
      .pipe(
        tee(
          (a) => a,
          (b) => b.pipe(filter(() => false)),
        ),
        take(4),
      )
      .subscribe();
    expect(made).toBe(4);
  });

  it('begins anew for a second subscriber', async () => {
    const rows = steps(2).pipe(
      tee(
        (a) => a.pipe(take(1)),
        (b) => b,
      ),
      toArray(),
    );
    expect(await lastValueFrom(rows)).toEqual(await lastValueFrom(rows));
  });

  it('has the rows of every branch as its type', async () => {
    const rows = steps(1).pipe(
      tee(
        (a) => a.pipe(twice),
        (b) => b.pipe(map(({ step }) => `${step}`)),
      ),
    );
    expectTypeOf(rows).toEqualTypeOf<Stream<{ step: number; twice: number } | string>>();
    expect(await lastValueFrom(rows.pipe(toArray()))).toEqual([{ step: 0, twice: 0 }, '0']);
    // @ts-expect-error a branch reads a column that is not there
    steps(1).pipe(tee((a) => a.pipe(map(({ loss }) => loss))));
  });

  it('refuses to have no branch', () => {
    expect(() => tee()).toThrow(new RangeError('tee: needs at least one branch, got none'));
  });
});
