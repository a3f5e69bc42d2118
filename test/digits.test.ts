import { describe, expect, it } from 'vitest';
import { digits, many } from '../src/digits.ts';

describe('digits', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [0.1, '0.1'],
    [1e-4, '1e-4'],
    [0.00017448123, '1.7448e-4'],
    [3.65604567, '3.656'],
    [-19.371714, '-19.372'],
    [123456, '123460'],
    [1e6, '1e+6'],
    [1.7e300, '1.7e+300'],
    [NaN, '–'],
    [-Infinity, '–'],
    [null, '–'],
    [undefined, '–'],
  ])('writes %s as %s', (value, text) => expect(digits(value)).toBe(text));
});

describe('many', () => {
  it('has a plural for every count but one', () => {
    expect([0, 1, 2].map((n) => many(n, 'seed'))).toEqual(['0 seeds', '1 seed', '2 seeds']);
  });
});
