import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceAbove, missProbability } from '../../../src/math/linalg/miss-probability.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { ritzValues } from './symmetric-matrices.ts';

describe('missProbability', () => {
  it('is below the bound that Kuczyński and Woźniakowski state, and near it if that is small', () => {
    let small = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 1e6 }),
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
        (n, m, gap) => {
          const theirs = 1.648 * Math.sqrt(n) * Math.exp(-(2 * m - 1) * Math.sqrt(gap));
          const ours = missProbability(n, m, gap);
          expect(ours).toBeLessThanOrEqual(theirs * (1 + 1e-12));
          // artanh √ε ≤ √ε/(1 − ε), and the constant is √(8/π) ≈ 1.596 in place of 1.648
          const least = 1.59 * Math.sqrt(n - 1) * Math.exp((-(2 * m - 1) * Math.sqrt(gap)) / (1 - gap));
          if (m >= n || theirs >= 1e-2) return;
          small++;
          expect(ours).toBeGreaterThan(least * 0.999);
        },
      ),
    );
    expect(small).toBeGreaterThan(5);
  });

  it('falls with every step and with the gap, and is 0 if the space is exhausted', () => {
    for (const n of [3, 100, 1e5]) {
      const over = Array.from({ length: 30 }, (_, m) => missProbability(1e6 + n, m + 1, 0.1));
      expect(over).toEqual(over.toSorted((a, b) => b - a));
      expect(missProbability(n, 2, 0.4)).toBeLessThanOrEqual(missProbability(n, 2, 0.1));
      expect(missProbability(n, n, 1e-9)).toBe(0);
    }
  });

  it('bounds how often Lanczos misses, on the spectra that are hardest for it', () => {
    // one eigenvalue at 1, and the rest where the test polynomial of the proof is largest: zeros of T₂ₘ₋₁′ on [0, 1 − ε]
    const [n, m, gap] = [60, 8, 0.05];
    const values = Float64Array.from({ length: n }, (_, i) =>
      i === 0 ? 1 : (1 - gap) * Math.cos((Math.PI * ((i - 1) % (2 * m - 1))) / (4 * m - 2)) ** 2,
    );
    const random = nativeRandom(7);
    const trials = 2000;
    let missed = 0;
    for (let t = 0; t < trials; t++) {
      const top = ritzValues(values, random.normal(n), m).at(-1)!;
      if (top < 1 - gap * (1 - Math.min(...values))) missed++;
    }
    const bound = missProbability(n, m, gap);
    expect(bound).toBeLessThan(0.5);
    expect(missed / trials).toBeLessThanOrEqual(bound + 3 * Math.sqrt((bound * (1 - bound)) / trials));
    expect(missed).toBeGreaterThan(0); // the spectrum is a hard one
  });
});

describe('chanceAbove', () => {
  it('is seldom below a level if there is such an eigenvalue, at any stopping step', () => {
    const n = 30;
    const random = nativeRandom(3);
    const trials = 250;
    const levels = [0.5, 0.1];
    const wrong = levels.map(() => 0);
    for (let t = 0; t < trials; t++) {
      // "no eigenvalue above .99" is false; the top stands off by a little
      const values = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : -0.2 + (1.1 * i) / n));
      const b = random.normal(n);
      let least = 1;
      for (let m = 1; m <= 14; m++) {
        const seen = ritzValues(values, b, m);
        least = Math.min(least, chanceAbove(0.99, seen.at(-1)!, seen[0]!, n, m));
      }
      for (const [i, level] of levels.entries()) if (least <= level) wrong[i]!++;
    }
    for (const [i, level] of levels.entries()) {
      expect(wrong[i]! / trials).toBeLessThanOrEqual(level + 3 * Math.sqrt((level * (1 - level)) / trials));
    }
  });

  it('is 1 if the bound has been passed, whatever the spread', () => {
    expect(chanceAbove(1, 1, 0, 100, 50)).toBe(1);
    expect(chanceAbove(1, 2, 0, 100, 100)).toBe(1);
    expect(chanceAbove(2, 1, 0, 100, 100)).toBe(0);
  });

  it('sees neither a shift nor a scale', () => {
    const chance = chanceAbove(2, 1.5, -1, 1000, 12);
    expect(chance).toBeLessThan(1);
    expect(chanceAbove(2 + 8, 1.5 + 8, -1 + 8, 1000, 12)).toBe(chance);
    expect(chanceAbove(2e200, 1.5e200, -1e200, 1000, 12)).toBeCloseTo(chance, 12);
  });
});
