import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTaggedJson, toTaggedJson } from '../../src/files/tagged-json.ts';

const plain = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.constantFrom(NaN, -0, Infinity, -Infinity, undefined, null, true, '', '$number', '$Float64Array'),
    fc.string(),
    fc.bigInt(),
    fc.float64Array(),
    fc.int32Array(),
    fc.uint8Array(),
    fc.bigInt64Array(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$number', '$Map', '$object')), tie('any'), { maxKeys: 3 }),
    fc.array(fc.tuple(fc.string(), tie('any')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 3 }).map((values) => new Set(values)),
  ),
})).any;

describe('tagged JSON', () => {
  it('brings every bit back, whatever the plain data are', () => {
    let runs = 0;
    fc.assert(
      fc.property(plain, (value) => {
        const text = toTaggedJson(value);
        expect(fromTaggedJson(text)).toStrictEqual(withPrototype(value));
        expect(toTaggedJson(fromTaggedJson(text))).toBe(text);
        runs++;
      }),
      { numRuns: 500 },
    );
    expect(runs).toBe(500);
  });

  it('keeps the payload of a NaN in an array, and a view of part of a buffer', () => {
    const odd = new Float64Array(new BigUint64Array([0x7ff8000000000123n, 1n, 2n]).buffer, 8, 1);
    expect(fromTaggedJson(toTaggedJson(odd))).toStrictEqual(new Float64Array(new BigUint64Array([1n]).buffer));
  });

  it.each<[unknown, string]>([
    [{ a: { b: () => 1 } }, 'a.b must be plain data, got a function'],
    [[new Date(0)], '0 must be plain data, got an object of the kind Date'],
    [Symbol('x'), 'the value must be plain data, got a symbol'],
  ])('refuses what is no plain data: %o', (value, message) => {
    expect(() => toTaggedJson(value)).toThrow(new TypeError(message));
  });

  it('refuses a tag that it does not know', () => {
    expect(() => fromTaggedJson('{"$Date":0}')).toThrow(new TypeError('expected a tag of this format, got $Date'));
  });
});

/** The same value over Object.prototype, which fast-check's dictionaries need not have. */
function withPrototype(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototype);
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, withPrototype(part)]));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Set) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPrototype(part)]));
}
