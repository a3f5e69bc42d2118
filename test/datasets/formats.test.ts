import { Bool, Float32, Float64, Int32, Int64, Table, tableToIPC, type Vector, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/datasets/content-hash.ts';
import { readDataset } from '../../src/datasets/file.ts';
import { folder, thrown } from './folder.ts';
import { doubles, npy } from './npy-bytes.ts';

const { write } = folder();

const arrow = (columns: Record<string, Vector>) => tableToIPC(new Table(columns), 'file');
const csv = (rows: readonly (readonly (string | number)[])[], header = 'a,b,t') =>
  [header, ...rows.map((row) => row.join(','))].join('\n');

describe('the same matrix in every format', () => {
  // three different labels in six rows: classes, whatever type they are stored as
  const a = [0.5, -1, 2, 3, 1e-3, 7];
  const b = [1, 2, 3, 4, 5, 6];
  const t = [0, 1, 2, 2, 1, 0];
  const rows = a.map((value, i) => [value, b[i]!, t[i]!]);
  const input = { a: vectorFromArray(a, new Float64()), b: vectorFromArray(b, new Int32()) };
  const files = {
    'savetxt.csv': csv(rows.map((row) => row.map((value) => value.toExponential(18)))),
    'plain.csv': csv(rows),
    'points.csv': csv(rows.map(([x, y, label]) => [x!, y!, `${label}.0`])),
    'tabs.tsv': csv(rows).replaceAll(',', '\t'),
    'double.npy': npy(doubles(...rows.flat()), { shape: '(6, 3)' }),
    'int.arrow': arrow({ ...input, t: vectorFromArray(t, new Int32()) }),
    'long.arrow': arrow({ ...input, t: vectorFromArray(t.map(BigInt), new Int64()) }),
    'float.arrow': arrow({ ...input, t: vectorFromArray(t, new Float32()) }),
    'double.arrow': arrow({ ...input, t: vectorFromArray(t, new Float64()) }),
  };
  const paths = Object.entries(files).map(([name, bytes]) => write(name, bytes));

  it.each(paths)('is the same three classes: %s', (path) => {
    const { n, d, k, x, labels, classes } = readDataset(path, {});
    expect({ n, d, k, x, labels, classes }).toEqual({
      ...{ n: 6, d: 2, k: 3 },
      x: Float64Array.from(a.flatMap((value, i) => [value, b[i]!])),
      labels: Int32Array.from(t),
      classes: ['0', '1', '2'],
    });
  });

  it('has one hash', () => {
    expect(new Set(paths.map((path) => contentHash(readDataset(path, {})))).size).toBe(1);
  });

  it('is a quantity if one label is not whole', () => {
    const half = [...t.slice(0, 5), 0.5];
    const ks = [
      write('half.csv', csv(rows.map(([x, y], i) => [x!, y!, half[i]!]))),
      write('half.npy', npy(doubles(...rows.flatMap(([x, y], i) => [x!, y!, half[i]!])), { shape: '(6, 3)' })),
      write('half.arrow', arrow({ ...input, t: vectorFromArray(half, new Float64()) })),
    ].map((path) => readDataset(path, {}));
    expect(ks.map(({ k }) => k)).toEqual([1, 1, 1]);
    expect(new Set(ks.map(contentHash)).size).toBe(1);
  });

  it('has the same labels from booleans', () => {
    const truth = [false, true, true, false];
    const x = [1.5, 2.5, 3.5, 4.5];
    const sets = [
      write(
        'truth.csv',
        csv(
          x.map((value, i) => [value, String(truth[i])]),
          'a,t',
        ),
      ),
      write('truth.npy', npy(doubles(...x.flatMap((value, i) => [value, Number(truth[i])])), { shape: '(4, 2)' })),
      write('truth.arrow', arrow({ a: vectorFromArray(x, new Float64()), t: vectorFromArray(truth, new Bool()) })),
    ].map((path) => readDataset(path, {}));
    expect(new Set(sets.map(contentHash)).size).toBe(1);
  });
});

describe('an integer that a double cannot hold', () => {
  const huge = 2n ** 53n + 1n; // which a double rounds to 2^53
  const int64 = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
  const long = (...values: bigint[]) => vectorFromArray(values, new Int64());
  it.each([
    ['csv', csv([[1, huge, 3].map(String)]), 'line 2, column b'],
    ['csv', csv([[1, 2, -huge].map(String)]), 'line 2, column t'],
    ['csv', csv([[1, 2, `"${huge}"`]]), 'line 2, column t'],
    ['npy', npy(int64(1n, huge, 3n), { descr: "'<i8'", shape: '(1, 3)' }), 'row 0, column 1'],
    ['npy', npy(int64(1n, 2n, -huge), { descr: "'<i8'", shape: '(1, 3)' }), 'row 0, column 2'],
    ['arrow', arrow({ a: long(1n), b: long(huge), t: long(3n) }), 'row 0, column b'],
    ['arrow', arrow({ a: long(1n), b: long(2n), t: long(-huge) }), 'row 0, column t'],
  ])('is refused by row and column: %s', (extension, bytes, place) => {
    const path = write(`huge.${extension}`, bytes);
    expect(thrown(() => readDataset(path, {}))).toMatch(
      new RegExp(`^RangeError: ${path}: ${place}: expected an integer within ±2\\^53, got -?${huge}$`),
    );
  });

  it('is read if it is written as a double', () => {
    expect(
      readDataset(
        write(
          'large.csv',
          csv([
            [1e300, '1e16', 1],
            [1, 2, 2.5],
          ]),
        ),
        {},
      ).x,
    ).toEqual(Float64Array.of(1e300, 1e16, 1, 2));
  });
});

describe('a column whose name objects have already', () => {
  const names = ['constructor', '__proto__', 'toString'];
  const column = (...values: number[]) => vectorFromArray(values, new Float64());
  const frame = new Table(Object.fromEntries(['a', 'b', 'c'].map((name, j) => [name, column(j, j + 0.5)])));
  for (const [j, field] of frame.schema.fields.entries()) Object.assign(field, { name: names[j] });
  it.each([
    [
      'csv',
      csv(
        [
          [0, 1, 2],
          [0.5, 1.5, 2.5],
        ],
        names.join(),
      ),
    ],
    ['arrow', tableToIPC(frame, 'file')],
  ])('is one like any other: %s', (extension, bytes) => {
    const path = write(`names.${extension}`, bytes);
    const { inputs, target, x, y } = readDataset(path, { target: '__proto__' });
    expect({ inputs, target, x, y }).toEqual({
      inputs: ['constructor', 'toString'],
      target: '__proto__',
      x: Float64Array.of(0, 2, 0.5, 2.5),
      y: Float64Array.of(1, 1.5),
    });
  });
});

describe('a column without a name', () => {
  // the writer of apache-arrow calls such a column `null`; other writers leave its name empty
  const [name, length] = [Buffer.from('qqqq'), Buffer.of(4, 0, 0, 0)];
  const one = vectorFromArray([1], new Int32());
  const unnamed = Buffer.from(arrow({ [String(name)]: one, t: one }));
  for (let at = 0; (at = unnamed.indexOf(Buffer.concat([length, name]), at)) >= 0; at++) unnamed[at] = 0;
  it.each([
    ['csv', csv([[1, 2]], ',t'), 'column 0; pandas leaves its index out with index=False'],
    ['csv', csv([[1, 2]], 'a,""'), 'column 1'],
    ['arrow', unnamed, 'column 0; pandas leaves its index out with index=False'],
  ])('is refused: %s', (extension, bytes, place) => {
    const path = write(`unnamed.${extension}`, bytes);
    expect(thrown(() => readDataset(path, {}))).toBe(
      `TypeError: ${path}: expected a name for every column, got none for ${place}`,
    );
  });
});
