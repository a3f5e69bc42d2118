import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeRandom, nativeRandomFrom } from '../../../src/math/random/native.ts';

const seed = fc.nat(2 ** 32 - 1);
const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((sum, x) => sum + x, 0) / all.length;
};

describe('nativeRandom', () => {
  it('draws the same for the same seed', () => {
    fc.assert(
      fc.property(seed, (seed) => {
        const [a, b] = [nativeRandom(seed), nativeRandom(seed)];
        expect(a.uniform(5)).toEqual(b.uniform(5));
        expect(a.normal(5)).toEqual(b.normal(5));
        expect(a.permutation(5)).toEqual(b.permutation(5));
      }),
    );
  });

  it('goes on to the bit from a state that went through JSON, before and after half a pair of normals', () => {
    fc.assert(
      fc.property(seed, fc.nat(7), (seed, before) => {
        const one = nativeRandom(seed);
        one.normal(before);
        const two = nativeRandomFrom(JSON.parse(JSON.stringify(one.state())));
        expect(two.state()).toEqual(one.state());
        expect(two.normal(3)).toEqual(one.normal(3));
        expect(two.uniform(3)).toEqual(one.uniform(3));
        expect(two.permutation(9)).toEqual(one.permutation(9));
        expect(two.state()).toEqual(one.state());
      }),
    );
  });

  it('gives a state that later draws leave alone', () => {
    const random = nativeRandom(1);
    const state = random.state();
    const kept = [...state];
    random.normal(3);
    expect(state).toEqual(kept);
  });

  it('draws normals one by one as it draws them in one call', () => {
    const parts = nativeRandom(8);
    const whole = nativeRandom(8).normal(6);
    expect([...parts.normal(1), ...parts.normal(3), ...parts.normal(2)]).toEqual([...whole]);
  });

  it('draws uniforms in [low, high)', () => {
    const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(seed, bound, bound, (seed, a, b) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(
          nativeRandom(seed)
            .uniform(20, low, high)
            .every((x) => x >= low && x < high),
        ).toBe(true);
      }),
    );
  });

  it('never rounds up to high', () => {
    const high = 1 + 2 ** -52;
    expect(new Set(nativeRandom(2).uniform(100, 1, high))).toEqual(new Set([1]));
  });

  it('draws uniforms of 53 bits', () => {
    const odd = nativeRandom(3)
      .uniform(1_000)
      .filter((x) => (x * 2 ** 53) % 2 === 1).length;
    expect(Math.abs(odd - 500)).toBeLessThan(5 * Math.sqrt(250)); // five standard deviations of a fair coin
  });

  it('draws uniforms and normals with their first four moments', () => {
    const n = 200_000;
    const random = nativeRandom(4);
    const [u, z] = [random.uniform(n, -1, 1), random.normal(n)];
    // [sample, power, E xᵖ, E x²ᵖ]
    for (const [sample, power, first, second] of [
      [u, 1, 0, 1 / 3],
      [u, 2, 1 / 3, 1 / 5],
      [u, 3, 0, 1 / 7],
      [u, 4, 1 / 5, 1 / 9],
      [z, 1, 0, 1],
      [z, 2, 1, 3],
      [z, 3, 0, 15],
      [z, 4, 3, 105],
    ] as const) {
      const found = mean(sample.map((x) => x ** power));
      expect(Math.abs(found - first)).toBeLessThan(5 * Math.sqrt((second - first ** 2) / n)); // five standard deviations
    }
  });

  it('draws normals below x as often as Φ(x) says', () => {
    const n = 100_000;
    const z = nativeRandom(5).normal(n);
    // Φ at −2, −1, 0, 1, 2, from tables
    for (const [x, phi] of [
      [-2, 0.0227501],
      [-1, 0.1586553],
      [0, 0.5],
      [1, 0.8413447],
      [2, 0.9772499],
    ] as const) {
      const below = z.filter((value) => value < x).length / n;
      expect(Math.abs(below - phi)).toBeLessThan(5 * Math.sqrt((phi * (1 - phi)) / n));
    }
  });

  it('draws permutations', () => {
    fc.assert(
      fc.property(seed, fc.nat(60), (seed, n) => {
        const sorted = nativeRandom(seed).permutation(n).sort();
        expect([...sorted]).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('draws each order of three as often', () => {
    const [random, counts, n] = [nativeRandom(6), new Map<string, number>(), 12_000];
    for (let i = 0; i < n; i++) {
      const order = random.permutation(3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - n / 6)).toBeLessThan(5 * Math.sqrt((n * 5) / 36));
  });

  it('starts neighbouring seeds apart', () => {
    const n = 10_000;
    const draws = Array.from({ length: n + 1 }, (_, seed) => nativeRandom(seed).uniform(1, -1, 1)[0]!);
    const products = draws.slice(1).map((x, i) => x * draws[i]!);
    expect(Math.abs(mean(draws))).toBeLessThan(5 * Math.sqrt(1 / 3 / n)); // five standard deviations
    expect(Math.abs(mean(products))).toBeLessThan(5 * Math.sqrt(1 / 9 / n));
  });

  it('rounds nothing and takes norms in float64', () => {
    const { round, norm, normal } = nativeRandom(7);
    fc.assert(fc.property(fc.double(), (x) => Object.is(round(x), x)));
    const row = normal(20);
    const exact = Math.hypot(...row);
    expect(Math.abs(norm(row) - exact)).toBeLessThanOrEqual(20 * 2 ** -53 * exact); // 20 squares summed, a root
  });

  it.each([-1, 2 ** 32, 0.5, Number.NaN])('refuses the seed %d', (seed) => {
    expect(() => nativeRandom(seed)).toThrow(
      new RangeError(`nativeRandom: seed must be an integer from 0 to 4294967295, got ${seed}`),
    );
  });

  it.each([
    [1, 1],
    [2, 1],
    [0, Infinity],
    [Number.NaN, 1],
  ])('refuses to draw between %d and %d', (low, high) => {
    expect(() => nativeRandom(0).uniform(1, low, high)).toThrow(
      new RangeError(`nativeRandom: low must lie below high, both finite, got ${low} and ${high}`),
    );
  });
});

describe('nativeRandomFrom', () => {
  it.each([[[]], [[1, 2, 3]], [[0, 0, 0, 0]], [[1, 2, 3, 0.5]], [[1, 2, 3, 4, Number.NaN]], [[1, 2, 3, 4, 5, 6]]])(
    'refuses %j',
    (state) => {
      expect(() => nativeRandomFrom(state)).toThrow(
        new RangeError(`nativeRandomFrom: state must come from state(), got ${JSON.stringify(state)}`),
      );
    },
  );
});
