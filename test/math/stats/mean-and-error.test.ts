import { describe, expect, it } from 'vitest';
import { meanAndError } from '../../../src/math/stats/mean-and-error.ts';

describe('meanAndError', () => {
  it('has the standard error of the mean, and NaN for that of one sample', () => {
    expect(meanAndError([1, 2, 3, 6])).toEqual([3, Math.sqrt(14 / 3 / 4)]);
    expect(meanAndError([5])).toEqual([5, NaN]);
  });
});
