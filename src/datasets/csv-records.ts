import { CsvError, parse } from 'csv-parse/sync';

/**
 * Calls `row` with the trimmed cells of each record and the number, from 1, of the line it ends on.
 *
 * Lines end in `\n` or `\r\n`, or in `\r` if there is no `\n`. Blank lines are counted and skipped.
 *
 * @throws {TypeError} if a quote opens inside a cell, or does not close.
 * @example
 * eachRecord(Buffer.from('a,b\n1,2'), 'a.csv', ',', (cells, line) => console.log(line, cells));
 */
export function eachRecord(
  bytes: Uint8Array,
  path: string,
  delimiter: string,
  row: (record: string[], line: number) => void,
): void {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + bom, bytes.byteLength - bom);
  if (text.includes('"')) quoted(text, path, delimiter, row);
  else plain(text, delimiter, row);
}

/** Counts lines: there are at most so many records. */
export const countLines = (bytes: Uint8Array): number => lineCounter(bytes)(bytes.length);

// csv-parse alone would read 22 MB in 4.6 s instead of 1.3 s; without quotes a record is a line, so
// split it
function plain(text: Buffer, delimiter: string, row: (record: string[], line: number) => void): void {
  const end = lineEnd(text);
  for (let from = 0, line = 1; from < text.length; line++) {
    const found = text.indexOf(end, from);
    const to = found < 0 ? text.length : found;
    const record = text.toString('utf8', from, to).split(delimiter).map(trim);
    if (record.length > 1 || record[0] !== '') row(record, line);
    from = to + 1;
  }
}

function quoted(text: Buffer, path: string, delimiter: string, row: (record: string[], line: number) => void): void {
  const lineOf = lineCounter(text); // csv-parse counts \r\n as two lines if it trims
  try {
    parse(text, {
      delimiter,
      record_delimiter: String.fromCharCode(lineEnd(text)),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], { bytes }) => void row(record.map(trim), lineOf(bytes - 1)),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = lineOf(text.indexOf('"', Number(error['bytes'])));
    const found = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote that is not closed' : 'a quote inside a cell';
    throw new TypeError(`${path}: line ${line}: expected cells as RFC 4180 quotes them, got ${found}`);
  }
}

const trim = (cell: string) => cell.trim();

const lineFeed = 10;
const carriageReturn = 13;

const lineEnd = (bytes: Uint8Array) => (bytes.includes(lineFeed) ? lineFeed : carriageReturn);

/** Finds the line of a byte, for positions that do not decrease. */
function lineCounter(bytes: Uint8Array): (position: number) => number {
  const end = lineEnd(bytes);
  let line = 1;
  let next = bytes.indexOf(end);
  return (position) => {
    for (; next >= 0 && next < position; next = bytes.indexOf(end, next + 1)) line++;
    return line;
  };
}
