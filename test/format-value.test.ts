import { describe, expect, it } from 'vitest';
import { formatValue } from '../src/format-value.ts';

class Odd {}

describe('formatValue', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [Infinity, 'Infinity'],
    [2n ** 60n, '1152921504606846976'],
    ['a', '"a"'],
    ['a\n"b"', '"a\\n\\"b\\""'],
    [[1, { a: null }], '[1,{"a":null}]'],
    [[NaN, 1n, () => 1], '["NaN","1","a function"]'],
    [Object.create(null), '{}'],
    [Float64Array.of(1), 'an object of the kind Float64Array'],
    [{ state: new Odd() }, '{"state":"an object of the kind Odd"}'],
    [() => 1, 'a function'],
    ['x'.repeat(76), `"${'x'.repeat(76)}"`],
    ['x'.repeat(100), `"${'x'.repeat(76)}…"`],
    [[...Array(100).keys()], `${JSON.stringify([...Array(100).keys()]).slice(0, 77)}…`],
  ])('writes %s as %s', (value, text) => expect(formatValue(value)).toBe(text));
});
