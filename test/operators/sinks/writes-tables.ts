import fs from 'node:fs';
import { dirname } from 'node:path';
import {
  concat,
  config,
  filter,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  pipe,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { int32 } from '../../../src/columns.ts';
import type { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { Stream } from '../../../src/stream.ts';
import { StreamReader } from '../../../src/tables/stream-reader.ts';
import { type RunRow, run } from './run.ts';
import { type Row, rowsIn, scratch } from './tables.ts';

const state = { theta: 1 };
const stream = (rows: Observable<RunRow>) =>
  new Stream<RunRow & { state: object }>({ columns: run.columns }, (s) =>
    rows.pipe(map((row) => ({ state, ...row }))).subscribe(s),
  );
export const finite = (n: number) => stream(of(...run.rows(n)));

/** Makes as many rows as are asked for, without a pause in which to stop. */
function endless() {
  let made = 0;
  const rows = new Observable<RunRow>((s) => {
    while (!s.closed) {
      if (made === 100_000) throw new Error('cannot be stopped');
      s.next(run.row(made++));
    }
  });
  return { rows: stream(rows), made: () => made };
}

export const part = (path: string) => new StreamReader(`${path}.part`);

/**
 * States the laws of every sink that makes a file of rows.
 *
 * @param read Reads the rows of a file that it made.
 */
export function writesTables(name: string, sink: typeof toArrow, read: (path: string) => Row[] | Promise<Row[]>): void {
  const at = scratch();
  const file = (is: string) => at(`${name}/${is}`);

  it('passes rows on as they are, and leaves them in the file without their state', async () => {
    const rows = await lastValueFrom(finite(2500).pipe(sink(file('rows/a'), { rows: 1000 }), toArray()));
    expect(rows).toEqual(run.rows(2500).map((row) => ({ state, ...row })));
    expect(rows[0]!.state).toBe(state);
    expect(await read(file('rows/a'))).toEqual(run.rows(2500));
    expect(fs.readdirSync(dirname(file('rows/a')))).toEqual(['a']);
  });

  it('makes a well-formed table of an empty source', async () => {
    await lastValueFrom(finite(0).pipe(sink(file('empty'))), { defaultValue: undefined });
    expect(await read(file('empty'))).toEqual([]);
  });

  it('has whole batches in the .part file while rows come, and nothing in the file', () => {
    const rows = new Subject<RunRow>();
    const running = stream(rows)
      .pipe(sink(file('part'), { rows: 10 }))
      .subscribe();
    for (const row of run.rows(25)) rows.next(row);
    expect(part(file('part')).rows).toBe(20);
    expect(fs.existsSync(file('part'))).toBe(false);
    running.unsubscribe();
  });

  it('keeps every row in the .part file if the source errors, and the file as it was', async () => {
    await lastValueFrom(finite(3).pipe(sink(file('error'))));
    const broken = stream(
      concat(
        of(...run.rows(7)),
        throwError(() => new Error('broken')),
      ),
    );
    await expect(lastValueFrom(broken.pipe(sink(file('error'))))).rejects.toThrow('broken');
    expect(rowsIn(part(file('error')).batches())).toEqual(run.rows(7));
    expect(part(file('error')).finished).toBe(false);
    expect(await read(file('error'))).toEqual(run.rows(3));
  });

  it('makes the table of the rows that came when it is unsubscribed part-way', async () => {
    stream(concat(of(...run.rows(7)), NEVER))
      .pipe(sink(file('left')))
      .subscribe()
      .unsubscribe();
    expect(await read(file('left'))).toEqual(run.rows(7));
    expect(fs.existsSync(`${file('left')}.part`)).toBe(false);
  });

  it('stops a synchronous source that never ends, and has the table when the rows have ended', async () => {
    const above = endless();
    await lastValueFrom(above.rows.pipe(take(5), sink(file('above'))));
    expect([await read(file('above')), above.made()]).toEqual([run.rows(5), 5]);
    const below = endless();
    await lastValueFrom(below.rows.pipe(sink(file('below')), take(5)));
    expect([await read(file('below')), below.made()]).toEqual([run.rows(5), 5]);
  });

  it('writes anew for a second subscriber, but not while the first is writing', async () => {
    let n = 4;
    const written = stream(new Observable<RunRow>((s) => of(...run.rows(n++)).subscribe(s))).pipe(sink(file('again')));
    await lastValueFrom(written);
    await lastValueFrom(written);
    expect(await read(file('again'))).toEqual(run.rows(5));
    const rows = stream(NEVER).pipe(sink(file('twice')));
    const first = rows.subscribe();
    await expect(lastValueFrom(rows)).rejects.toThrow(
      `${name}: ${file('twice')} is being written by another subscriber; give each a path of its own`,
    );
    first.unsubscribe();
    rows.subscribe().unsubscribe();
  });

  it('writes the columns that are added above it, and hands on a stream that knows them', async () => {
    const twice = { twice: int32('2·step') };
    const rows = finite(3).pipe(
      derive(twice, ({ step }: { step: number }) => ({ twice: 2 * step })),
      sink(file('derived')),
    );
    expect(rows.columns).toEqual({ ...run.columns, ...twice });
    expectTypeOf(await lastValueFrom(rows))
      .toHaveProperty('twice')
      .toBeNumber();
  });

  it('refuses a first row without the columns, or with more, and keeps nothing of it', async () => {
    const dropped = finite(3).pipe(
      map(({ step, drift }) => ({ step, drift })),
      sink(file('dropped')),
    );
    await expect(lastValueFrom(dropped)).rejects.toThrow(
      new TypeError(`${name}: the columns loss, sharpness were dropped on the way; use derive() in place of map()`),
    );
    expect([fs.existsSync(file('dropped')), part(file('dropped')).rows]).toEqual([false, 0]);
    const added = finite(3).pipe(
      map((row) => ({ ...row, x: 1 })),
      sink(file('added')),
    );
    await expect(lastValueFrom(added)).rejects.toThrow(`${name}: the rows carry x, which no column describes`);
    const bare = finite(3).pipe(
      map(({ loss }) => loss),
      sink(file('bare')),
    );
    await expect(lastValueFrom(bare)).rejects.toThrow(
      /a row must be an object .*, got 1; use derive\(\) in place of map\(\)/,
    );
  });

  it('keeps the rows before one whose cell is no value of its column', async () => {
    const rows = stream(of(...run.rows(3), { ...run.row(3), loss: undefined as never }, run.row(4)));
    await expect(lastValueFrom(rows.pipe(sink(file('cell'))))).rejects.toThrow(
      new TypeError(`${name}: row 3 has no loss`),
    );
    expect(rowsIn(part(file('cell')).batches())).toEqual(run.rows(3));
  });

  it('refuses a source whose columns are not known', () => {
    expect(() => of({ step: 1 }).pipe(sink(file('plain')))).toThrow(
      new TypeError(
        `${name}: the columns of the rows are not known; start the chain from a Stream (gradientDescent, sweep), put ${name}() in its own .pipe(…), and into a branch of tee() if these end with different columns`,
      ),
    );
    const own = pipe(
      filter((row: { step: number }) => row.step > 0),
      derive({ one: int32('1') }, () => ({ one: 1 })),
      sink(file('own')),
    );
    expect(() => finite(1).pipe(own)).toThrow(TypeError);
  });

  it('refuses arguments that make no sense when it is called', () => {
    expect(() => sink('')).toThrow(new TypeError(`${name}: path must name a file, got ""`));
    const [other, ending] = name === 'toArrow' ? ['toParquet', '.parquet'] : ['toArrow', '.arrow'];
    expect(() => sink(`x${ending}`)).toThrow(
      new TypeError(`${name}: path must not end in ${ending}, which is what ${other} writes, got x${ending}`),
    );
    expect(() => sink('x', { rows: 0 })).toThrow(new RangeError(`${name}: rows must be a positive integer, got 0`));
  });

  it('is an error of the stream if the file cannot be written', async () => {
    fs.mkdirSync(at(name), { recursive: true });
    fs.writeFileSync(file('blocked'), 'a file');
    await expect(lastValueFrom(finite(1).pipe(sink(file('blocked/x'))))).rejects.toThrow(
      `cannot write ${file('blocked/x')}.part: `,
    );
    fs.mkdirSync(file('folder'));
    await expect(lastValueFrom(finite(4).pipe(sink(file('folder'))))).rejects.toThrow(
      `cannot write ${file('folder')}: `,
    );
    expect(rowsIn(part(file('folder')).batches())).toEqual(run.rows(4));
    expect(fs.readdirSync(at(name)).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
  });

  describe('with take() below', () => {
    afterEach(() => {
      config.onUnhandledError = null;
    });

    it('reports a file that cannot be written where RxJS reports what nobody listens to', async () => {
      const unheard = vi.fn();
      config.onUnhandledError = unheard;
      fs.mkdirSync(file('late'), { recursive: true });
      await lastValueFrom(endless().rows.pipe(sink(file('late')), take(2)));
      await vi.waitFor(() => expect(`${unheard.mock.lastCall}`).toContain(`cannot write ${file('late')}: `));
      expect(part(file('late')).rows).toBe(2);
    });
  });
}
