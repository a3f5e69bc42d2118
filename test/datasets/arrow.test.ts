import {
  Bool,
  CompressionType,
  compressionRegistry,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  LargeList,
  LargeUtf8,
  List,
  makeVector,
  Table,
  TimestampMillisecond,
  tableFromArrays,
  tableToIPC,
  Uint16,
  Uint64,
  Utf8,
  Utf8View,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/file.ts';
import { folder, thrown } from './folder.ts';

const { write } = folder();

// a vector that stands in two columns of a table is written wrongly by apache-arrow 21, so each column has its own
const fresh = () => vectorFromArray([0.5, 1.5, 2.5, 3.5], new Float64());
const numbers = fresh();
const target = vectorFromArray(['v', 'u', 'v', 'v'], new Utf8());
const file = (columns: Record<string, Vector>) => tableToIPC(new Table(columns), 'file');
const read = (columns: Record<string, Vector>) => readDataset(write('a.arrow', file(columns)), {});
const list = (of: DataType) => new Field('item', of, true);

describe('readDataset of .arrow', () => {
  it.each([
    ['a file', 'a.arrow', 'file'],
    ['a file', 'a.feather', 'file'],
    ['a stream', 'a.arrows', 'stream'],
    ['a stream', 'a.arrow', 'stream'],
  ] as const)('reads %s named %s', (_, name, kind) => {
    const path = write(name, tableToIPC(new Table({ a: fresh(), b: fresh(), c: target }), kind));
    expect(readDataset(path, {})).toEqual({
      n: 4,
      d: 2,
      k: 2,
      x: Float64Array.of(0.5, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 3.5),
      y: Float64Array.of(0, 1, 1, 0, 0, 1, 0, 1),
      labels: Int32Array.of(1, 0, 1, 1),
      inputs: ['a', 'b'],
      target: 'c',
      classes: ['u', 'v'],
    });
  });

  it.each<[string, Vector, number[]]>([
    ['float64', numbers, [0.5, 1.5, 2.5, 3.5]],
    ['float32', vectorFromArray([0.1, -1, 2, 3], new Float32()), [Math.fround(0.1), -1, 2, 3]],
    ['float16', vectorFromArray([0.5, -1, 2, 3], new Float16()), [0.5, -1, 2, 3]],
    ['int8', vectorFromArray([-128, 127, 0, 1], new Int8()), [-128, 127, 0, 1]],
    ['uint16', vectorFromArray([65535, 0, 1, 2], new Uint16()), [65535, 0, 1, 2]],
    ['int64', vectorFromArray([-(2n ** 53n) + 1n, 0n, 1n, 2n], new Int64()), [-(2 ** 53) + 1, 0, 1, 2]],
    ['uint64', vectorFromArray([2n ** 53n - 1n, 0n, 1n, 2n], new Uint64()), [2 ** 53 - 1, 0, 1, 2]],
    ['bool', vectorFromArray([true, false, false, true], new Bool()), [1, 0, 0, 1]],
  ])('reads inputs of %s', (_, a, x) => {
    expect(read({ a, target }).x).toEqual(Float64Array.from(x));
  });

  const pairs = [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ];
  it.each<[string, Vector]>([
    ['list', vectorFromArray(pairs, new List(list(new Float64())))],
    ['large list', vectorFromArray(pairs, new LargeList(list(new Int32())))],
    ['fixed-size list', vectorFromArray(pairs, new FixedSizeList(2, list(new Float32())))],
  ])('spreads a %s over several inputs', (_, a) => {
    const { d, x, inputs } = read({ first: numbers, a, target });
    expect({ d, x, inputs }).toEqual({
      d: 3,
      x: Float64Array.of(0.5, 1, 2, 1.5, 3, 4, 2.5, 5, 6, 3.5, 7, 8),
      inputs: ['first', 'a[0]', 'a[1]'],
    });
  });

  it.each<[string, Vector]>([
    ['large strings', vectorFromArray(['v', 'u', 'v', 'v'], new LargeUtf8())],
    ['string views', vectorFromArray(['v', 'u', 'v', 'v'], new Utf8View())],
    ['a dictionary', vectorFromArray(['v', 'u', 'v', 'v'], new Dictionary(new Utf8(), new Int32()))],
  ])('reads a target of %s', (_, t) => {
    expect(read({ numbers, t })).toMatchObject({ classes: ['u', 'v'], labels: Int32Array.of(1, 0, 1, 1) });
  });

  it('reads booleans, integers and dictionaries of integers as classes, sorted by value', () => {
    const labels = Int32Array.of(1, 0, 1, 0);
    const bool = vectorFromArray([true, false, true, false], new Bool());
    expect(read({ numbers, bool })).toMatchObject({ classes: ['false', 'true'], labels });
    const int = vectorFromArray([10n, 9n, 10n, 9n], new Int64());
    expect(read({ numbers, int })).toMatchObject({ classes: ['9', '10'], labels });
    const coded = vectorFromArray([10, 9, 10, 9], new Dictionary(new Int32(), new Int8()));
    expect(read({ numbers, coded })).toMatchObject({ classes: ['9', '10'], labels });
  });

  it('counts rows across batches of unlike size, each with a dictionary of its own', () => {
    const part = (a: number[], t: string[]) =>
      new Table({
        a: vectorFromArray(a, new Float64()),
        l: vectorFromArray(
          a.map((v) => [v, -v]),
          new List(list(new Float64())),
        ),
        t: vectorFromArray(t, new Utf8()),
      });
    const whole = part([1, 2], ['y', 'x']).concat(part([3], ['z']), part([4, 5, 6], ['x', 'z', 'y']));
    expect(whole.batches.length).toBe(3);
    const { x, labels, classes } = readDataset(write('batches.arrows', tableToIPC(whole, 'stream')), {});
    expect({ x, labels, classes }).toEqual({
      x: Float64Array.from([1, 2, 3, 4, 5, 6].flatMap((v) => [v, v, -v])),
      labels: Int32Array.of(1, 0, 2, 0, 2, 1),
      classes: ['x', 'y', 'z'],
    });
  });

  it.each([
    ['a name', 'b'],
    ['an index', 1],
  ])('predicts the column that %s addresses', (_, by) => {
    const path = write('a.arrow', file({ a: fresh(), b: fresh(), c: fresh() }));
    expect(readDataset(path, { target: by })).toMatchObject({ target: 'b', inputs: ['a', 'c'], k: 1 });
  });

  const plain = Buffer.from(file({ numbers, target }));
  const stream = Buffer.from(tableToIPC(new Table({ numbers, target }), 'stream'));
  const damaged = Buffer.from(plain).fill(0x7f, plain.length - 10, plain.length - 6);
  const nulls = (type: DataType, ...values: unknown[]) => file({ a: vectorFromArray(values, type), target });
  const floats = (...values: number[]) => file({ a: makeVector(Float64Array.from(values)), target });
  const wide = (...values: bigint[]) => file({ a: vectorFromArray(values, new Int64()), target });
  const notArrow = 'got one that is damaged or of an unsupported type';
  it.each<[string, Uint8Array, string, (string | number)?]>([
    [
      'another magic',
      Buffer.from('PAR1 parquet'),
      'TypeError: PATH: expected an Arrow IPC file or stream, got neither',
    ],
    [
      'a file cut off',
      plain.subarray(0, -1),
      'TypeError: PATH: expected an Arrow IPC file with a footer, got one that is cut off',
    ],
    [
      'a file of its magic alone',
      plain.subarray(0, 6),
      'TypeError: PATH: expected an Arrow IPC file with a footer, got one that is cut off',
    ],
    [
      'a stream cut off between batches',
      stream.subarray(0, -8),
      'TypeError: PATH: expected an Arrow IPC stream with an end-of-stream mark, got one that is cut off',
    ],
    [
      'a stream cut off inside a batch',
      stream.subarray(0, -50),
      'TypeError: PATH: expected an Arrow IPC stream with an end-of-stream mark, got one that is cut off',
    ],
    ['a damaged footer', damaged, `TypeError: PATH: expected an Arrow IPC file or stream, ${notArrow}`],
    [
      'no rows',
      file({ a: vectorFromArray([], new Float64()), b: vectorFromArray([], new Float64()) }),
      'TypeError: PATH: expected at least one row, got none',
    ],
    [
      'one column',
      file({ a: numbers }),
      'TypeError: PATH: expected at least two columns, inputs and a target, got "a"',
    ],
    [
      'strings among inputs',
      file({ target, numbers }),
      'TypeError: PATH: column target: expected numbers or lists of numbers, got Utf8',
    ],
    [
      'a dictionary among inputs',
      file({ a: vectorFromArray(['u', 'u', 'u', 'u'], new Dictionary(new Utf8(), new Int32())), numbers }),
      'TypeError: PATH: column a: expected numbers or lists of numbers, got Dictionary<Int32, Utf8>',
    ],
    [
      'a time among inputs',
      file({ a: vectorFromArray([1, 2, 3, 4], new TimestampMillisecond()), numbers }),
      'TypeError: PATH: column a: expected numbers or lists of numbers, got Timestamp<MILLISECOND>',
    ],
    [
      'lists of strings',
      file({ a: vectorFromArray([['a'], ['a'], ['a'], ['a']], new List(list(new Utf8()))), numbers }),
      'TypeError: PATH: column a: expected numbers or lists of numbers, got List<Utf8>',
    ],
    [
      'a target of lists',
      file({ numbers, a: vectorFromArray(pairs, new List(list(new Float64()))) }),
      'TypeError: PATH: column a: expected a target of numbers, booleans or strings, got List<Float64>',
    ],
    [
      'lists of unlike length',
      nulls(new List(list(new Float64())), [1, 2], [3, 4], [5], [6, 7]),
      'TypeError: PATH: row 2, column a: expected 2 numbers as in row 0, got 1',
    ],
    [
      'empty lists',
      nulls(new List(list(new Float64())), [], [], [], []),
      'TypeError: PATH: column a: expected lists of numbers, got empty lists',
    ],
    ['a null', nulls(new Float64(), 1, 2, null, 4), 'RangeError: PATH: row 2, column a: expected a number, got null'],
    [
      'a null list',
      nulls(new List(list(new Float64())), null, [1], [1], [1]),
      'RangeError: PATH: row 0, column a: expected a list, got null',
    ],
    [
      'a null in a list',
      nulls(new List(list(new Float64())), [1], [null], [1], [1]),
      'RangeError: PATH: row 1, column a: expected a number, got null',
    ],
    [
      'a null target',
      file({ numbers, t: vectorFromArray(['u', null, 'v', 'v'], new Utf8()) }),
      'RangeError: PATH: row 1, column t: expected a value, got null',
    ],
    ['NaN', floats(1, Number.NaN, 3, 4), 'RangeError: PATH: row 1, column a: expected a finite number, got NaN'],
    [
      'an infinity',
      floats(1, 2, 3, Number.POSITIVE_INFINITY),
      'RangeError: PATH: row 3, column a: expected a finite number, got Infinity',
    ],
    [
      'an integer that a double cannot hold',
      wide(1n, -(2n ** 53n) - 1n, 3n, 4n),
      'RangeError: PATH: row 1, column a: expected an integer within ±2^53, got -9007199254740993',
    ],
    [
      'the index of a data frame',
      tableToIPC(tableFromArrays({ a: [1, 2], __index_level_0__: [5, 7] }), 'file'),
      'TypeError: PATH: expected columns of data, got the index __index_level_0__ of pandas; write with preserve_index=False',
    ],
    [
      'an unknown target',
      plain,
      'RangeError: PATH: target: expected a column of the file, got "traget"; the nearest is "target"',
      'traget',
    ],
    [
      'one class',
      file({ numbers, t: vectorFromArray(['u', 'u', 'u', 'u'], new Utf8()) }),
      'RangeError: PATH: column t: expected at least two classes, got only "u"',
    ],
  ])('refuses %s', (_, bytes, message, by) => {
    const path = write('bad.arrow', bytes);
    expect(thrown(() => readDataset(path, { target: by })).replace(path, 'PATH')).toBe(message);
  });

  it('refuses compressed batches', () => {
    // the codec has no decode, so that reading stays as it is without one
    const frame = (bytes: Uint8Array) => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...bytes);
    compressionRegistry.set(CompressionType.ZSTD, { encode: frame });
    const path = write('zstd.arrow', tableToIPC(new Table({ numbers, target }), 'file', CompressionType.ZSTD));
    expect(thrown(() => readDataset(path, {})).replace(path, 'PATH')).toBe(
      "TypeError: PATH: expected uncompressed Arrow, got compressed batches; write with compression='uncompressed'",
    );
  });

  it('refuses a stream cut off at any byte', () => {
    for (let length = 1; length < stream.length; length++) {
      const path = write('cut.arrows', stream.subarray(0, length));
      expect(thrown(() => readDataset(path, {}))).toMatch(/^TypeError: .*(cut off|got neither)$/);
    }
  });
});
