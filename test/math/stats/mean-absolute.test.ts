import { expect, it } from 'vitest';
import { meanAbsolute } from '../../../src/math/stats/mean-absolute.ts';

it('averages sizes whatever the signs, and has no number for none', () => {
  expect(meanAbsolute(Float64Array.of(-3, 1, 2))).toBe(2);
  expect(meanAbsolute([-0.5])).toBe(0.5);
  expect(meanAbsolute([1, NaN])).toBeNaN();
  expect(meanAbsolute([])).toBeNaN();
});
