import { isUtf8 } from 'node:buffer';
import { formatValue } from '../format-value.ts';
import { countLines, eachRecord } from './csv-records.ts';
import { type Table, type TargetName, targetIndex } from './table.ts';

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(?:nan|inf|infinity)$/i;
const integer = /^[+-]?\d+$/;

/**
 * Reads a table of text (UTF-8, RFC 4180 quotes): the first line names the columns, every other one
 * is a row.
 *
 * Inputs are decimal numbers; `true` and `false`, in any case, count 1 and 0. A target is all
 * numbers or all words. Blank lines, and blanks around a cell, are skipped.
 *
 * @param delimiter One character: ',' or a tab.
 * @throws {TypeError} if the file is not such a text, a row has too few or too many cells, or a
 *   cell is not a number.
 * @throws {RangeError} if there is no such target, or a cell is empty, not finite or an integer
 *   beyond ±2⁵³.
 * @example
 * readCsv(readFileSync('iris.csv'), 'iris.csv', 'species', ',').inputs; // ['petal', 'sepal']
 */
export function readCsv(bytes: Uint8Array, path: string, target: TargetName, delimiter: string): Table {
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new TypeError(`${path}: expected text in UTF-8, got binary data or another encoding`);
  }
  let names: string[] | undefined;
  let rows: ReturnType<typeof collect> | undefined;
  eachRecord(bytes, path, delimiter, (record, line) => {
    if (!names) {
      names = record;
      return;
    }
    if (!rows) {
      checkHeader(path, names, record);
      rows = collect(path, names, targetIndex(path, names, target), countLines(bytes));
    }
    rows.add(record, line);
  });
  if (!names) throw new TypeError(`${path}: expected a header and rows, got only blank lines`);
  if (!rows) throw new TypeError(`${path}: expected at least one row below the header, got none`);
  return (rows as ReturnType<typeof collect>).table();
}

/** @throws {TypeError} if the first line is itself a row, which would be lost. */
function checkHeader(path: string, names: readonly string[], first: readonly string[]): void {
  const numeric = names.filter((_, j) => number.test(first[j] ?? ''));
  const indices = numeric.every((name) => names[Number(name)] === name); // pandas names columns 0, 1, 2, ...
  if (numeric.every((name) => number.test(name)) && !indices) {
    throw new TypeError(`${path}: expected names of the columns in the first line, got numbers: ${names.join(', ')}`);
  }
}

/** Gathers at most `most` rows. The first target decides if all must be numbers or words. */
function collect(path: string, names: readonly string[], t: number, most: number) {
  const d = names.length - 1;
  const x = new Float64Array(most * d); // [most, d]
  const values = new Float64Array(most);
  const codes = new Int32Array(most);
  const code = new Map<string, number>();
  let firstLine: number | undefined;
  let wordy = false;
  let n = 0;
  const place = (line: number, j: number) => `${path}: line ${line}, column ${names[j]}`;

  function addTarget(cell: string, value: number | undefined, line: number): void {
    if (firstLine === undefined) {
      firstLine = line;
      wordy = value === undefined;
    }
    if (wordy !== (value === undefined)) {
      const [one, other] = wordy ? ['word', 'the number '] : ['number', ''];
      throw new TypeError(
        `${place(line, t)}: expected a ${one} as on line ${firstLine}, got ${other}${formatValue(cell)}`,
      );
    }
    if (value === undefined) {
      if (!code.has(cell)) code.set(cell, code.size);
      codes[n] = code.get(cell)!;
    } else values[n] = value;
  }

  return {
    add(record: readonly string[], line: number): void {
      if (record.length !== names.length) {
        const header = `${names.length} cells as in the header`;
        throw new TypeError(`${path}: line ${line}: expected ${header}, got ${record.length}`);
      }
      let at = n * d;
      for (const [j, cell] of record.entries()) {
        const value = number.test(cell) ? Number(cell) : undefined;
        if (cell === '') {
          const expected = j === t ? 'value' : 'number';
          throw new RangeError(`${place(line, j)}: expected a ${expected}, got an empty cell`);
        }
        if (value === undefined ? notFinite.test(cell) : !Number.isFinite(value)) {
          throw new RangeError(`${place(line, j)}: expected a finite number, got ${cell}`);
        }
        if (value !== undefined && !Number.isSafeInteger(value) && integer.test(cell)) {
          throw new RangeError(`${place(line, j)}: expected an integer within ±2^53, got ${cell}`);
        }
        if (j === t) addTarget(cell, value, line);
        else {
          const input = value ?? truth(cell);
          if (input === undefined)
            throw new TypeError(`${place(line, j)}: expected a number, got ${formatValue(cell)}`);
          x[at++] = input;
        }
      }
      n++;
    },
    table(): Table {
      return {
        inputs: names.toSpliced(t, 1),
        x: x.slice(0, n * d),
        target: names[t]!,
        cells: wordy ? { codes: codes.slice(0, n), words: [...code.keys()] } : { values: values.slice(0, n) },
      };
    },
  };
}

const truth = (cell: string) => (/^true$/i.test(cell) ? 1 : /^false$/i.test(cell) ? 0 : undefined);
