import { describe, expect, it } from 'vitest';
import { float16 } from '../../src/datasets/float16.ts';

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0x555 / 2 ** 12],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('reads the bits %i as %d', (bits, value) => {
    expect(float16(bits)).toBe(value);
  });

  it('rises with the bits of positive numbers', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(float16(bits + 1)).toBeGreaterThan(float16(bits));
  });
});
