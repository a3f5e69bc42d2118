import { type Column, type Columns, listOf } from '../columns.ts';
import type { Row } from './rows.ts';

/** Format of a table as text, one line a row. */
export interface TextFormat {
  /** Lines before the rows. */
  readonly head: string;
  line(row: Row): string;
}

/** Prints a double so that it reads back as the same one. */
const numberText = (x: number): string => (Object.is(x, -0) ? '-0.0' : String(x));

type CellText = (cell: unknown) => string;

/** Joins the texts of the cells of a row. */
function lineOf(columns: Columns, textOf: (name: string, column: Column) => CellText): (row: Row) => string {
  const texts = Object.entries(columns).map(([name, column]) => ({ name, text: textOf(name, column) }));
  return (row) => texts.map(({ name, text }) => text(row[name])).join(',');
}

/** Makes the format of CSV (RFC 4180, lines end in \n): a line of names, then the rows. */
export function csv(columns: Columns): TextFormat {
  const line = lineOf(columns, (_, column) => {
    const text = listOf(column) ? listText : column.arrow === 'utf8' ? wordText : valueText;
    return (cell) => (cell === null ? '' : text(cell));
  });
  return { head: `${Object.keys(columns).map(quoted).join(',')}\n`, line: (row) => `${line(row)}\n` };
}

const valueText: CellText = (cell) => (typeof cell === 'number' ? numberText(cell) : String(cell));
const listText: CellText = (cell) => `"[${Array.from(cell as Float64Array, numberText).join(',')}]"`;
// an empty text is quoted, because an empty cell is null
const wordText: CellText = (cell) => (cell === '' ? '""' : quoted(String(cell)));
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Makes the format of NDJSON: a JSON object a line. */
export function ndjson(columns: Columns): TextFormat {
  const line = lineOf(columns, (name, column) => {
    const key = `${JSON.stringify(name)}:`;
    const text = listOf(column) ? jsonList : column.arrow === 'utf8' ? JSON.stringify : jsonValue;
    return (cell) => key + (cell === null ? 'null' : text(cell));
  });
  return { head: '', line: (row) => `{${line(row)}}\n` };
}

// JSON has no word for NaN and the infinities, and null is a cell without a value
const jsonNumber = (x: number): string => (Number.isFinite(x) ? numberText(x) : `"${x}"`);
const jsonValue: CellText = (cell) => (typeof cell === 'number' ? jsonNumber(cell) : String(cell));
const jsonList: CellText = (cell) => `[${Array.from(cell as Float64Array, jsonNumber).join(',')}]`;
