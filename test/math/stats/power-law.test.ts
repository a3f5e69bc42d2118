import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { powerLaw } from '../../../src/math/stats/power-law.ts';
import type { RunValue } from '../../../src/math/stats/runs-by-x.ts';
import published from '../../reference/published-e05.json' with { type: 'json' };

const random = nativeRandom(1);
const rates = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];

/** y(x, seed) over a grid. */
function grid(x: readonly number[], seeds: number, y: (x: number, seed: number) => number): RunValue[] {
  return x.flatMap((value) => Array.from({ length: seeds }, (_, seed) => ({ x: value, y: y(value, seed), seed })));
}

/** Seeds that differ in prefactor and in exponent. */
function noisy(seeds: number, seed: number, x: readonly number[] = rates): RunValue[] {
  const draws = nativeRandom(seed).normal(2 * seeds);
  return grid(x, seeds, (value, s) => Math.exp(0.1 * draws[2 * s]!) * value ** (1.2 + 0.05 * draws[2 * s + 1]!));
}

describe('powerLaw on the published numbers of E5', () => {
  const runs = (keep: (rate: number) => boolean) =>
    published.learningRates.flatMap((x, i) =>
      keep(x) ? published.drift[i]!.map((y, s) => ({ x, y, seed: published.seeds[s]! })) : [],
    );
  const law = powerLaw(
    runs(() => true),
    { random, rival: 1 },
  );
  const digits = (x: number) => Number(x.toPrecision(7)); // as many as the paper's files were printed with

  it('gives the published exponent and R²', () => {
    expect(digits(law.exponent)).toBe(published.alpha);
    expect(digits(law.r2)).toBe(published.r2);
    expect(law).toMatchObject({ n: 10, seeds: 5, windowLow: 1e-4, windowHigh: 1, reason: null });
  });

  it('gives the published means and deviations, of the population', () => {
    for (const [i, point] of law.points.entries()) {
      // the seeds were printed to 7 digits, and their mean and deviation from the unprinted numbers
      expect(Math.abs(point.mean / published.meanDrift[i]! - 1)).toBeLessThan(1e-6);
      expect(Math.abs(point.deviation / published.stdDrift[i]! - 1)).toBeLessThan(5e-6);
      expect(point).toMatchObject({ finite: 5, total: 5, kept: true });
    }
  });

  it('gives the exponents between neighbours, of the parts of the window and of each seed', () => {
    expect(law.localExponents.map(digits)).toEqual(published.localExponents);
    const part = (keep: (rate: number) => boolean) => {
      const { exponent, r2, n } = powerLaw(runs(keep), { random });
      return { alpha: digits(exponent), r2: digits(r2), n_points: n };
    };
    expect(part((x) => x <= 0.1)).toEqual(published['upTo0.1']);
    expect(part((x) => x >= 3e-4 && x <= 0.1)).toEqual(published['from3e-4To0.1']);
    expect(part((x) => x >= 0.1)).toEqual(published['from0.1']);
    expect(law.seedExponents.map(digits)).toEqual(published.perSeed.map(({ alpha }) => alpha));
  });

  it('gives Student’s interval of the five exponents', () => {
    const own = published.perSeed.map(({ alpha }) => alpha);
    const m = own.reduce((a, b) => a + b, 0) / 5;
    const s = Math.sqrt(own.reduce((sum, a) => sum + (a - m) ** 2, 0) / 4);
    const half = (2.7764451051977987 * s) / Math.sqrt(5); // t(.975; 4), any table
    expect(law.interval).toBe('student-t');
    expect(Math.abs(law.exponentLow - (m - half))).toBeLessThan(1e-6); // the exponents are printed to 7 digits
    expect(Math.abs(law.exponentHigh - (m + half))).toBeLessThan(1e-6);
    expect(law.nullR2).toBeLessThan(law.r2);
  });
});

describe('the fit', () => {
  it('gives the exponent of data without noise to rounding, whatever the seeds’ prefactors', () => {
    let rivals = 0;
    // doubles are drawn by their bits, nearly all of them tiny
    const exponents = fc.integer({ min: -3000, max: 3000 }).map((p) => p / 1000);
    fc.assert(
      fc.property(exponents, fc.integer({ min: 1, max: 6 }), (p, seeds) => {
        const law = powerLaw(
          grid(rates, seeds, (x, s) => (s + 1) * x ** p),
          { random, rival: p, floor: 0 },
        );
        expect(Math.abs(law.exponent - p)).toBeLessThan(1e-13);
        for (const local of law.localExponents) expect(Math.abs(local - p)).toBeLessThan(1e-13);
        expect(Math.abs(law.prefactor / ((seeds + 1) / 2) - 1)).toBeLessThan(1e-12);
        expect(law.exponentHigh - law.exponentLow).toBeLessThan(1e-12);
        if (Math.abs(p) <= 0.01) return;
        rivals++;
        expect(law.nullR2).toBeGreaterThan(1 - 1e-12);
      }),
    );
    expect(rivals).toBeGreaterThan(30);
  });

  it('changes with the units of x and y in its prefactor alone', () => {
    const unit = fc.double({ min: -6, max: 6, noNaN: true }).map((e) => 10 ** e);
    fc.assert(
      fc.property(unit, unit, fc.nat(100), (a, b, seed) => {
        const one = powerLaw(noisy(4, seed), { random, floor: 0 });
        const two = powerLaw(
          noisy(4, seed).map((run) => ({ ...run, x: a * run.x, y: b * run.y })),
          { random, floor: 0 },
        );
        for (const key of ['exponent', 'exponentLow', 'exponentHigh', 'r2', 'standardError'] as const) {
          expect(Math.abs(one[key] - two[key])).toBeLessThan(1e-12);
        }
        expect(Math.abs(two.prefactor / ((one.prefactor * b) / a ** one.exponent) - 1)).toBeLessThan(1e-11);
      }),
    );
  });

  it('does not depend on the order in which runs come, but for rounding', () => {
    const runs = noisy(5, 3);
    const law = powerLaw(runs, { random });
    const back = powerLaw([...runs].reverse(), { random });
    expect(Math.abs(law.exponent - back.exponent)).toBeLessThan(1e-14);
    expect(law.points.map(({ x }) => x)).toEqual(rates);
    expect(back.points.map(({ x }) => x)).toEqual(rates);
  });

  it('averages over seeds before it takes logarithms, or not at all', () => {
    const runs = grid([1, 2, 4, 8], 2, (x, seed) => (seed === 0 ? x : x ** 2));
    const means = powerLaw(runs, { random });
    const each = powerLaw(runs, { random, average: 'none' });
    expect(each.exponent).toBeCloseTo(1.5, 13); // the slopes 1 and 2, one beside the other
    expect(each.localExponents.map((p) => Math.round(p * 1e12) / 1e12)).toEqual([1.5, 1.5, 1.5]);
    expect(means.localExponents[0]!).toBeCloseTo(Math.log2(3 / 1), 13); // (2 + 4)/2 over (1 + 1)/2
    expect([each.n, means.n]).toEqual([8, 4]);
  });
});

describe('what is kept', () => {
  const runs = (y: number) => noisy(3, 5).map((run) => (run.x === 0.3 && run.seed === 1 ? { ...run, y } : run));

  it('leaves out an x where a seed diverged, and counts it', () => {
    for (const y of [NaN, Infinity, -Infinity]) {
      const law = powerLaw(runs(y), { random });
      expect(law).toMatchObject({ n: 5, windowHigh: 0.1 });
      expect(law.points.at(-1)).toMatchObject({ x: 0.3, finite: 2, total: 3, kept: false });
      expect(law.exponent).toBe(powerLaw(noisy(3, 5, rates.slice(0, 5)), { random }).exponent);
    }
  });

  it('or leaves out that seed there', () => {
    const law = powerLaw(runs(NaN), { random, divergedSeeds: 'exclude-seed' });
    const finite = runs(NaN).filter(({ y }) => !Number.isNaN(y));
    expect(law).toMatchObject({ n: 6, windowHigh: 0.3 });
    expect(law.exponent).toBe(powerLaw(finite, { random }).exponent);
    expect(law.points.at(-1)).toMatchObject({ finite: 2, total: 3, kept: true });
  });

  it('drops an x whose every seed diverged under either rule', () => {
    const all = noisy(3, 5).map((run) => (run.x === 0.3 ? { ...run, y: NaN } : run));
    for (const divergedSeeds of ['exclude-point', 'exclude-seed'] as const) {
      const law = powerLaw(all, { random, divergedSeeds });
      expect(law).toMatchObject({ n: 5, windowHigh: 0.1 });
      expect(law.points.at(-1)).toMatchObject({ mean: NaN, deviation: NaN, finite: 0, total: 3, kept: false });
    }
  });

  it('counts a finite y that is not positive in the mean, and drops means at the floor or below', () => {
    const law = powerLaw(runs(-1), { random });
    expect(law.points.at(-1)).toMatchObject({ finite: 3, kept: law.points.at(-1)!.mean > 1e-15 });
    const low = powerLaw(
      grid([1, 2, 4, 8], 2, (x) => 1e-16 * x ** 4),
      { random },
    );
    expect(low.points.map(({ kept }) => kept)).toEqual([false, true, true, true]);
    expect(
      powerLaw(
        grid([1, 2, 4, 8], 2, (x) => 1e-16 * x ** 4),
        { random, floor: 0 },
      ).n,
    ).toBe(4);
  });

  it('drops a y at the floor itself, in the mean and of a seed', () => {
    const at = grid([1, 2, 4, 8], 1, (x) => x);
    expect(powerLaw(at, { random, floor: 1 }).points.map(({ kept }) => kept)).toEqual([false, true, true, true]);
    // the mean at x = 1 is above the floor, one seed there is not: its exponent is that of x = 2, 4, 8 alone
    const two = grid([1, 2, 4, 8], 2, (x, seed) => (seed === 0 ? 1 + x : x === 1 ? 0.4 : x * x));
    const law = powerLaw(two, { random, floor: 0.5 });
    expect(law.n).toBe(4);
    expect(law.seedExponents[1]).toBeCloseTo(2, 13);
  });

  it('gives no exponent below three points, and says why', () => {
    const law = powerLaw(
      grid([1, 2, 4], 2, (x) => (x === 4 ? NaN : x)),
      { random },
    );
    expect(law).toMatchObject({
      exponent: NaN,
      exponentLow: NaN,
      r2: NaN,
      interval: 'none',
      n: 2,
      localExponents: [1],
    });
    expect(law.reason).toBe('a power law takes 3 x with a finite y above 1e-15, got 2 of 3');
    const none = powerLaw([], { random });
    expect(none).toMatchObject({ exponent: NaN, n: 0, seeds: 0, windowLow: NaN, localExponents: [], points: [] });
    expect(none.reason).toContain('got 0 of 0');
  });

  it('checks x and the options', () => {
    expect(() => powerLaw([{ x: 0, y: 1, seed: 1 }], { random })).toThrow(
      'powerLaw: x must be positive and finite, got 0',
    );
    expect(() => powerLaw([], { random, floor: -1 })).toThrow(
      'powerLaw: floor must be finite and not negative, got -1',
    );
    expect(() => powerLaw([], { random, level: 1 })).toThrow('powerLaw: level must lie in (0, 1), got 1');
  });
});

describe('the stable part', () => {
  const runs = noisy(3, 7).map((run) => ({ ...run, etaLambda: run.x * (run.seed === 2 ? 12 : 8) }));

  it('is the fit on the x where every seed starts with η·λ ≤ 1', () => {
    const law = powerLaw(runs, { random });
    const part = powerLaw(noisy(3, 7, rates.slice(0, 4)), { random }); // at .1 the third seed has 1.2
    expect(law.stableExponent).toBe(part.exponent);
    expect(law).toMatchObject({
      stableN: 4,
      stableWindowLow: 1e-3,
      stableWindowHigh: 3e-2,
      stableInterval: 'student-t',
    });
    expect([law.stableLow, law.stableHigh]).toEqual([part.exponentLow, part.exponentHigh]);
    expect(law.points.map(({ stable }) => stable)).toEqual([true, true, true, true, false, false]);
  });

  it('includes η·λ = 1, and nothing above', () => {
    const eta = [0.5, 1, 1 + 2 ** -52, 1.05];
    const at = grid([1, 2, 4, 8], 1, (x) => x).map((run, i) => ({ ...run, etaLambda: eta[i]! }));
    expect(powerLaw(at, { random }).points.map(({ stable }) => stable)).toEqual([true, true, false, false]);
  });

  it('has no point whose sharpness is not known', () => {
    for (const etaLambda of [null, NaN]) {
      const unknown = runs.map((run) => (run.x === 1e-2 && run.seed === 0 ? { ...run, etaLambda } : run));
      expect(powerLaw(unknown, { random })).toMatchObject({ stableN: 3 });
    }
    expect(powerLaw(noisy(3, 7), { random })).toMatchObject({
      stableN: 0,
      stableExponent: NaN,
      stableInterval: 'none',
    });
  });
});

describe('the interval', () => {
  it('holds the mean exponent 95 % of the time at 5 seeds', () => {
    const trials = 1500;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { exponentLow, exponentHigh } = powerLaw(noisy(5, 1000 + trial), { random });
      if (exponentLow <= 1.2 && 1.2 <= exponentHigh) held++;
    }
    // three standard errors √(.95·.05/1500) = .0056
    expect(Math.abs(held / trials - 0.95)).toBeLessThan(0.017);
  });

  it('comes from the seeds’ own exponents below 25 seeds and from the bootstrap from there on', () => {
    expect(powerLaw(noisy(24, 1), { random }).interval).toBe('student-t');
    const law = powerLaw(noisy(25, 1), { random: nativeRandom(3) });
    expect(law.interval).toBe('bca');
    expect(law.exponentLow).toBeLessThan(law.exponent);
    expect(law.exponentHigh).toBeGreaterThan(law.exponent);
    expect(powerLaw(noisy(25, 1), { random: nativeRandom(3) })).toEqual(law);
    // the two agree in width to the sampling of either
    const t = powerLaw(noisy(24, 1), { random });
    const ratio = (law.exponentHigh - law.exponentLow) / (t.exponentHigh - t.exponentLow);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });

  it('comes from the least squares of one seed, or of all runs where nothing is averaged', () => {
    const u = rates.map(Math.log);
    const v = [0.1, -0.2, 0.05, 0.15, -0.1, 0]; // scatter about x^1
    const law = powerLaw(
      rates.map((x, i) => ({ x, y: x * Math.exp(v[i]!), seed: 3 })),
      { random },
    );
    const mu = u.reduce((a, b) => a + b) / 6;
    const suu = u.reduce((sum, a) => sum + (a - mu) ** 2, 0);
    const slope = 1 + u.reduce((sum, a, i) => sum + (a - mu) * v[i]!, 0) / suu;
    const residuals = u.reduce((sum, a, i) => sum + (v[i]! - (slope - 1) * (a - mu)) ** 2, 0); // Σv = 0
    const half = 2.7764451051977987 * Math.sqrt(residuals / 4 / suu); // t(.975; 4)
    expect(law.interval).toBe('ols-t');
    expect(law.exponentLow).toBeCloseTo(slope - half, 12);
    expect(law.exponentHigh).toBeCloseTo(slope + half, 12);
    expect(powerLaw(noisy(5, 1), { random, average: 'none' }).interval).toBe('ols-t');
  });

  it('is not to be had where no two seeds have an exponent', () => {
    // under exclude-seed the curve of means has three x, no seed has
    const runs = [
      { x: 1, y: 1, seed: 1 },
      { x: 2, y: 2, seed: 1 },
      { x: 2, y: 2.5, seed: 2 },
      { x: 4, y: 4, seed: 2 },
    ];
    const law = powerLaw(runs, { random });
    expect(law.exponent).toBeGreaterThan(0.9);
    expect(law).toMatchObject({ interval: 'none', exponentLow: NaN, exponentHigh: NaN, seedExponents: [NaN, NaN] });
  });

  it('widens with its level', () => {
    const width = (level: number) => {
      const { exponentLow, exponentHigh } = powerLaw(noisy(5, 2), { random, level });
      return exponentHigh - exponentLow;
    };
    expect(width(0.99)).toBeGreaterThan(width(0.95));
    expect(width(0.95) / width(0.5)).toBeCloseTo(2.7764451051977987 / 0.7406970841, 7); // t(.975; 4), t(.75; 4)
  });
});
