import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/pipelines/parse-json.ts';

const read = (bytes: string | Uint8Array) => parseJson('s.json', Buffer.from(bytes as string));
const refusal = (bytes: string | Uint8Array) => {
  try {
    return `accepted: ${JSON.stringify(read(bytes))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

const text = '{ "name": "a",\n  "steps": [1, 2] }';
const utf16 = Buffer.from(text, 'utf16le');

describe('parseJson', () => {
  // line and column are counted by hand
  it.each<[string, string | Uint8Array, string]>([
    ['NaN', '{\n  "steps": NaN }', 'line 2, column 12: expected a finite number, which is all that JSON has, got NaN'],
    [
      '-Infinity',
      '{"a": -Infinity}',
      'line 1, column 7: expected a finite number, which is all that JSON has, got -Infinity',
    ],
    ['a single-quoted text', `{"a": 'b'}`, `line 1, column 7: expected a text in double quotes, got 'b'`],
    ['a single-quoted key', `{'a': 1}`, `line 1, column 2: expected a key in double quotes, got 'a'`],
    ['a key without quotes', '{ a: 1 }', 'line 1, column 3: expected a key in double quotes, got a'],
    ['.5', '{"a": .5}', 'line 1, column 7: expected a number that begins with a digit or -, got .5'],
    ['+1', '{"a": +1}', 'line 1, column 7: expected a number that begins with a digit or -, got +1'],
    ['1.', '{"a": 1.}', 'line 1, column 7: expected a number with a digit at its end, got 1.'],
    ['01', '{"a": 01}', 'line 1, column 8: expected a comma, got 1'],
    ['a comma behind the last key', '{"a": 1,\r\n}', 'line 1, column 8: expected no comma before }, got one'],
    ['a comma behind the last entry', '{"a":\r[1,]}', 'line 2, column 3: expected no comma before ], got one'],
    ['no comma', '{"a": 1 "b": 2}', 'line 1, column 9: expected a comma, got "b"'],
    ['no colon', '{"a" 1}', 'line 1, column 6: expected a colon, got 1'],
    ['True', '{"a": True}', 'line 1, column 7: expected a value, with a text in double quotes, got True'],
    ['a comment', '{ // why\n}', 'line 1, column 3: expected JSON, which has no comments, got // why'],
    ['a long comment', '/*\n*/ {}', 'line 1, column 1: expected JSON, which has no comments, got /*'],
    ['a second object', '{} {}', 'line 1, column 4: expected nothing behind the object, got {'],
    ['an empty file', ' \n', 'line 1, column 1: expected a JSON object, got an empty file'],
    ['a file cut in a list', '{"a": [1,\n 2', 'line 2, column 3: expected a comma or ], got the end of the file'],
    ['a file cut in an object', '{"a": 1', 'line 1, column 8: expected a comma or }, got the end of the file'],
    ['a file cut in a text', '{"a": "b', 'line 1, column 7: expected a text in double quotes on one line, got "b'],
    ['a tab in a text', '{"a": "\t"}', 'line 1, column 7: expected a text without control characters, got "\t"'],
    [
      'UTF-16',
      Buffer.concat([Buffer.of(0xff, 0xfe), utf16]),
      'line 1, column 1: expected text in UTF-8, got UTF-16; save the file as UTF-8',
    ],
    ['UTF-16 without BOM', utf16, 'line 1, column 1: expected text in UTF-8, got UTF-16; save the file as UTF-8'],
    [
      'UTF-16, big-endian',
      Buffer.from(utf16).swap16(),
      'line 1, column 1: expected text in UTF-8, got UTF-16; save the file as UTF-8',
    ],
    [
      'Latin-1',
      Buffer.from('{\n "é": 1}', 'latin1'),
      'line 2, column 3: expected text in UTF-8, got another encoding; save the file as UTF-8',
    ],
    ['a list', '[1]', 'line 1, column 1: expected a JSON object, got a list'],
    ['null', '\n null', 'line 2, column 2: expected a JSON object, got null'],
    ['a key twice', '{"a": 1,\n "a": 2}', 'line 2, column 2: a: expected each key once, got it twice'],
    [
      'a key twice, once escaped',
      '{"g": {"seed": 1, "se\\u0065d" : 2}}',
      'line 1, column 19: g.seed: expected each key once, got it twice',
    ],
    [
      'a key twice in a list',
      '{"m": [{}, {"e": 2, "k": 1, "e": 3}]}',
      'line 1, column 29: m[1].e: expected each key once, got it twice',
    ],
  ])('names line and column of %s', (_, bytes, said) => expect(refusal(bytes)).toBe(`s.json: ${said}`));

  it('agrees with JSON.parse on all of JSON, with and without a byte order mark', () => {
    const all = '{"a":[1,-0.5e-7,"\\u00e9\\n",null,true,{}],"constructor":1,"__proto__":{"a":2},"":[]}';
    const whole = JSON.stringify(JSON.parse(all)); // toEqual would not see __proto__
    expect(JSON.stringify(read(all))).toBe(whole);
    expect(JSON.stringify(read(`\ufeff${all}`))).toBe(whole);
  });

  it('takes a key in two objects, and texts that look like keys', () => {
    const value = { a: { a: '{"a": 1, "a": 2} \\ [, "b": ' }, b: [{ c: 1 }, { c: 2 }] };
    expect(read(JSON.stringify(value))).toEqual(value);
  });
});
