import { endianness } from 'node:os';
import { formatValue } from '../format-value.ts';
import { float16 } from './float16.ts';
import { type Table, type TargetName, targetIndex } from './table.ts';

interface Dtype {
  readonly size: number;
  read(view: DataView, at: number, little: boolean): number | bigint;
}

const dtypes = {
  b1: { size: 1, read: (view, at) => (view.getUint8(at) ? 1 : 0) },
  i1: { size: 1, read: (view, at) => view.getInt8(at) },
  i2: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { size: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  u1: { size: 1, read: (view, at) => view.getUint8(at) },
  u2: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { size: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  f2: { size: 2, read: (view, at, little) => float16(view.getUint16(at, little)) },
  f4: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
} satisfies Record<string, Dtype>;

/**
 * Letters that numpy takes for a dtype, behind a byte order or alone; `l` has 8 bytes, as on Linux
 * and macOS.
 */
const letters: Readonly<Record<string, keyof typeof dtypes>> = {
  ...{ '?': 'b1', b: 'i1', h: 'i2', i: 'i4', l: 'i8', q: 'i8', p: 'i8', n: 'i8' },
  ...{ B: 'u1', H: 'u2', I: 'u4', L: 'u8', Q: 'u8', P: 'u8', N: 'u8', e: 'f2', f: 'f4', d: 'f8' },
};

/** Names that numpy takes for a dtype, in the byte order of the machine. */
const namedTypes: Readonly<Record<string, keyof typeof dtypes>> = {
  ...{
    bool: 'b1',
    bool_: 'b1',
    int8: 'i1',
    byte: 'i1',
    int16: 'i2',
    short: 'i2',
    int32: 'i4',
    intc: 'i4',
    int64: 'i8',
    int: 'i8',
  },
  ...{ long: 'i8', longlong: 'i8', intp: 'i8', uint8: 'u1', ubyte: 'u1', uint16: 'u2', ushort: 'u2', uint32: 'u4' },
  ...{ uintc: 'u4', uint64: 'u8', uint: 'u8', ulong: 'u8', ulonglong: 'u8', uintp: 'u8', float16: 'f2', half: 'f2' },
  ...{ float32: 'f4', single: 'f4', float64: 'f8', double: 'f8', float: 'f8' },
};

/** Finds the dtype that numpy would: `<f8`, `=f8`, `f8`, `d`, `float64`. */
function dtypeOf(descr: string): (Dtype & { readonly little: boolean }) | undefined {
  const [, order, code] = /^([<>=|]?)(.*)$/s.exec(descr) as unknown as [string, string, string];
  const little = order === '<' || (order !== '>' && endianness() === 'LE');
  const names = [dtypes, letters, ...(order === '' ? [namedTypes] : [])];
  const known = names.find((of) => Object.hasOwn(of, code)) as Record<string, Dtype | keyof typeof dtypes> | undefined;
  const found = known?.[code];
  const dtype: Dtype | undefined = typeof found === 'string' ? dtypes[found] : found;
  return dtype && { ...dtype, little };
}

/**
 * Reads an NPY file (versions 1 to 3, either byte order, C or Fortran order): one matrix, inputs
 * and target together.
 *
 * Columns have no names, so their indices stand in: `target` is an index or its decimal digits.
 * Every header of a matrix of real numbers that numpy reads is read.
 *
 * @throws {TypeError} if the file is not an NPY file of a 2-D array of real numbers, or is cut off.
 * @throws {RangeError} if there is no such target, or a value is not finite or an integer beyond
 *   ±2⁵³.
 * @example
 * readNpy(readFileSync('digits.npy'), 'digits.npy', 64).x;
 */
export function readNpy(bytes: Uint8Array, path: string, target: TargetName): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { descr, fortran, shape, start } = header(bytes, view, path);
  const dtype = dtypeOf(descr);
  if (!dtype) {
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
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < columns; j++) {
      const raw = dtype.read(view, start + dtype.size * (fortran ? j * n + i : i * columns + j), dtype.little);
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
    cells: { values },
  };
}

/** Reads the magic, the version, and a Python dict as text. */
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
  const text = Buffer.from(bytes.subarray(from, start)).toString(version === 3 ? 'utf8' : 'latin1');
  if (/["']descr["']\s*:\s*[[(]/.test(text)) {
    throw new TypeError(`${path}: expected one dtype for the whole array, got a structured array`);
  }
  const { descr, order, shape } = pythonDict(text) ?? {};
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new TypeError(
      `${path}: expected a header with descr, fortran_order and shape, got ${formatValue(text.trim())}`,
    );
  }
  return { descr, fortran: order === 'True', shape: (shape.match(/\d+/g) ?? []).map(Number), start };
}

const text = /(?:[uUrR]?(?:'([^'\\]*)'|"([^"\\]*)"))/y;
const truth = /(True|False)/y;
/** Tuple of integers; Python 2 wrote `2L`. A comma makes a tuple: `(2)` is a number. */
const tuple = /\(\s*((?:\d+L?\s*,\s*)*(?:(?<=,\s*)\d+L?\s*)?)\)/y;

/**
 * Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`; undefined if it is not that
 * dict.
 */
function pythonDict(source: string): Partial<Record<'descr' | 'order' | 'shape', string | undefined>> | undefined {
  const values: Record<string, string | undefined> = Object.create(null);
  let at = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (!found) return undefined;
    at = pattern.lastIndex;
    skip();
    return found[1] ?? found[2] ?? found[0];
  };
  const skip = () => {
    while (/\s/.test(source[at] ?? '')) at++;
  };
  skip();
  if (!read(/\{/y)) return undefined;
  while (!read(/\}/y)) {
    const key = read(text);
    if (key === undefined || !read(/:/y)) return undefined;
    const value = read(key === 'descr' ? text : key === 'fortran_order' ? truth : key === 'shape' ? tuple : /$^/y);
    if (value === undefined) return undefined;
    values[key] = value;
    if (!read(/,/y) && source[at] !== '}') return undefined;
  }
  return at === source.length
    ? { descr: values['descr'], order: values['fortran_order'], shape: values['shape'] }
    : undefined;
}
