import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erf, normalDensity, normalDistribution } from '../../src/math/erf.ts';
import { exactExp, fixed, ulps } from './exact.ts';

/*
 * The error function as a series in fixed point: a second route, of 300 bits.
 */
const ONE = fixed(1);
const times = (a: bigint, b: bigint) => (a * b) / ONE;
const shift = (m: bigint, by: bigint) => (by >= 0n ? m << by : m >> -by);

function root(a: bigint): bigint {
  let x = a > ONE ? a : ONE;
  for (;;) {
    const next = (x + (a * ONE) / x) / 2n;
    if (next >= x) return x;
    x = next;
  }
}
const arctan = (inverse: bigint): bigint => {
  let sum = 0n;
  let power = ONE / inverse;
  for (let n = 1n; power !== 0n; n += 2n, power /= -inverse * inverse) sum += power / n;
  return sum;
};
const PI = 16n * arctan(5n) - 4n * arctan(239n);

const exponential = (x: bigint) => {
  const [m, k] = exactExp(x);
  return shift(m, k);
};

/** 2/√π · exp(−x²)·(x + 2x³/3 + 4x⁵/15 + …): all terms of one sign. */
function exactErf(x: bigint): bigint {
  const z = times(x, x);
  let sum = 0n;
  let term = x;
  for (let n = 1n; term !== 0n; n += 2n, term = (2n * times(term, z)) / n) sum += term;
  return times((2n * times(sum, exponential(-z)) * ONE) / root(PI), ONE);
}
const exactDistribution = (z: bigint) => (ONE + exactErf((z * ONE) / root(2n * ONE))) / 2n;
const exactDensity = (z: bigint) => (exponential(-times(z, z) / 2n) * ONE) / root(2n * PI);

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true }).filter((x) => Math.abs(x) > 1e-30);

// [function, exact, arguments, bound in ulp]: the bounds are the worst cases in the docstrings, and a little for luck
const accuracy: [string, (x: number) => number, (x: bigint) => bigint, fc.Arbitrary<number>, number][] = [
  ['erf', erf, exactErf, within(-6, 6), 4],
  ['erf near 0', erf, exactErf, within(-0.5, 0.5), 4],
  ['Φ', normalDistribution, exactDistribution, within(-3, 8), 7],
  ['Φ in the tail', normalDistribution, exactDistribution, within(-12, -3), 7],
  ['φ', normalDensity, exactDensity, within(-12, 12), 3],
];

describe('the error against a series of 300 bits', () => {
  it.each(accuracy)('%s stays within its bound', (_, f, exact, x, bound) => {
    fc.assert(
      fc.property(x, (x) => {
        expect(ulps(f(x), exact(fixed(x)))).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the far lower tail of Φ', () => {
  it('keeps its relative accuracy', () => {
    for (const z of [20, 30]) {
      // the asymptotic series of Mills' ratio; its next term, 945/z¹⁰, bounds the rest
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      const series = (density / z) * (1 - 1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6 + 105 / z ** 8);
      expect(Math.abs(normalDistribution(-z) / series - 1)).toBeLessThan(945 / z ** 10 + 1e-13);
    }
  });
});

describe('exact values', () => {
  it('are what the limits say, and −0 and NaN go through', () => {
    expect([0, -0, NaN, Infinity, -Infinity].map(erf)).toEqual([0, -0, NaN, 1, -1]);
    expect([0, NaN, Infinity, -Infinity].map(normalDistribution)).toEqual([0.5, NaN, 1, 0]);
    expect([NaN, Infinity, -Infinity].map(normalDensity)).toEqual([NaN, 0, 0]);
  });

  it('erf is odd to the bit and stays within [−1, 1]', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        expect(erf(-x)).toBe(-erf(x));
        expect(Math.abs(erf(x))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
