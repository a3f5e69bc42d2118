import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fma, log, sinCos } from '../../../src/math/random/float32.ts';

/** n · 2ᵉ rounded to the nearest number of 24 bits, ties to even, in integers alone. */
function nearest24(n: bigint, e: number): number {
  const size = n < 0n ? -n : n;
  const spare = BigInt(Math.max(0, size.toString(2).length - 24));
  const unit = 1n << spare;
  const twiceRest = 2n * (size % unit);
  let kept = size / unit;
  if (twiceRest > unit || (twiceRest === unit && kept % 2n === 1n)) kept += 1n;
  return (n < 0n ? -1 : 1) * Number(kept) * 2 ** (Number(spare) + e);
}

/** a significand of 24 bits and an exponent: no subnormals, no overflow */
const float32 = (least: number, greatest: number) =>
  fc.record({ m: fc.integer({ min: 1 - 2 ** 24, max: 2 ** 24 - 1 }), e: fc.integer({ min: least, max: greatest }) });
const toNumber = ({ m, e }: { m: number; e: number }) => m * 2 ** e;

describe('fma', () => {
  it('rounds the exact sum once', () => {
    fc.assert(
      fc.property(float32(-20, 0), float32(-20, 0), float32(-40, 40), (a, b, c) => {
        const least = Math.min(a.e + b.e, c.e);
        const exact = ((BigInt(a.m) * BigInt(b.m)) << BigInt(a.e + b.e - least)) + (BigInt(c.m) << BigInt(c.e - least));
        expect(fma(toNumber(a), toNumber(b), toNumber(c)) + 0).toBe(nearest24(exact, least) + 0); // + 0: −0 is 0
      }),
      { numRuns: 5_000 },
    );
  });

  it('rounds once where float64 and then float32 would round twice', () => {
    const above = [2 ** 11 + 1, 2 ** 22 - 2 ** 11 + 1, 2 ** 57] as const; //           2³³ + 1: just over half a unit
    const below = [2 ** 11 - 1, 2 ** 22 + 2 ** 11 + 1, 2 ** 57 + 2 ** 34] as const; // 2³³ − 1: just under
    const twice = ([a, b, c]: readonly [number, number, number]) => Math.fround(a * b + c);
    expect(fma(...above)).toBe(2 ** 57 + 2 ** 34);
    expect(twice(above)).toBe(2 ** 57);
    expect(fma(...below)).toBe(2 ** 57 + 2 ** 34);
    expect(twice(below)).toBe(2 ** 57 + 2 ** 35);
    const [a, b, c] = above;
    expect(fma(-a, b, -c)).toBe(-(2 ** 57 + 2 ** 34));
  });

  it('breaks a true tie to even', () => {
    expect(fma(2 ** 12, 2 ** 12, 2 ** 48)).toBe(2 ** 48);
    expect(fma(2 ** 12, 2 ** 12, 2 ** 48 + 2 ** 25)).toBe(2 ** 48 + 2 ** 26);
  });
});

const unit = fc.integer({ min: 1, max: 2 ** 24 }).map((m) => m * 2 ** -24);
// Over all these arguments log errs by at most 0.68 · 2⁻²³ of itself, sin and cos by 0.66 · 2⁻²³.
const ulp = 2 ** -23;

describe('log', () => {
  it('is the natural logarithm to one unit in the last place', () => {
    fc.assert(
      fc.property(unit, (x) => {
        expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(ulp * Math.abs(Math.log(x)));
      }),
    );
  });

  it('is a float32', () => {
    fc.assert(fc.property(unit, (x) => void expect(log(x)).toBe(Math.fround(log(x)))));
  });

  it('is 0 at 1', () => {
    expect(log(1)).toBe(0);
  });
});

describe('sinCos', () => {
  it('is the sine and the cosine over a turn, to one unit of 1', () => {
    fc.assert(
      fc.property(unit, (turn) => {
        const x = Math.fround(2 * Math.PI * turn);
        const [sin, cos] = sinCos(x);
        expect(Math.abs(sin - Math.sin(x))).toBeLessThanOrEqual(ulp);
        expect(Math.abs(cos - Math.cos(x))).toBeLessThanOrEqual(ulp);
        expect([Math.fround(sin), Math.fround(cos)]).toEqual([sin, cos]);
      }),
    );
  });
});
