import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, expm1, log, log1p, tanh } from '../../src/math/functions.ts';
import { exactExp, exactExpm1, exactLog, exactLog1p, exactTanh, fixed, ulps } from './exact.ts';

const MIN = 5e-324; // the least subnormal
const within = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** The same, without the numbers so small that fixed point of 300 bits cuts them off. */
const seen = (min: number, max: number) => within(min, max).filter((x) => Math.abs(x) > 1e-40);
const bits = (x: number) => new BigUint64Array(Float64Array.of(x).buffer)[0]!;
/** Doubles of both signs whose logarithms, not they, are even on [−a, b]. */
const magnitude = (a: number, b: number) =>
  fc.tuple(fc.double({ min: -a, max: b, noNaN: true }), fc.boolean()).map(([e, s]) => (s ? -1 : 1) * 2 ** e);

// [function, exact, arguments, bound in ulp]: the bounds are the worst cases in the docstrings, and 0.05 for luck.
const accuracy: [
  string,
  (x: number) => number,
  (x: bigint) => bigint | [bigint, bigint],
  fc.Arbitrary<number>,
  number,
][] = [
  ['exp', exp, exactExp, within(-708, 709.78), 0.7],
  ['exp near 0', exp, exactExp, within(-2, 2), 0.7],
  ['exp into the subnormals', exp, exactExp, within(-745.13, -708), 0.9],
  ['expm1', expm1, exactExpm1, seen(-41, 709.78), 0.91],
  ['expm1 near 0', expm1, exactExpm1, seen(-1, 1), 0.91],
  ['expm1 of small numbers', expm1, exactExpm1, magnitude(60, 0), 0.91],
  ['log', log, exactLog, magnitude(240, 1000).map(Math.abs), 0.89],
  ['log near 1', log, exactLog, within(0.5, 2), 0.89],
  ['log1p', log1p, exactLog1p, seen(-0.999999, 3), 0.89],
  ['log1p of large numbers', log1p, exactLog1p, magnitude(0, 1000).map(Math.abs), 0.89],
  ['log1p of small numbers', log1p, exactLog1p, magnitude(60, -1), 0.89],
  ['tanh', tanh, exactTanh, seen(-22, 22), 0.8],
  ['tanh near 0', tanh, exactTanh, seen(-1, 1), 0.8],
  ['tanh of small numbers', tanh, exactTanh, magnitude(40, 0), 0.8],
];

describe('the error against a rational series of 300 bits', () => {
  it.each(accuracy)('%s stays within its bound', (_, f, exact, x, bound) => {
    fc.assert(
      fc.property(x, (x) => {
        const e = exact(fixed(x));
        const [m, k] = Array.isArray(e) ? e : ([e, 0n] as const);
        expect(ulps(f(x), m, k)).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('exact values', () => {
  const cases: [string, (x: number) => number, [number, number][]][] = [
    [
      'exp',
      exp,
      [
        [0, 1],
        [-0, 1],
        [NaN, NaN],
        [Infinity, Infinity],
        [-Infinity, 0],
        [MIN, 1],
        [-MIN, 1],
        [1e-17, 1],
        [709.7827128933841, Infinity],
        [1e308, Infinity],
        [-745.1332191019411, MIN],
        [-745.1332191019412, 0],
        [-1e308, 0],
        [1, Math.E],
      ],
    ],
    [
      'expm1',
      expm1,
      [
        [0, 0],
        [-0, -0],
        [NaN, NaN],
        [Infinity, Infinity],
        [-Infinity, -1],
        [MIN, MIN],
        [-MIN, -MIN],
        [1e-300, 1e-300],
        [1e-17, 1e-17],
        [-50, -1],
        [-1e308, -1],
        [709.7827128933841, Infinity],
        [1e308, Infinity],
      ],
    ],
    [
      'log',
      log,
      [
        [1, 0],
        [0, -Infinity],
        [-0, -Infinity],
        [-1, NaN],
        [-MIN, NaN],
        [NaN, NaN],
        [Infinity, Infinity],
        [-Infinity, NaN],
        [2, Math.LN2],
        [0.5, -Math.LN2],
        [10, Math.LN10],
        [MIN, -1074 * Math.LN2],
        [Number.MAX_VALUE, 1024 * Math.LN2],
      ],
    ],
    [
      'log1p',
      log1p,
      [
        [0, 0],
        [-0, -0],
        [-1, -Infinity],
        [-1.5, NaN],
        [NaN, NaN],
        [Infinity, Infinity],
        [-Infinity, NaN],
        [1, Math.LN2],
        [-0.5, -Math.LN2],
        [MIN, MIN],
        [-MIN, -MIN],
        [1e-300, 1e-300],
        [Number.MAX_VALUE, 1024 * Math.LN2],
      ],
    ],
    [
      'tanh',
      tanh,
      [
        [0, 0],
        [-0, -0],
        [NaN, NaN],
        [Infinity, 1],
        [-Infinity, -1],
        [MIN, MIN],
        [-MIN, -MIN],
        [1e-300, 1e-300],
        [20, 1],
        [1e308, 1],
        [-1e308, -1],
      ],
    ],
  ];
  it.each(cases)('%s has its values at 0, 1, ±∞, NaN and the ends of the doubles', (_, f, pairs) => {
    for (const [x, y] of pairs) expect(f(x), `at ${x}`).toBe(y);
  });

  it('exp of the last argument that is finite is within a rounding of the largest double', () => {
    const [m, k] = exactExp(fixed(709.782712893384));
    expect(ulps(exp(709.782712893384), m, k)).toBeLessThan(0.7);
  });

  it('exp of k·log 2 is 2ᵏ to within the rounding of its argument', () => {
    for (let k = -1022; k < 1024; k++) {
      const ratio = exp(k * Math.LN2) / 2 ** k;
      expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(Math.max(1, Math.abs(k)) * 2 ** -52); // |k·log 2|·2⁻⁵³ + 1 ulp
    }
  });

  it('log of 2ᵏ is k·log 2 to an ulp, down to the least subnormal', () => {
    for (let k = -1074; k < 1024; k++) {
      expect(Math.abs(log(2 ** k) - k * Math.LN2)).toBeLessThanOrEqual(Math.abs(k) * 2 ** -52);
    }
  });
});

describe('properties', () => {
  const ordered: [string, (x: number) => number, number, number][] = [
    ['exp', exp, -745, 709],
    ['expm1', expm1, -40, 709],
    ['log', log, 0, 1e300],
    ['log1p', log1p, -0.9999, 1e300],
    ['tanh', tanh, -20, 20],
  ];
  it.each(ordered)('%s is monotone on samples', (_, f, min, max) => {
    fc.assert(
      fc.property(within(min, max), within(min, max), (a, b) => {
        expect(f(Math.min(a, b))).toBeLessThanOrEqual(f(Math.max(a, b)));
      }),
      { numRuns: 2000 },
    );
  });
  it.each(ordered)('%s falls by at most an ulp to the next double', (_, f, min, max) => {
    fc.assert(
      fc.property(within(min, max), (x) => {
        const view = new BigInt64Array(Float64Array.of(x + 0).buffer); // −0 + 0 is 0
        view[0]! += x < 0 ? -1n : 1n;
        const next = new Float64Array(view.buffer)[0]!;
        expect(f(next)).toBeGreaterThanOrEqual(f(x) - Math.abs(f(x)) * 2 ** -52);
      }),
      { numRuns: 2000 },
    );
  });

  it('exp(log x) is x to within the rounding of log x', () => {
    fc.assert(
      fc.property(magnitude(1000, 1000), (v) => {
        const x = Math.abs(v);
        // an ulp of log x is |log x|·2⁻⁵² at most, and becomes a relative error of x
        expect(Math.abs(exp(log(x)) / x - 1)).toBeLessThanOrEqual((Math.abs(log(x)) + 2) * 2 ** -52);
      }),
    );
  });

  it('exp(a + b) is exp(a)·exp(b)', () => {
    fc.assert(
      fc.property(within(-300, 300), within(-300, 300), (a, b) => {
        // the sum a + b is rounded by up to 600·2⁻⁵³, the rest by 3 ulp
        expect(Math.abs(exp(a + b) / (exp(a) * exp(b)) - 1)).toBeLessThanOrEqual(303 * 2 ** -52);
      }),
    );
  });

  it('tanh is odd to the bit and stays within [−1, 1]', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        expect(bits(tanh(-x))).toBe(bits(-tanh(x)));
        expect(Math.abs(tanh(x))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('expm1 and log1p are each other’s inverse near 0', () => {
    fc.assert(
      fc.property(magnitude(300, -2), (x) => {
        expect(Math.abs(expm1(log1p(x)) / x - 1)).toBeLessThanOrEqual(4 * 2 ** -52); // two ulp, and the slope of expm1
        expect(Math.abs(log1p(expm1(x)) / x - 1)).toBeLessThanOrEqual(4 * 2 ** -52);
      }),
    );
  });

  it('every argument gives what the host gives, to 3 ulp, infinities and NaN alike', () => {
    const host = { exp: Math.exp, expm1: Math.expm1, log: Math.log, log1p: Math.log1p, tanh: Math.tanh };
    const ours = { exp, expm1, log, log1p, tanh };
    for (const name of ['exp', 'expm1', 'log', 'log1p', 'tanh'] as const) {
      fc.assert(
        fc.property(fc.double(), (x) => {
          const a = ours[name](x);
          const b = host[name](x);
          if (!Number.isFinite(b) || b === 0) expect(a).toBe(b);
          else expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.max(3 * 2 ** -52 * Math.abs(b), MIN));
        }),
        { numRuns: 2000 },
      );
    }
  });
});
