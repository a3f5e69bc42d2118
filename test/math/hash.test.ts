import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/math/hash.ts';

const array = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 40 }).map((xs) => Float64Array.from(xs));

describe('hashOf', () => {
  it('is the same for the same bits, and another for a bit changed, wherever it is', () => {
    fc.assert(
      fc.property(array, fc.nat(), fc.nat(63), (xs, i, bit) => {
        const other = xs.slice();
        new Uint8Array(other.buffer)[(i % xs.length) * 8 + (bit >> 3)]! ^= 1 << (bit & 7);
        expect(hashOf(xs.slice())).toBe(hashOf(xs));
        expect(hashOf(other)).not.toBe(hashOf(xs));
      }),
    );
  });

  it('tells where an array ends, and 0 from -0', () => {
    const of = (...lists: number[][]) => hashOf(...lists.map((list) => Int32Array.from(list)));
    expect(new Set([of(), of([]), of([0]), of([0, 0]), of([0], [0]), of([1], [2]), of([1, 2])]).size).toBe(7);
    expect(hashOf(Float64Array.of(0))).not.toBe(hashOf(Float64Array.of(-0)));
  });

  it('spreads the bits of small whole numbers: no two of 60 000 alike', () => {
    const seen = new Set(Array.from({ length: 60_000 }, (_, i) => hashOf(Float64Array.of(i))));
    expect(seen.size).toBe(60_000);
  });

  it('has the same value on every machine', () => {
    expect(hashOf(Float64Array.of(1, 2, 3), Int32Array.of(1))).toMatchInlineSnapshot(`"b54a9fd50f73e108"`);
  });
});
