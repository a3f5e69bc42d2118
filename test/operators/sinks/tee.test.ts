import { existsSync } from 'node:fs';
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
import { int32, nullable, utf8 } from '../../../src/columns.ts';
import { summarize } from '../../../src/operators/aggregates/summarize.ts';
import { accuracy } from '../../../src/operators/measures/accuracy.ts';
import { tee } from '../../../src/operators/sinks/tee.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { columnsOf, Stream } from '../../../src/stream.ts';
import { StreamReader } from '../../../src/tables/stream-reader.ts';
import { marbles } from '../../helpers/marbles.ts';
import { quadratic } from '../../helpers/quadratic.ts';
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
    expect(() => of({ step: 1 }).pipe(tee((a) => a.pipe(toArrow(at('plain.arrow')))))).toThrow(
      'toArrow: the columns of the rows are not known',
    );
  });

  it('has the columns of its branches below, if they agree', async () => {
    const both = steps(2).pipe(
      tee(
        (a) => a.pipe(twice),
        (b) =>
          b.pipe(
            filter(({ step }) => step === 1),
            twice,
          ),
      ),
    );
    expect(Object.keys(columnsOf(both))).toEqual(['step', 'twice']);
    await lastValueFrom(both.pipe(toArrow(at('both.arrow'))));
    expect(rowsIn(new StreamReader(at('both.arrow')).batches())).toEqual([
      { step: 0, twice: 0 },
      { step: 1, twice: 2 },
      { step: 1, twice: 2 },
    ]);
    const added = steps(1).pipe(tee((a) => a.pipe(twice)));
    expect(() => added.pipe(twice)).toThrow('the stream already has the column twice');
    expect(await lastValueFrom(added.pipe(summarize('step', 'twice')))).toMatchObject({ y: 'twice' });
    expect(() => added.pipe(summarize('step', 'thrice' as 'twice'))).toThrow('reads the column thrice');
  });

  it('has a column that may be null, if it may in one of the branches', () => {
    const rows = steps(1).pipe(
      tee(
        (a) => a.pipe(twice),
        (b) => b.pipe(derive({ twice: nullable(int32('2·step')) }, () => ({ twice: null }))),
      ),
    );
    expect(columnsOf(rows)['twice']).toMatchObject({ nullable: true });
  });

  it('has no known columns below, if its branches end with different ones', async () => {
    const branches = tee(
      (a: Stream<{ step: number }>) => a.pipe(twice),
      (b: Stream<{ step: number }>) => b,
    );
    const rows = steps(2).pipe(branches);
    expect(columnsOf(rows)).toEqual({});
    expect(() => rows.pipe(toArrow(at('different.arrow')))).toThrow(
      'into a branch of tee() if these end with different',
    );
    expect(() => steps(2).pipe(branches, take(1), toArrow(at('different.arrow')))).toThrow('are not known');
    // an operator below adds its column to rows of which no other is known
    const thrice = derive({ thrice: int32('3·step') }, ({ step }: { step: number }) => ({ thrice: 3 * step }));
    const below = steps(1).pipe(branches, thrice);
    expect(Object.keys(columnsOf(below))).toEqual(['thrice']);
    expect(await lastValueFrom(below.pipe(toArray()))).toEqual([
      { step: 0, twice: 0, thrice: 0 },
      { step: 0, thrice: 0 },
    ]);
    const kinds = steps(1).pipe(
      tee(
        (a) => a.pipe(twice),
        (b) => b.pipe(derive({ twice: utf8('two') }, () => ({ twice: '2' }))),
      ),
    );
    expect(columnsOf(kinds)).toEqual({});
  });

  it('leaves rows of a plain source to the Stream that they are piped from', () => {
    const within = (rows: Observable<{ step: number }>) =>
      filter<{ step: number }>(() => true)(rows).pipe(tee((a) => a.pipe(twice)));
    expect(Object.keys(columnsOf(steps(1).pipe(within)))).toEqual(['step', 'twice']);
  });

  it('assembles its branches once for their columns and once for each subscriber, and starts nothing', () => {
    let assembled = 0;
    let subscribed = 0;
    const source = stream(defer(() => of({ step: ++subscribed })));
    const rows = source.pipe(
      tee((a) => {
        assembled++;
        return a.pipe(toArrow(at('once.arrow')));
      }),
    );
    expect([assembled, subscribed, existsSync(at('once.arrow.part'))]).toEqual([1, 0, false]);
    rows.subscribe();
    rows.subscribe();
    expect([assembled, subscribed]).toEqual([3, 2]);
  });

  it('checks the run behind the rows below, as without it', () => {
    const descent = { objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 0.1 };
    const run = gradientDescent(descent).pipe(
      take(3),
      tee((rows) => rows.pipe(take(2))),
    );
    expect(() => run.pipe(accuracy())).toThrow('accuracy: needs');
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
