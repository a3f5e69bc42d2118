import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addScaled, dot, maxAbs, norm, sum } from '../../../src/math/linalg/vector.ts';

describe('sum', () => {
  it('adds from the first to the last, and is 0 of nothing', () => {
    expect(sum(Float64Array.of(1e16, 1, -1e16))).toBe(0); // 1e16 + 1 rounds to 1e16
    expect(sum(Float64Array.of(1e16, -1e16, 1))).toBe(1);
    expect(sum(new Float64Array())).toBe(0);
  });
});

describe('dot', () => {
  it('is exact on small integers, whatever the length', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 }))), (pairs) => {
        const exact = pairs.reduce((sum, [a, b]) => sum + a * b, 0);
        const [a, b] = [0, 1].map((k) => Float64Array.from(pairs, (pair) => pair[k]!));
        expect(dot(a!, b!) + 0).toBe(exact + 0);
      }),
    );
  });
});

describe('norm', () => {
  it('holds if squares overflow or vanish', () => {
    for (const unit of [1, 1e200, 1e-200, 1e-310]) {
      expect(norm(Float64Array.of(3 * unit, -4 * unit)) / unit).toBeCloseTo(5, 10); // a subnormal has few digits
    }
    expect(norm(new Float64Array(3))).toBe(0);
    expect(norm(Float64Array.of(1, NaN, Infinity))).toBeNaN();
    expect(norm(Float64Array.of(1, -Infinity))).toBe(Infinity);
  });
});

describe('maxAbs and addScaled', () => {
  it('do what they say', () => {
    expect(maxAbs(Float64Array.of(1, -3, 2))).toBe(3);
    expect(maxAbs(Float64Array.of(Infinity, NaN))).toBeNaN();
    expect(maxAbs(new Float64Array(0))).toBe(0);
    expect(addScaled(Float64Array.of(1, 2), 2, Float64Array.of(10, 20))).toEqual(Float64Array.of(21, 42));
  });
});
