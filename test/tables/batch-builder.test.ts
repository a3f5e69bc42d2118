import { describe, expect, it } from 'vitest';
import { bool, type Columns, float64, float64s, int32, int32s, nullable, uint32, utf8 } from '../../src/columns.ts';
import { BatchBuilder } from '../../src/tables/batch-builder.ts';
import { rowsOf } from '../../src/tables/rows.ts';

const builder = () => new BatchBuilder({ step: int32('updates'), loss: nullable(float64('loss')), xs: float64s('x') });
const row = { step: 1, loss: 0.5, xs: Float64Array.of(1) };

describe('BatchBuilder', () => {
  it('leaves state behind, and copies what a cell holds', () => {
    const rows = builder();
    const xs = Float64Array.of(1, 2);
    rows.push({ ...row, xs, state: { theta: 1 } });
    xs.fill(NaN);
    expect(rowsOf(rows.take())).toEqual([{ ...row, xs: Float64Array.of(1, 2) }]);
  });

  it('takes a list of any kind of array of numbers', () => {
    const rows = builder();
    rows.push({ ...row, xs: [1, NaN] });
    rows.push({ ...row, xs: Float32Array.of(0.5) });
    expect(rowsOf(rows.take()).map(({ xs }) => xs)).toEqual([Float64Array.of(1, NaN), Float64Array.of(0.5)]);
  });

  it('says which columns were dropped on the way', () => {
    expect(() => builder().push({ step: 1 })).toThrow(
      new TypeError('toArrow: the columns loss, xs were dropped on the way; use derive() in place of map()'),
    );
    expect(() => builder().push({ step: 1, loss: 1 })).toThrow(
      new TypeError('toArrow: the column xs was dropped on the way; use derive() in place of map()'),
    );
  });

  it('takes no method of every object for a column or a key', () => {
    const columns = { step: int32('updates'), toString: float64('x') } as Columns;
    expect(() => new BatchBuilder(columns).push({ step: 1 })).toThrow(
      'the column toString was dropped on the way; use derive() in place of map()',
    );
    expect(() => new BatchBuilder({ step: int32('updates') }).push({ step: 1, constructor: 2 })).toThrow(
      'the rows carry constructor, which no column describes; add it with derive()',
    );
  });

  it('says which keys no column describes', () => {
    expect(() => builder().push({ ...row, twice: 2 })).toThrow(
      new TypeError('toArrow: the rows carry twice, which no column describes; add it with derive()'),
    );
  });

  it.each([
    [0.25, '0.25'],
    [undefined, 'nothing'],
    [null, 'null'],
    [[], '[]'],
  ])('refuses %j for a row', (wrong, found) => {
    const message = `toArrow: a row must be an object with the columns of the stream, got ${found}; use derive() in place of map()`;
    expect(() => builder().push(wrong)).toThrow(new TypeError(message));
  });

  it('refuses a later row that is none', () => {
    const rows = builder();
    rows.push(row);
    expect(() => rows.push(0.25)).toThrow(/a row must be an object .*, got 0.25;/);
  });

  it('names column and row of a cell that is missing or null, over all batches', () => {
    const rows = builder();
    rows.push(row);
    rows.take();
    rows.push(row);
    expect(() => rows.push({ ...row, loss: undefined })).toThrow(new TypeError('toArrow: row 2 has no loss'));
    expect(() => rows.push({ ...row, step: null })).toThrow(
      new TypeError('toArrow: step is null in row 2; declare the column as nullable(…)'),
    );
  });

  it.each([
    [float64('x'), '1', 'a number', '"1"'],
    [float64('x'), 1n, 'a number', '1'],
    [int32('x'), 1.5, 'an integer from -2147483648 to 2147483647', '1.5'],
    [int32('x'), 2 ** 31, 'an integer from -2147483648 to 2147483647', '2147483648'],
    [int32('x'), NaN, 'an integer from -2147483648 to 2147483647', 'NaN'],
    [uint32('x'), -1, 'an integer from 0 to 4294967295', '-1'],
    [bool('x'), 1, 'true or false', '1'],
    [utf8('x'), 7, 'a string', '7'],
    [float64s('x'), 1, 'a Float64Array', '1'],
    [float64s('x'), [1, 'b'], 'a Float64Array', '[1,"b"]'],
    [float64s('x'), [1, undefined], 'a Float64Array', '[1,"nothing"]'],
    [float64s('x'), new DataView(new ArrayBuffer(8)), 'a Float64Array', 'an object of the kind DataView'],
    [int32s('x'), Float64Array.of(0.5), 'an Int32Array', 'an object of the kind Float64Array'],
  ])('refuses a cell that its column cannot hold: %#', (column, cell, expected, found) => {
    expect(() => new BatchBuilder({ x: column }).push({ x: cell })).toThrow(
      new TypeError(`toArrow: x must be ${expected}, got ${found} in row 0`),
    );
  });

  it('takes −0 for an integer', () => {
    const rows = new BatchBuilder({ n: int32('n'), ns: int32s('n') });
    rows.push({ n: -0, ns: [-0] });
    expect(rowsOf(rows.take())).toEqual([{ n: 0, ns: Int32Array.of(0) }]);
  });

  it('has no trace of a row that it refused', () => {
    const columns = {
      loss: nullable(float64('loss')),
      risen: nullable(bool('risen')),
      name: utf8('name'),
      step: int32('step'),
    };
    const rows = new BatchBuilder(columns);
    const good = { loss: null, risen: null, name: 'a', step: 1 };
    rows.push(good);
    expect(() => rows.push({ loss: 1, risen: true, name: 'long', step: 0.5 })).toThrow(TypeError);
    rows.push(good);
    const batch = rows.take();
    expect(rowsOf(batch)).toEqual([good, good]);
    expect(batch.data.children.map(({ nullCount }) => nullCount)).toEqual([2, 2, 0, 0]);
  });

  it('refuses a batch without one of its columns, or with another type, or with a null where none may be', () => {
    const other = new BatchBuilder({ step: float64('step') });
    other.push({ step: 1 });
    const batch = other.take();
    expect(() => new BatchBuilder({ run: int32('run') }).append(batch)).toThrow('toArrow: the batch has no column run');
    expect(() => new BatchBuilder({ step: int32('step') }).append(batch)).toThrow(
      'toArrow: the column step must have the type Int32, got Float64',
    );
    const gaps = new BatchBuilder({ step: nullable(int32('step')) });
    gaps.push({ step: null });
    expect(() => new BatchBuilder({ step: int32('step') }).append(gaps.take())).toThrow(/step is null in row 0/);
  });
});
