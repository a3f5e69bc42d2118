import { isUtf8 } from 'node:buffer';
import { type ParseError, printParseErrorCode, visit } from 'jsonc-parser';
import { formatValue } from '../format-value.ts';
import { formatPath } from './paths.ts';
import { SpecError } from './spec-error.ts';

/**
 * Reads a JSON object from the bytes of a file.
 *
 * A mistake is told in the same words on every Node, whose own messages differ and often lack the
 * position.
 *
 * @throws {SpecError} `file: line 3, column 12: expected …, got …`, if the bytes are not UTF-8, not
 *   JSON, not an object, or have a key twice.
 */
export function parseJson(path: string, bytes: Buffer): object {
  const text = decode(path, bytes);
  const fail = (offset: number, words: string): never => {
    throw new SpecError(`${path}: ${placeOf(text, offset)}: ${words}`);
  };
  if (!text.trim()) fail(0, 'expected a JSON object, got an empty file');
  const { errors, repeated } = scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { offset, words } = explainMistake(text, errors) ?? { offset: 0, words: (error as Error).message };
    fail(offset, words);
  }
  if (repeated) fail(repeated.offset, `${repeated.key}: expected each key once, got it twice`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return fail(text.search(/\S/), `expected a JSON object, got ${Array.isArray(value) ? 'a list' : formatValue(value)}`);
}

function decode(path: string, bytes: Buffer): string {
  const isUtf16 = ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2)) || bytes.subarray(0, 2).includes(0);
  if (isUtf16) {
    throw new SpecError(`${path}: line 1, column 1: expected text in UTF-8, got UTF-16; save the file as UTF-8`);
  }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  if (isUtf8(bytes)) return text;
  const place = placeOf(text, text.indexOf('\ufffd'));
  throw new SpecError(`${path}: ${place}: expected text in UTF-8, got another encoding; save the file as UTF-8`);
}

function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
}

interface Scan {
  readonly errors: ParseError[];
  /** First key that an object has twice: JSON.parse keeps the last without a word. */
  repeated?: { readonly key: string; readonly offset: number };
}

function scan(text: string): Scan {
  const found: Scan = { errors: [] };
  const open: Set<string>[] = [];
  visit(
    text,
    {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty(name, offset, _length, _line, _column, path) {
        const keys = open.at(-1)!;
        if (keys.has(name)) found.repeated ??= { key: formatPath([...path(), name]), offset };
        keys.add(name);
      },
      onError: (error, offset, length) => void found.errors.push({ error, offset, length }),
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return found;
}

const expectations: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a key in double quotes',
  ValueExpected: 'a value',
  ColonExpected: 'a colon',
  CommaExpected: 'a comma',
  CloseBraceExpected: 'a comma or }',
  CloseBracketExpected: 'a comma or ]',
  EndOfFileExpected: 'nothing behind the object',
  InvalidCommentToken: 'JSON, which has no comments',
  UnexpectedEndOfComment: 'JSON, which has no comments',
  UnexpectedEndOfString: 'a text in double quotes on one line',
  UnexpectedEndOfNumber: 'a number with a digit at its end',
  InvalidUnicode: 'four hexadecimal digits behind \\u',
  InvalidEscapeCharacter: 'an escape sequence of JSON',
  InvalidCharacter: 'a text without control characters',
};

/** Words the first mistake; the others mostly follow from it. */
function explainMistake(text: string, [first, second]: ParseError[]): { offset: number; words: string } | undefined {
  if (!first) return undefined;
  const { offset, length, error } = first;
  const code = printParseErrorCode(error);
  // the scanner takes the sign of -Infinity for a symbol of its own
  const [symbol] = /^[^\s,:[\]{}]*/.exec(text.slice(offset))!;
  const found = code === 'InvalidSymbol' ? symbol : text.slice(offset, offset + length);
  const before = text.slice(0, offset).trimEnd();
  if (before.endsWith(',') && ['}', ']'].includes(found)) {
    return { offset: before.length - 1, words: `expected no comma before ${found}, got one` };
  }
  const isKey = second !== undefined && printParseErrorCode(second.error) === 'PropertyNameExpected';
  const expected = code === 'InvalidSymbol' && !isKey ? symbolExpectation(found) : expectations[code];
  const got = length === 0 ? 'the end of the file' : found.length > 40 ? `${found.slice(0, 40)}…` : found;
  return {
    offset,
    words: `expected ${expected ?? expectations['PropertyNameExpected']}, got ${got.split(/[\r\n]/)[0]}`,
  };
}

function symbolExpectation(found: string): string {
  if (found.startsWith("'")) return 'a text in double quotes';
  if (/^[+.]/.test(found)) return 'a number that begins with a digit or -';
  if (/^[+-]?(?:nan|inf)/i.test(found)) return 'a finite number, which is all that JSON has';
  return 'a value, with a text in double quotes';
}
