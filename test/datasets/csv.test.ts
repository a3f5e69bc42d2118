import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/file.ts';
import { folder, thrown } from './folder.ts';

const { write } = folder();
const csv = (text: string | Uint8Array, target?: string | number) => readDataset(write('a.csv', text), { target });

describe('readDataset of .csv', () => {
  it('reads words in the last column as classes, sorted by code unit', () => {
    expect(csv('petal,sepal,species\n1,2,setosa\n3.5,-4e-1,Virginica\n.5,+6.,setosa\n')).toEqual({
      n: 3,
      d: 2,
      k: 2,
      x: Float64Array.of(1, 2, 3.5, -0.4, 0.5, 6),
      y: Float64Array.of(0, 1, 1, 0, 0, 1),
      labels: Int32Array.of(1, 0, 1),
      inputs: ['petal', 'sepal'],
      target: 'species',
      classes: ['Virginica', 'setosa'],
    });
  });

  it('reads integers as classes, sorted by value', () => {
    expect(csv('x,digit\n1,10\n2,9\n3,10\n4,9').classes).toEqual(['9', '10']);
  });

  it('reads a target as classes if its values are whole, however they are written', () => {
    for (const ten of ['10', '10.0', '1e1', '+10.']) {
      expect(csv(`x,y\n1,10\n2,9\n3,${ten}\n4,9`).classes).toEqual(['9', '10']);
    }
    expect(csv('x,y\n1,10\n2,9\n3,10.5\n4,9')).not.toHaveProperty('labels');
  });

  it('reads true and false as 1 and 0 in an input and as classes in a target', () => {
    const { x, classes, labels } = csv('a,b\ntrue,False\nFALSE,True\nTrue,False');
    expect({ x, classes, labels }).toEqual({
      x: Float64Array.of(1, 0, 1),
      classes: ['False', 'True'],
      labels: Int32Array.of(0, 1, 0),
    });
  });

  it.each([
    ['a name', 'a'],
    ['an index', 0],
  ])('predicts the column that %s addresses', (_, target) => {
    expect(csv('a,b,c\n0.5,1,2\n1.5,3,4', target)).toMatchObject({
      x: Float64Array.of(1, 2, 3, 4),
      y: Float64Array.of(0.5, 1.5),
      inputs: ['b', 'c'],
      target: 'a',
    });
  });

  it('takes a string of digits for a name', () => {
    expect(csv('a,0,b\n5.5,6.5,7\n', '0')).toMatchObject({ target: '0', x: Float64Array.of(5.5, 7) });
  });

  it.each([
    ['\\n, none at the end', 'a,b\n1,2.5\n3,4.5'],
    ['\\r\\n', 'a,b\r\n1,2.5\r\n3,4.5\r\n'],
    ['\\r', 'a,b\r1,2.5\r3,4.5\r'],
    ['a byte-order mark', '\ufeffa,b\n1,2.5\n3,4.5\n'],
    ['blank lines', '\n a,b\n\n1,2.5\n  \n3,4.5\n\n'],
    ['blanks around cells', ' a , b\n 1,2.5 \n3\t, 4.5\n'],
    ['quotes', '"a","b"\n"1",2.5\n3,"4.5"\n'],
    ['quotes and \\r\\n and blank lines', '"a" ,b\r\n\r\n1,2.5\r\n\r\n3,4.5\r\n\r\n'],
  ])('reads a text with %s', (_, text) => {
    expect(csv(text)).toMatchObject({ inputs: ['a'], x: Float64Array.of(1, 3), y: Float64Array.of(2.5, 4.5) });
  });

  it('reads quoted delimiters, quotes and line ends as part of a name', () => {
    expect(csv('"a, ""b""\nc",y\n1,2.5\n3,4.5\n').inputs).toEqual(['a, "b"\nc']);
  });

  it('reads tabs in a .tsv, and commas there as text', () => {
    const path = write('a.tsv', 'a\tb\n1\tx,y\n2\tz\n3\tz\n');
    expect(readDataset(path, {})).toMatchObject({ x: Float64Array.of(1, 2, 3), classes: ['x,y', 'z'] });
  });

  /** The shortest digits of a double; an integer beyond ±2^53 with an exponent, for without one it would be refused. */
  const written = (value: number) => {
    if (Object.is(value, -0)) return '-0'; // String(-0) is '0'
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
  };

  it('reads the same with every cell quoted as with none', () => {
    const rows = fc.array(
      fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom('u', 'v w', 'ä')),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(rows, (some) => {
        const table = [['a', 'b', 'c'], ...some, [0.5, 1, 'u'], [0.5, 1, 'v w']];
        const text = (quote: string) =>
          table
            .map((row) => row.map((cell) => quote + (typeof cell === 'number' ? written(cell) : cell) + quote).join())
            .join('\n');
        expect(csv(text('"'))).toEqual(csv(text('')));
      }),
    );
  });

  it('gives every finite double back to the bit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        expect(csv(`x,y\n${values.map((value) => `${written(value)},0.5`).join('\n')}`).x).toEqual(
          Float64Array.from(values),
        );
      }),
    );
  });

  it('accepts the header 0, 1, 2, ... of a table without names', () => {
    expect(csv('0,1,2\n5.5,6,7.5\n')).toMatchObject({ n: 1, inputs: ['0', '1'], target: '2' });
  });

  it.each<[string, string | Uint8Array, string, (string | number)?]>([
    ['blank lines alone', '\n \n', 'TypeError: PATH: expected a header and rows, got only blank lines'],
    ['a header alone', 'a,b\n', 'TypeError: PATH: expected at least one row below the header, got none'],
    ['one column', 'a\n1\n', 'TypeError: PATH: expected at least two columns, inputs and a target, got "a"'],
    [
      'another delimiter',
      'a;b\n1;2\n',
      'TypeError: PATH: expected at least two columns, inputs and a target, got "a;b"',
    ],
    ['a row too short', 'a,b,c\n1,2,3\n\n4,5\n', 'TypeError: PATH: line 4: expected 3 cells as in the header, got 2'],
    ['a row too long', 'a,b\n1,2,\n', 'TypeError: PATH: line 2: expected 2 cells as in the header, got 3'],
    [
      'a ragged row below quoted lines',
      '"a\r\n",b\r\n\r\n1,2\r\n4\r\n',
      'TypeError: PATH: line 5: expected 2 cells as in the header, got 1',
    ],
    ['a word among inputs', 'a,b\n1,2\nabc,2\n', 'TypeError: PATH: line 3, column a: expected a number, got "abc"'],
    ['a hexadecimal', 'a,b\n0x10,2\n', 'TypeError: PATH: line 2, column a: expected a number, got "0x10"'],
    ['a decimal comma', 'a,b\n"1,5",2\n', 'TypeError: PATH: line 2, column a: expected a number, got "1,5"'],
    [
      'a long cell',
      `a,b\n${'z'.repeat(99)},2\n`,
      `TypeError: PATH: line 2, column a: expected a number, got "${'z'.repeat(76)}…"`,
    ],
    ['NaN', 'a,b\n1,2\nnan,2\n', 'RangeError: PATH: line 3, column a: expected a finite number, got nan'],
    ['NaN in the target', 'a,b\n1,x\n3,NaN\n', 'RangeError: PATH: line 3, column b: expected a finite number, got NaN'],
    [
      'an infinity',
      'a,b\n1,2\n3,-Infinity\n',
      'RangeError: PATH: line 3, column b: expected a finite number, got -Infinity',
    ],
    [
      'a number past the doubles',
      'a,b\n1e999,2\n',
      'RangeError: PATH: line 2, column a: expected a finite number, got 1e999',
    ],
    ['an empty cell', 'a,b\n1,2\n,2\n', 'RangeError: PATH: line 3, column a: expected a number, got an empty cell'],
    ['an empty target', 'a,b\n1,x\n2, \n', 'RangeError: PATH: line 3, column b: expected a value, got an empty cell'],
    [
      'a word in a target of numbers',
      'a,b\n1,2\n3,?\n',
      'TypeError: PATH: line 3, column b: expected a number as on line 2, got "?"',
    ],
    [
      'a number in a target of words',
      'a,b\n1,x\n3,4\n',
      'TypeError: PATH: line 3, column b: expected a word as on line 2, got the number "4"',
    ],
    [
      'a quote that stays open',
      'a,b\n1,2\n"3,4\n5,6\n',
      'TypeError: PATH: line 3: expected cells as RFC 4180 quotes them, got a quote that is not closed',
    ],
    [
      'a quote inside a cell',
      'a,b\n1,2\n3,4"5"\n',
      'TypeError: PATH: line 3: expected cells as RFC 4180 quotes them, got a quote inside a cell',
    ],
    [
      'text behind a quote',
      'a,b\n1,2\n3,"4"5\n',
      'TypeError: PATH: line 3: expected cells as RFC 4180 quotes them, got a quote inside a cell',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
      'TypeError: PATH: expected text in UTF-8, got binary data or another encoding',
    ],
    [
      'Latin-1',
      Buffer.from('ä,b\n1,2\n', 'latin1'),
      'TypeError: PATH: expected text in UTF-8, got binary data or another encoding',
    ],
    [
      'a file without a header',
      '5.1,3.5,setosa\n4.9,3,setosa\n',
      'TypeError: PATH: expected names of the columns in the first line, got numbers: 5.1, 3.5, setosa',
    ],
    [
      'a column without a name',
      ',a,b\n0,1,2\n',
      'TypeError: PATH: expected a name for every column, got none for column 0; pandas leaves its index out with index=False',
    ],
    ['a name twice', 'a,b,a\n1,2,3\n', 'TypeError: PATH: expected columns of different names, got "a" twice'],
    [
      'an unknown target',
      'petal,species\n1,x\n',
      'RangeError: PATH: target: expected a column of the file, got "speces"; the nearest is "species"',
      'speces',
    ],
    ['an index past the end', 'a,b\n1,x\n', 'RangeError: PATH: target: expected an index from 0 to 1, got 2', 2],
    [
      'one class of words',
      'a,b\n1,x\n2,x\n',
      'RangeError: PATH: column b: expected at least two classes, got only "x"',
    ],
    [
      'one class of integers',
      'a,b\n1,7\n2,7\n',
      'RangeError: PATH: column b: expected at least two classes, got only "7"',
    ],
  ])('refuses %s', (_, text, message, target) => {
    const path = write('bad.csv', text);
    expect(thrown(() => readDataset(path, { target })).replace(path, 'PATH')).toBe(message);
  });
});
