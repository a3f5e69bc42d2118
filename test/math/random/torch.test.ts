import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../src/math/random/random.ts';
import { torchRandom } from '../../../src/math/random/torch.ts';

interface Call {
  call: string;
  values: number[];
  size: number;
  low: number;
  high: number;
}

const reference = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../reference/${name}.json`, import.meta.url), 'utf8'));

/** Each call of `test/reference/generate.py`, by the words it is recorded under. */
const calls: Record<string, (random: Random) => ArrayLike<number>> = {
  'rand(8)': (random) => random.uniform(8),
  'randn(10)': (random) => random.normal(10),
  'randn(3)': (random) => random.normal(3),
  'randn(16)': (random) => random.normal(16),
  'randn(5, 20)': (random) => random.normal(100),
  'randn(43)': (random) => random.normal(43),
  'empty(6, 4).uniform_(-0.5, 0.5)': (random) => random.uniform(24, -0.5, 0.5),
  'randperm(12)': (random) => random.permutation(12),
  'randperm(200)': (random) => random.permutation(200),
  'rand(4)': (random) => random.uniform(4),
};

describe('torchRandom', () => {
  it.each([42, 137])('draws what PyTorch draws for seed %i, call after call and bit for bit', (seed) => {
    const random = torchRandom(seed);
    const recorded = reference(`torch-random-seed${seed}`).calls;
    expect(recorded.length).toBeGreaterThanOrEqual(10);
    for (const { call, values } of recorded) {
      expect(Array.from(calls[call]!(random)), call).toEqual(values);
    }
  });

  const more: { seed: number; calls: Call[] }[] = reference('torch-random-more').streams;
  it.each(more)('draws what PyTorch draws for seed $seed', ({ seed, calls }) => {
    const random = torchRandom(seed);
    for (const { call, size, low, high, values } of calls) {
      const drawn =
        call === 'uniform'
          ? random.uniform(size, low, high)
          : call === 'normal'
            ? random.normal(size)
            : random.permutation(size);
      expect([...drawn], `${call} of ${size}`).toEqual(values);
    }
  });

  it.each([42, 137])('draws the weights and biases of the Chebyshev network of seed %i', (seed) => {
    const { widths, parameters } = reference(`edge-chebyshev-seed${seed}`);
    const random = torchRandom(seed);
    for (let l = 0; l < widths.length - 1; l++) {
      const bound = 1 / Math.sqrt(widths[l]);
      expect([...random.uniform(widths[l] * widths[l + 1], -bound, bound)]).toEqual(parameters[2 * l]);
      expect([...random.uniform(widths[l + 1], -bound, bound)]).toEqual(parameters[2 * l + 1]);
    }
  });

  it('keeps the second number of a pair for the next short call, whatever is drawn between', () => {
    const whole = torchRandom(5).normal(4);
    const parts = torchRandom(5);
    expect(parts.normal(1)[0]).toBe(whole[0]);
    parts.normal(16);
    parts.uniform(3);
    expect(parts.normal(1)[0]).toBe(whole[1]);
  });

  it('draws uniforms of 24 bits in [low, high)', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.float({ min: 0.125, max: 8, noNaN: true }), (seed, bound) => {
        for (const x of torchRandom(seed).uniform(50, -bound, bound)) {
          expect(Math.fround(x)).toBe(x);
          expect(x >= -bound && x < bound).toBe(true);
        }
      }),
    );
  });

  it('draws permutations', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(60), (seed, n) => {
        const sorted = torchRandom(seed).permutation(n).sort();
        expect([...sorted]).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it.each([15, 16_000])('draws normals of mean 0 and variance 1 in calls of %i', (size) => {
    const random = torchRandom(11);
    let [n, sum, squares] = [0, 0, 0];
    while (n < 100_000) {
      for (const x of random.normal(size)) {
        n++;
        sum += x;
        squares += x * x;
      }
    }
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n)); // five standard deviations
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });

  it.each([-1, 2 ** 32, 0.5, Number.NaN, Infinity])('refuses the seed %d', (seed) => {
    expect(() => torchRandom(seed)).toThrow(
      new RangeError(`torchRandom: seed must be an integer from 0 to 4294967295, got ${seed}`),
    );
  });
});

describe('the norm of torchRandom', () => {
  const { norm, normal } = torchRandom(3);

  it.each(Array.from({ length: 40 }, (_, i) => i + 1))('of %i numbers is within 4 units of the last place', (d) => {
    const row = normal(d);
    const exact = Math.hypot(...row);
    expect(Math.fround(norm(row))).toBe(norm(row));
    expect(Math.abs(norm(row) - exact)).toBeLessThanOrEqual(4 * 2 ** -23 * exact);
  });

  it('rounds the squares of the first four past the last whole eight, and fuses those after', () => {
    const { fround, sqrt } = Math;
    const fused = (t: number) => fround(sqrt(fround(2.25 + t * t)));
    const unfused = (t: number) => fround(sqrt(fround(2.25 + fround(t * t))));
    const telling = torchRandom(1)
      .uniform(10_000)
      .find((t) => fused(t) !== unfused(t))!;
    for (const whole of [0, 8, 16]) {
      const at = (length: number, i: number) => {
        const row = new Float64Array(whole + length);
        row[whole] = 1.5;
        row[whole + i] = telling;
        return norm(row);
      };
      for (const length of [4, 5, 6, 7]) {
        for (const i of [1, 2, 3]) expect(at(length, i)).toBe(unfused(telling));
        for (let i = 4; i < length; i++) expect(at(length, i)).toBe(fused(telling));
      }
      for (const length of [2, 3]) expect(at(length, 1)).toBe(fused(telling));
    }
  });
});
