import fs from 'node:fs';
import {
  Field,
  Float64,
  List,
  makeBuilder,
  RecordBatchStreamWriter,
  Table,
  tableFromArrays,
  tableToIPC,
} from 'apache-arrow';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { filter, firstValueFrom, last, lastValueFrom, type ObservedValueOf, of, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { float64, int32 } from '../../../src/columns.ts';
import { sha256OfFile } from '../../../src/files/sha256.ts';
import { powerLaw } from '../../../src/operators/aggregates/power-law.ts';
import { sharpness } from '../../../src/operators/measures/hessian.ts';
import { steps } from '../../../src/operators/sinks/steps.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { toParquet } from '../../../src/operators/sinks/to-parquet.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { readRows } from '../../../src/operators/sources/read-rows.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { ema } from '../../../src/operators/transforms/ema.ts';
import { Stream } from '../../../src/stream.ts';
import { StreamWriter } from '../../../src/tables/stream-writer.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';
import { run } from '../sinks/run.ts';
import { type Table as Rows, scratch, tables } from '../sinks/tables.ts';

const at = scratch();
const formats = [
  ['arrow', toArrow],
  ['parquet', toParquet],
] as const;
const streamOf = ({ columns, rows }: Rows) =>
  new Stream<object>({ columns, fresh: true }, (subscriber) => of(...rows).subscribe(subscriber));
const save = (rows: Stream<object>, path: string, sink: typeof toArrow = toArrow) =>
  lastValueFrom(rows.pipe(sink(path)), { defaultValue: undefined });
const table = (n: number): Rows => ({ columns: run.columns, rows: run.rows(n) });
const swept = () =>
  sweep({ learningRate: [0.01, 0.02, 0.04], seed: [1, 2] }, ({ learningRate }) =>
    gradientDescent({ objective: quadratic(2), theta0: Float64Array.of(1), learningRate }).pipe(take(40)),
  );

describe.each(formats)('readRows of a table in %s', (ending, sink) => {
  const file = (name: string) => at(`${name}.${ending}`);

  it('gives every cell and column back, and writes the same bytes again', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (whole) => {
        await save(streamOf(whole), file('a'), sink);
        const read = readRows(file('a'));
        expect(read.columns).toEqual(whole.columns);
        expect(await rowsOf(read)).toEqual(whole.rows);
        await save(read, file('b'), sink);
        expect(sha256OfFile(file('b'))).toBe(sha256OfFile(file('a')));
      }),
      { numRuns: 40 },
    );
  });

  it('reads tables of several batches, and each subscriber gets rows of its own', async () => {
    await save(streamOf(table(70_000)), file('long'), sink);
    const read = readRows(file('long'), { columns: { step: 'int32' } });
    const first = await rowsOf(read);
    expect([first.length, first.at(-1)]).toEqual([70_000, { step: 69_999 }]);
    expect(await firstValueFrom(read)).not.toBe(await firstValueFrom(read));
    const pulled = steps(read);
    for (let step = 0; step < 65_540; step++) expect(await pulled.next()).toEqual({ done: false, value: { step } });
    await pulled.return!();
  });

  it('knows the axes of a sweep, so a fit over the table is that over the runs', async () => {
    await save(swept(), file('swept'), sink);
    const read = readRows(file('swept'), {
      columns: { run: 'int32', seed: 'uint32', learningRate: 'float64', step: 'int32', loss: 'float64' },
    });
    expect(read.shape.axes).toEqual(['learningRate', 'seed']);
    const fitted = (rows: typeof read) =>
      lastValueFrom(
        rows.pipe(
          filter(({ step }) => step === 39),
          powerLaw('learningRate', 'loss', { rival: 1 }),
        ),
      );
    const direct = await lastValueFrom(
      swept().pipe(
        filter(({ step }) => step === 39),
        powerLaw('learningRate', 'loss', { rival: 1 }),
      ),
    );
    expect(await fitted(read)).toEqual(direct);
    await save(readRows(file('swept')), file('swept-again'), sink);
    expect(sha256OfFile(file('swept-again'))).toBe(sha256OfFile(file('swept')));
  });

  it('reads the columns that are named, by their types, and no others', async () => {
    await save(streamOf(table(7)), file('some'), sink);
    const read = readRows(file('some'), { columns: { drift: 'list<float64>', sharpness: 'float64 | null' } });
    expectTypeOf<ObservedValueOf<typeof read>>().toEqualTypeOf<{ drift: Float64Array; sharpness: number | null }>();
    expect(Object.keys(read.columns)).toEqual(['drift', 'sharpness']);
    expect(await rowsOf(read)).toEqual(run.rows(7).map(({ drift, sharpness }) => ({ drift, sharpness })));
    const averaged = readRows(file('some'), { columns: { step: 'int32', loss: 'float64' } }).pipe(ema('loss'));
    expect((await lastValueFrom(averaged)).lossEma).toBeGreaterThan(0);
    expect(() => readRows(file('some'), { columns: { los: 'float64' } })).toThrow(
      new TypeError(`readRows: ${file('some')} has no column los; did you mean loss?`),
    );
    expect(() => readRows(file('some'), { columns: { sharpness: 'float64' } })).toThrow(
      `readRows: ${file('some')}: the column sharpness must be float64, got float64 | null`,
    );
    // @ts-expect-error no such type
    expect(() => readRows(file('some'), { columns: { step: 'int64' } })).toThrow(
      'readRows: columns.step must be one of',
    );
  });

  it('has no state, so what measures it is refused', async () => {
    await save(streamOf(table(3)), file('bare'), sink);
    const read = readRows(file('bare'));
    // biome-ignore lint/suspicious/noExplicitAny: the types refuse it too
    expect(() => read.pipe(sharpness() as any)).toThrow(/sharpness|hessian/);
  });

  it('names a file that is cut off', async () => {
    await save(streamOf(table(500)), file('whole'), sink);
    const bytes = fs.readFileSync(file('whole'));
    for (const share of [0.2, 0.5, 0.9, 0.999]) {
      fs.writeFileSync(file('cut'), bytes.subarray(0, Math.floor(share * bytes.length)));
      expect(() => readRows(file('cut'))).toThrow(new RegExp(`^readRows: ${file('cut')}: expected .* cut off`));
    }
  });
});

describe('readRows', () => {
  it('says what a file must be that is none, or not there', () => {
    expect(() => readRows(at('none.arrow'))).toThrow(
      `readRows: cannot read ${at('none.arrow')}: no such file or directory (ENOENT)`,
    );
    fs.writeFileSync(at('iris.csv'), 'petal,species\n1,setosa\n');
    expect(() => readRows(at('iris.csv'))).toThrow(
      new TypeError(
        `readRows: ${at('iris.csv')}: expected an Arrow file, an Arrow stream or Parquet, got none of them`,
      ),
    );
    expect(() => readRows('')).toThrow(new TypeError('readRows: path must name a file, got ""'));
    expect(() => readRows('x', { unfinshed: true } as never)).toThrow(
      'readRows: expected options among columns, unfinished',
    );
  });

  it('reads the whole batches of an unfinished stream only if it is told to', async () => {
    const stream = StreamWriter.create(at('open.part'), run.columns, { rows: 4 });
    for (const row of run.rows(10)) stream.push(row);
    const found =
      /expected a finished Arrow stream, got one without an end; { unfinished: true } reads its 8 whole rows/;
    expect(() => readRows(at('open.part'))).toThrow(found);
    expect(await rowsOf(readRows(at('open.part'), { unfinished: true }))).toEqual(run.rows(8));
    stream.finish();
    expect(await rowsOf(readRows(at('open.part')))).toEqual(run.rows(10));
  });

  it('is an error of the stream if the file went away, and frees the file when it is left', async () => {
    await save(streamOf(table(10)), at('gone.arrow'));
    const read = readRows(at('gone.arrow'));
    expect(await lastValueFrom(read.pipe(take(3), last()))).toMatchObject({ step: 2 });
    fs.rmSync(at('gone.arrow'));
    await expect(rowsOf(read)).rejects.toThrow(`readRows: cannot read ${at('gone.arrow')}: no such file`);
  });

  it.skipIf(process.platform !== 'linux')('leaves no file open', async () => {
    const open = () => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    for (const [ending, sink] of formats) {
      await save(streamOf(table(10)), at(`fd.${ending}`), sink);
      await rowsOf(readRows(at(`fd.${ending}`)).pipe(take(2)));
      for await (const _ of steps(readRows(at(`fd.${ending}`)))) break;
    }
    expect(open()).toBe(before);
  });

  it('lets others have a turn while it reads, and is left from outside', async () => {
    await save(streamOf(table(60_000)), at('slow.arrow'));
    let seen = 0;
    const reading = readRows(at('slow.arrow')).subscribe(() => seen++);
    await new Promise((later) => setTimeout(later, 1));
    reading.unsubscribe();
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(60_000);
  });
});

describe('readRows of other programs’ tables', () => {
  const foreign = tableFromArrays({ x: Float64Array.of(1, NaN), name: ['a', 'b'], n: Int32Array.of(1, 2) });
  const plain = foreign.select(['x', 'n']);

  it('takes an Arrow stream without checksums, with columns of the types that there are', async () => {
    fs.writeFileSync(at('foreign.arrows'), tableToIPC(plain, 'stream'));
    const read = readRows(at('foreign.arrows'), { columns: { x: 'float64 | null', n: 'int32 | null' } });
    expect(await rowsOf(read)).toEqual([
      { x: 1, n: 1 },
      { x: NaN, n: 2 },
    ]);
    expect(read.columns).toMatchObject({ x: float64(''), n: int32('') });
  });

  it('names a column of another type', () => {
    fs.writeFileSync(at('words.arrows'), tableToIPC(foreign, 'stream'));
    expect(() => readRows(at('words.arrows'))).toThrow(
      new RegExp(`^readRows: ${at('words.arrows')}: the column name must have one of the types .*, got Dictionary`),
    );
  });

  it('refuses a list with a null, which a typed array cannot hold', async () => {
    const type = new List(new Field('item', new Float64(), true));
    const builder = makeBuilder({ type, nullValues: [null] });
    builder.append([1, null, 3] as never);
    const lists = new Table({ xs: builder.finish().toVector() });
    fs.writeFileSync(at('lists.arrows'), RecordBatchStreamWriter.writeAll(lists).toUint8Array(true));
    await expect(rowsOf(readRows(at('lists.arrows')))).rejects.toThrow(
      `readRows: ${at('lists.arrows')}: the column xs must hold lists of numbers, got one with a null`,
    );
  });

  it('takes Parquet without an Arrow schema, and names what it cannot read', async () => {
    const write = (name: string, columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
      fs.writeFileSync(at(name), Buffer.from(parquetWriteBuffer({ columnData })));
    write('foreign.parquet', [
      { name: 'x', data: [1, 2.5], type: 'DOUBLE', nullable: false },
      { name: 'n', data: [1, null], type: 'INT32' },
      { name: 'ok', data: [true, false], type: 'BOOLEAN' },
      { name: 's', data: ['a', 'λ'], type: 'STRING' },
    ]);
    const read = readRows(at('foreign.parquet'));
    expect(Object.entries(read.columns).map(([name, { arrow, nullable }]) => [name, arrow, nullable])).toEqual([
      ['x', 'float64', false],
      ['n', 'int32', true],
      ['ok', 'bool', true],
      ['s', 'utf8', true],
    ]);
    expect(await rowsOf(read)).toEqual([
      { x: 1, n: 1, ok: true, s: 'a' },
      { x: 2.5, n: null, ok: false, s: 'λ' },
    ]);
    write('long.parquet', [{ name: 'n', data: [1n], type: 'INT64' }]);
    expect(() => readRows(at('long.parquet'))).toThrow(
      /the column n must have one of the types float64, .*, got INT64 of Parquet/,
    );
  });

  it('names Parquet whose footer is damaged', async () => {
    await save(streamOf(table(5)), at('damaged.parquet'), toParquet);
    const bytes = fs.readFileSync(at('damaged.parquet'));
    bytes.writeUInt32LE(0x7fff_ffff, bytes.length - 8);
    fs.writeFileSync(at('damaged.parquet'), bytes);
    expect(() => readRows(at('damaged.parquet'))).toThrow(
      `readRows: ${at('damaged.parquet')}: expected Parquet, got a footer that is damaged`,
    );
  });
});
