import { type Data, DataType, type Field, type Table as Frame, tableFromIPC, Vector } from 'apache-arrow';
import { float16 } from './float16.ts';
import { type Cells, type Table, type TargetName, targetIndex, type Word } from './table.ts';

/**
 * Reads an Arrow IPC file (Feather version 2) or IPC stream, uncompressed.
 *
 * Inputs are columns of integers, floats or booleans (0 and 1), or lists of these of one length,
 * which give as many inputs. A target is such a column, not a list, or strings, or a dictionary.
 *
 * @throws {TypeError} if the bytes are not Arrow, are cut off, or hold a column of another type.
 * @throws {RangeError} if there is no such target, or a value is null, not finite or an integer
 *   beyond ±2⁵³.
 * @example
 * readArrow(readFileSync('iris.arrow'), 'iris.arrow', 'species').inputs; // ['petal', 'sepal']
 */
export function readArrow(bytes: Uint8Array, path: string, target: TargetName): Table {
  const frame = open(bytes, path);
  const { fields } = frame.schema;
  const names = fields.map(({ name }) => name);
  const index = names.find((name) => /^__index_level_\d+__$/.test(name));
  if (index !== undefined) {
    throw new TypeError(
      `${path}: expected columns of data, got the index ${index} of pandas; write with preserve_index=False`,
    );
  }
  const t = targetIndex(path, names, target);
  const n = frame.numRows;
  if (n === 0) throw new TypeError(`${path}: expected at least one row, got none`);

  const columns = fields.flatMap((field, j) => {
    if (j === t) return [];
    const vector = frame.getChildAt(j)!;
    const place = (row?: number) => `${path}: ${row === undefined ? '' : `row ${row}, `}column ${field.name}`;
    return [{ name: field.name, vector, place, width: width(field, vector, place) }];
  });
  const d = columns.reduce((sum, { width }) => sum + (width ?? 1), 0);
  if (!(n > 0 && d >= 0 && n * d <= 8 * bytes.length)) throw damaged(path); // a cell takes a bit or more
  const x = new Float64Array(n * d); // [n, d]
  let at = 0;
  for (const { vector, place, width } of columns) {
    fill(vector, x, { at, stride: d, width, place });
    at += width ?? 1;
  }
  return {
    inputs: columns.flatMap(({ name, width }) =>
      width === undefined ? [name] : Array.from({ length: width }, (_, j) => `${name}[${j}]`),
    ),
    x,
    target: names[t]!,
    cells: targetCells(fields[t]!, frame.getChildAt(t)!, n, path),
  };
}

const fileMagic = 'ARROW1';
const streamStart = 'ffffffff';
const streamEnd = 'ffffffff00000000';

function open(bytes: Uint8Array, path: string): Frame {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = buffer.toString('latin1', 0, 6) === fileMagic;
  const stream = buffer.toString('hex', 0, 4) === streamStart;
  if (!file && !stream) throw new TypeError(`${path}: expected an Arrow IPC file or stream, got neither`);
  // apache-arrow reads what is left of a truncated file, down to no rows, without a word
  const whole = file
    ? buffer.toString('latin1', buffer.length - 6) === fileMagic && buffer.length > 12
    : buffer.toString('hex', buffer.length - 8) === streamEnd;
  if (!whole) {
    const mark = file ? 'a footer' : 'an end-of-stream mark';
    throw new TypeError(
      `${path}: expected an Arrow IPC ${file ? 'file' : 'stream'} with ${mark}, got one that is cut off`,
    );
  }
  try {
    return tableFromIPC(bytes);
  } catch (error) {
    if (/is compressed/.test(String(error))) {
      throw new TypeError(
        `${path}: expected uncompressed Arrow, got compressed batches; write with compression='uncompressed'`,
      );
    }
    throw damaged(path);
  }
}

const damaged = (path: string) =>
  new TypeError(`${path}: expected an Arrow IPC file or stream, got one that is damaged or of an unsupported type`);

type Place = (row?: number) => string;

const isList = (type: DataType) =>
  DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);

const isNumeric = (type: DataType) => DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type);

/** Counts the inputs that a column of lists gives; undefined for a column of numbers. */
function width({ type }: Field, vector: Vector, place: Place): number | undefined {
  const element = isList(type) ? type.children[0]!.type : type;
  if (!isNumeric(element)) throw new TypeError(`${place()}: expected numbers or lists of numbers, got ${type}`);
  if (!isList(type)) return undefined;
  const first = vector.data.find(({ length }) => length > 0)!;
  const size = lists(first).end(0) - lists(first).start(0);
  if (size === 0 && first.getValid(0)) throw new TypeError(`${place()}: expected lists of numbers, got empty lists`);
  return size;
}

/** Finds the start and end of the list of row i among the elements of a chunk. */
function lists({ type, valueOffsets }: Data) {
  if (!DataType.isFixedSizeList(type)) {
    return { start: (i: number) => Number(valueOffsets[i]), end: (i: number) => Number(valueOffsets[i + 1]) };
  }
  const { listSize } = type;
  return { start: (i: number) => i * listSize, end: (i: number) => (i + 1) * listSize };
}

/**
 * Writes a column of numbers, or of lists of `width` numbers, into the rows of `out`, `stride`
 * apart.
 */
function fill(
  vector: Vector,
  out: Float64Array,
  { at, stride, width, place }: { at: number; stride: number; width: number | undefined; place: Place },
): void {
  let row = 0;
  for (const chunk of vector.data) {
    const list = width === undefined ? undefined : lists(chunk);
    const elements = list ? chunk.children[0]! : chunk;
    const read = reader(elements);
    for (let i = 0; i < chunk.length; i++, row++) {
      if (!chunk.getValid(i)) throw new RangeError(`${place(row)}: expected a ${list ? 'list' : 'number'}, got null`);
      const start = list ? list.start(i) : i;
      if (list && list.end(i) - start !== width) {
        throw new TypeError(`${place(row)}: expected ${width} numbers as in row 0, got ${list.end(i) - start}`);
      }
      for (let j = 0; j < (width ?? 1); j++) {
        const raw = read(start + j);
        if (!elements.getValid(start + j)) throw new RangeError(`${place(row)}: expected a number, got null`);
        const value = Number(raw);
        if (typeof raw === 'bigint' && !Number.isSafeInteger(value)) {
          throw new RangeError(`${place(row)}: expected an integer within ±2^53, got ${raw}`);
        }
        if (!Number.isFinite(value)) throw new RangeError(`${place(row)}: expected a finite number, got ${raw}`);
        out[at + row * stride + j] = value;
      }
    }
  }
}

function reader({ type, values, offset }: Data): (i: number) => number | bigint {
  if (DataType.isBool(type)) return (i) => (values[(offset + i) >> 3]! >> ((offset + i) & 7)) & 1;
  if (DataType.isFloat(type) && values instanceof Uint16Array) return (i) => float16(values[i]!);
  return (i) => values[i]!;
}

function targetCells({ name, type }: Field, vector: Vector, n: number, path: string): Cells {
  const place: Place = (row) => `${path}: row ${row}, column ${name}`;
  if (DataType.isInt(type) || DataType.isFloat(type)) {
    const values = new Float64Array(n);
    fill(vector, values, { at: 0, stride: 1, width: undefined, place });
    return { values };
  }
  const written = DataType.isDictionary(type) ? type.dictionary : type;
  if (!isWord(written)) {
    throw new TypeError(`${path}: column ${name}: expected a target of numbers, booleans or strings, got ${type}`);
  }
  const codes = new Int32Array(n);
  const code = new Map<Word, number>();
  let row = 0;
  for (const chunk of vector.data) {
    const words = new Vector([chunk]);
    for (let i = 0; i < chunk.length; i++, row++) {
      const raw: Word | bigint | null = words.get(i);
      if (raw === null) throw new RangeError(`${place(row)}: expected a value, got null`);
      const word = typeof raw === 'bigint' ? Number(raw) : raw;
      if (typeof word === 'number' && !Number.isFinite(word)) {
        throw new RangeError(`${place(row)}: expected a finite number, got ${word}`);
      }
      if (typeof raw === 'bigint' && !Number.isSafeInteger(word)) {
        throw new RangeError(`${place(row)}: expected an integer within ±2^53, got ${raw}`);
      }
      if (!code.has(word)) code.set(word, code.size);
      codes[row] = code.get(word)!;
    }
  }
  return { codes, words: [...code.keys()] };
}

const isWord = (type: DataType) =>
  isNumeric(type) || DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
