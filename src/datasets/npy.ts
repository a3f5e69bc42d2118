import { formatValue } from '../format-value.ts';
import { float16 } from './float16.ts';
import { type Table, type TargetName, targetIndex } from './table.ts';

interface Dtype {
  readonly size: number;
  readonly whole: boolean;
  read(view: DataView, at: number, little: boolean): number | bigint;
}

const dtypes: Record<string, Dtype> = {
  b1: { size: 1, whole: true, read: (view, at) => (view.getUint8(at) ? 1 : 0) },
  i1: { size: 1, whole: true, read: (view, at) => view.getInt8(at) },
  i2: { size: 2, whole: true, read: (view, at, little) => view.getInt16(at, little) },
  i4: { size: 4, whole: true, read: (view, at, little) => view.getInt32(at, little) },
  i8: { size: 8, whole: true, read: (view, at, little) => view.getBigInt64(at, little) },
  u1: { size: 1, whole: true, read: (view, at) => view.getUint8(at) },
  u2: { size: 2, whole: true, read: (view, at, little) => view.getUint16(at, little) },
  u4: { size: 4, whole: true, read: (view, at, little) => view.getUint32(at, little) },
  u8: { size: 8, whole: true, read: (view, at, little) => view.getBigUint64(at, little) },
  f2: { size: 2, whole: false, read: (view, at, little) => float16(view.getUint16(at, little)) },
  f4: { size: 4, whole: false, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, whole: false, read: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * Reads an NPY file (versions 1 to 3, either byte order, C or Fortran order): one matrix, inputs and target together.
 *
 * Columns have no names, so their indices stand in: `target` is an index or its decimal digits. The one dtype of the
 * matrix cannot tell labels from quantities; a target counts as whole if every value in it is.
 *
 * @throws {TypeError} if the file is not an NPY file of a 2-D array of real numbers, or is cut off.
 * @throws {RangeError} if there is no such target, or a value is not finite or an integer beyond ±2⁵³.
 * @example
 * readNpy(readFileSync('digits.npy'), 'digits.npy', 64).x;
 */
export function readNpy(bytes: Uint8Array, path: string, target: TargetName): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { descr, fortran, shape, start } = header(bytes, view, path);
  const dtype = dtypes[descr.slice(1)];
  if (!dtype || !'<>|='.includes(descr[0]!)) {
    throw new TypeError(`${path}: expected a dtype of real numbers (${Object.keys(dtypes).join(' ')}), got ${descr}`);
  }
  const python = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  if (shape.length !== 2) throw new TypeError(`${path}: expected a 2-D array, rows by columns, got shape ${python}`);
  const [n, columns] = shape as [number, number];
  const expected = n * columns * dtype.size;
  if (bytes.length - start !== expected) {
    const found = bytes.length - start;
    throw new TypeError(`${path}: expected ${expected} bytes of data for shape ${python} of ${descr}, got ${found}`);
  }
  if (n === 0) throw new TypeError(`${path}: expected at least one row, got none`);
  if (typeof target === 'string' && !/^\d+$/.test(target)) {
    const range = `0 to ${columns - 1}`;
    throw new RangeError(
      `${path}: target: an NPY file has no names, expected an index from ${range}, got ${formatValue(target)}`,
    );
  }
  const names = Array.from({ length: columns }, (_, j) => String(j));
  const t = targetIndex(path, names, target === undefined ? target : Number(target));

  const d = columns - 1;
  const x = new Float64Array(n * d); //  [n, d]
  const values = new Float64Array(n); // [n]
  const little = descr[0] !== '>';
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < columns; j++) {
      const raw = dtype.read(view, start + dtype.size * (fortran ? j * n + i : i * columns + j), little);
      const value = Number(raw);
      if (typeof raw === 'bigint' && !Number.isSafeInteger(value)) {
        throw new RangeError(`${path}: row ${i}, column ${j}: expected an integer within ±2^53, got ${raw}`);
      }
      if (!Number.isFinite(value)) {
        throw new RangeError(`${path}: row ${i}, column ${j}: expected a finite number, got ${value}`);
      }
      if (j === t) values[i] = value;
      else x[at++] = value;
    }
  }
  return {
    inputs: names.toSpliced(t, 1),
    x,
    target: names[t]!,
    cells: { values, whole: dtype.whole || values.every(Number.isSafeInteger) },
  };
}

/** What stands before the data: a magic, a version, and a Python dict as text. */
function header(bytes: Uint8Array, view: DataView, path: string) {
  const magic = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (magic !== '\x93NUMPY') throw new TypeError(`${path}: expected an NPY file, got one that does not begin as such`);
  const version = bytes[6];
  if (bytes.length >= 8 && !(version === 1 || version === 2 || version === 3)) {
    throw new TypeError(`${path}: expected NPY version 1, 2 or 3, got ${version}`);
  }
  const from = version === 1 ? 10 : 12;
  const length = bytes.length < from ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = from + length;
  if (bytes.length < start) throw new TypeError(`${path}: expected a header of ${start} bytes, got ${bytes.length}`);
  const text = Buffer.from(bytes.subarray(from, start)).toString('utf8');
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d, L]*)\)/.exec(text)?.[1];
  if (/'descr':\s*\[/.test(text)) {
    throw new TypeError(`${path}: expected one dtype for the whole array, got a structured array`);
  }
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new TypeError(
      `${path}: expected a header with descr, fortran_order and shape, got ${formatValue(text.trim())}`,
    );
  }
  return { descr, fortran: order === 'True', shape: (shape.match(/\d+/g) ?? []).map(Number), start };
}
