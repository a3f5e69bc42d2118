import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/file.ts';
import { folder, thrown } from './folder.ts';
import { doubles, npy } from './npy-bytes.ts';

const { write } = folder();

// rows (0, 1, 0), (1, 0, 1), (1, 1, 1), (0, 0, 0): exact in every dtype, b1 included
const rows = [
  [0, 1, 0],
  [1, 0, 1],
  [1, 1, 1],
  [0, 0, 0],
];

const put: Record<string, (view: DataView, at: number, value: number, little: boolean) => void> = {
  b1: (view, at, value) => view.setUint8(at, value),
  i1: (view, at, value) => view.setInt8(at, value),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  u1: (view, at, value) => view.setUint8(at, value),
  u2: (view, at, value, little) => view.setUint16(at, value, little),
  u4: (view, at, value, little) => view.setUint32(at, value, little),
  u8: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  f2: (view, at, value, little) => view.setUint16(at, value === 1 ? 0x3c00 : 0, little),
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
};

function body(dtype: string, little: boolean, fortran: boolean): Uint8Array {
  const size = Number(dtype[1]);
  const bytes = new Uint8Array(12 * size);
  const view = new DataView(bytes.buffer);
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) put[dtype]!(view, size * (fortran ? 4 * j + i : 3 * i + j), value, little);
  }
  return bytes;
}

const dtypes = 'b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8';

describe('readDataset of .npy', () => {
  it.each(
    Object.keys(put).flatMap((dtype) =>
      ['<', '>'].flatMap((order) => [false, true].map((fortran) => ({ dtype, order, fortran }))),
    ),
  )('reads $order$dtype, Fortran order: $fortran', ({ dtype, order, fortran }) => {
    const mark = dtype[1] === '1' ? '|' : order;
    const bytes = npy(body(dtype, order === '<', fortran), { descr: `'${mark}${dtype}'`, fortran, shape: '(4, 3)' });
    expect(readDataset(write('a.npy', bytes), {})).toEqual({
      n: 4,
      d: 2,
      k: 2,
      x: Float64Array.of(0, 1, 1, 0, 1, 1, 0, 0),
      y: Float64Array.of(1, 0, 0, 1, 0, 1, 1, 0),
      labels: Int32Array.of(0, 1, 1, 0),
      inputs: ['0', '1'],
      target: '2',
      classes: ['0', '1'],
    });
  });

  it.each([1, 2, 3])('reads version %i', (version) => {
    const bytes = npy(doubles(1.5, 2.5, 3.5, 4.5), { shape: '(2, 2)', version });
    expect(readDataset(write('v.npy', bytes), {})).toMatchObject({ x: Float64Array.of(1.5, 3.5), k: 1 });
  });

  // numpy.load of numpy 2.4.6 reads each of them as these doubles
  it.each([
    `{"descr": "<f8", "fortran_order": False, "shape": (2, 2)}`,
    `{'descr': u'<f8', u'fortran_order': False, 'shape': (2L, 2L), }`,
    `  { 'shape' : ( 2 , 2 , ) , 'fortran_order' : False , 'descr' : '<d' , }  `,
    ...['float64', 'double', 'float', 'd', 'f8', '=f8', '|f8', '=d'].map(
      (descr) => `{'descr':'${descr}','fortran_order':False,'shape':(2,2)}`,
    ),
  ])('reads the header %s', (dict) => {
    expect(readDataset(write('h.npy', npy(doubles(1.5, 2.5, 3.5, 4.5), { dict })), {})).toMatchObject({
      x: Float64Array.of(1.5, 3.5),
      y: Float64Array.of(2.5, 4.5),
    });
  });

  // and these it refuses
  it.each([
    `{'descr': '<f8', 'fortran_order': False, 'shape': (4)}`,
    `{'descr': '<f8', 'fortran_order': False, 'shape': [2, 2]}`,
    `{'descr': '<f8', 'fortran_order': False, 'shape': (2 2)}`,
    `{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 2)}`,
    `{'descr': '<f8', 'fortran_order': False}`,
    `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), 'more': 1}`,
    `{'descr': '<f8' 'fortran_order': False, 'shape': (2, 2)}`,
    `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)} {}`,
    `{'descr': b'<f8', 'fortran_order': False, 'shape': (2, 2)}`,
  ])('refuses the header %s', (dict) => {
    const path = write('h.npy', npy(doubles(1.5, 2.5, 3.5, 4.5), { dict }));
    expect(thrown(() => readDataset(path, {}))).toMatch(
      /: expected a header with descr, fortran_order and shape, got "/,
    );
  });

  it.each(['<float64', 'Float64', 'constructor', '__proto__', ''])('refuses the dtype %o, as numpy does', (descr) => {
    const path = write('d.npy', npy(doubles(1, 2, 3, 4), { descr: `'${descr}'`, shape: '(2, 2)' }));
    expect(thrown(() => readDataset(path, {}))).toBe(
      `TypeError: ${path}: expected a dtype of real numbers (${dtypes}), got ${descr}`,
    );
  });

  it('keeps fractions, signs and the range of each dtype', () => {
    const view = new DataView(new ArrayBuffer(32));
    for (const [i, value] of [-(2n ** 53n) + 1n, 2n ** 53n - 1n, -7n, 7n].entries())
      view.setBigInt64(8 * i, value, true);
    const i8 = npy(new Uint8Array(view.buffer), { descr: "'<i8'", shape: '(2, 2)' });
    expect(readDataset(write('i8.npy', i8), { target: 1 }).x).toEqual(Float64Array.of(-(2 ** 53) + 1, -7));
    const u1 = npy(Uint8Array.of(255, 0, 128, 1), { descr: "'|u1'", shape: '(2, 2)' });
    expect(readDataset(write('u1.npy', u1), {}).x).toEqual(Float64Array.of(255, 128));
    const i1 = npy(Uint8Array.of(255, 0, 128, 1), { descr: "'|i1'", shape: '(2, 2)' });
    expect(readDataset(write('i1.npy', i1), {}).x).toEqual(Float64Array.of(-1, -128));
    const f4 = npy(new Uint8Array(Float32Array.of(-0.1, 0, 1e30, 1).buffer), { descr: "'<f4'", shape: '(2, 2)' });
    expect(readDataset(write('f4.npy', f4), {}).x).toEqual(Float64Array.of(Math.fround(-0.1), Math.fround(1e30)));
  });

  it.each([0, '0'])('predicts the column at index %o', (target) => {
    const path = write('t.npy', npy(doubles(0.5, 1, 2, 1.5, 3, 4), { shape: '(2, 3)' }));
    const { x, y, k, inputs } = readDataset(path, { target });
    expect({ x, y, k, inputs }).toEqual({
      x: Float64Array.of(1, 2, 3, 4),
      y: Float64Array.of(0.5, 1.5),
      k: 1,
      inputs: ['1', '2'],
    });
  });

  it('takes whole doubles for classes and others for a quantity', () => {
    const whole = npy(doubles(0.1, 3, 0.2, 7, 0.3, 3, 0.4, 7), { shape: '(4, 2)' });
    expect(readDataset(write('whole.npy', whole), {}).classes).toEqual(['3', '7']);
    const real = npy(doubles(0.1, 3, 0.2, 7, 0.3, 3, 0.4, 7.5), { shape: '(4, 2)' });
    expect(readDataset(write('real.npy', real), {}).y).toEqual(Float64Array.of(3, 7, 3, 7.5));
  });

  const good = npy(doubles(1, 2, 3, 4), { shape: '(2, 2)' });
  const int64 = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
  it.each<[string, Uint8Array, string, (string | number)?]>([
    [
      'another magic',
      Buffer.from('PK\x03\x04 a zip'),
      'TypeError: PATH: expected an NPY file, got one that does not begin as such',
    ],
    ['a cut magic', good.subarray(0, 7), 'TypeError: PATH: expected a header of 10 bytes, got 7'],
    ['a cut header', good.subarray(0, 60), 'TypeError: PATH: expected a header of 128 bytes, got 60'],
    ['version 4', Buffer.from(good).fill(4, 6, 7), 'TypeError: PATH: expected NPY version 1, 2 or 3, got 4'],
    [
      'a header that is no dict',
      Buffer.from(good).fill(120, 10, 127),
      `TypeError: PATH: expected a header with descr, fortran_order and shape, got "${'x'.repeat(76)}…"`,
    ],
    [
      'a body cut short',
      good.subarray(0, -1),
      'TypeError: PATH: expected 32 bytes of data for shape (2, 2) of <f8, got 31',
    ],
    [
      'a second array',
      Buffer.concat([good, good]),
      'TypeError: PATH: expected 32 bytes of data for shape (2, 2) of <f8, got 192',
    ],
    [
      'a 0-D array',
      npy(doubles(1), { shape: '()' }),
      'TypeError: PATH: expected a 2-D array, rows by columns, got shape ()',
    ],
    [
      'a 1-D array',
      npy(doubles(1, 2), { shape: '(2,)' }),
      'TypeError: PATH: expected a 2-D array, rows by columns, got shape (2,)',
    ],
    [
      'a 3-D array',
      npy(doubles(1, 2), { shape: '(1, 1, 2)' }),
      'TypeError: PATH: expected a 2-D array, rows by columns, got shape (1, 1, 2)',
    ],
    [
      'objects',
      npy(new Uint8Array(9), { descr: "'|O'", shape: '(1, 2)' }),
      `TypeError: PATH: expected a dtype of real numbers (${dtypes}), got |O`,
    ],
    [
      'strings',
      npy(new Uint8Array(8), { descr: "'<U1'", shape: '(1, 2)' }),
      `TypeError: PATH: expected a dtype of real numbers (${dtypes}), got <U1`,
    ],
    [
      'complex numbers',
      npy(new Uint8Array(32), { descr: "'<c16'", shape: '(1, 2)' }),
      `TypeError: PATH: expected a dtype of real numbers (${dtypes}), got <c16`,
    ],
    [
      'a structured array',
      npy(doubles(1, 2), { descr: "[('a', '<f8'), ('b', '<f8')]", shape: '(1,)' }),
      'TypeError: PATH: expected one dtype for the whole array, got a structured array',
    ],
    ['no rows', npy(doubles(), { shape: '(0, 3)' }), 'TypeError: PATH: expected at least one row, got none'],
    [
      'one column',
      npy(doubles(1, 2), { shape: '(2, 1)' }),
      'TypeError: PATH: expected at least two columns, inputs and a target, got "0"',
    ],
    [
      'NaN',
      npy(doubles(1, 2, 3, Number.NaN), { shape: '(2, 2)' }),
      'RangeError: PATH: row 1, column 1: expected a finite number, got NaN',
    ],
    [
      'an infinity in Fortran order',
      npy(doubles(1, 2, Number.NEGATIVE_INFINITY, 4), { shape: '(2, 2)', fortran: true }),
      'RangeError: PATH: row 0, column 1: expected a finite number, got -Infinity',
    ],
    [
      'an integer that a double cannot hold',
      npy(int64(1n, 2n, 2n ** 53n + 1n, 4n), { descr: "'<i8'", shape: '(2, 2)' }),
      'RangeError: PATH: row 1, column 0: expected an integer within ±2^53, got 9007199254740993',
    ],
    [
      'one class',
      npy(doubles(1, 2, 3, 2), { shape: '(2, 2)' }),
      'RangeError: PATH: column 1: expected at least two classes, got only "2"',
    ],
    ['an index past the end', good, 'RangeError: PATH: target: expected an index from 0 to 1, got 2', 2],
    ['a negative index', good, 'RangeError: PATH: target: expected an index from 0 to 1, got -1', -1],
    ['a broken index', good, 'RangeError: PATH: target: expected an index from 0 to 1, got 0.5', 0.5],
    [
      'a name',
      good,
      'RangeError: PATH: target: an NPY file has no names, expected an index from 0 to 1, got "label"',
      'label',
    ],
  ])('refuses %s', (_, bytes, message, target) => {
    const path = write('bad.npy', bytes);
    expect(thrown(() => readDataset(path, { target })).replace(path, 'PATH')).toBe(message);
  });
});
