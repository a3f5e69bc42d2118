import { describe, expect, it } from 'vitest';
import { normalDistribution } from '../../../src/math/erf.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { bcaInterval } from '../../../src/math/stats/bootstrap.ts';
import { normalQuantile } from '../../../src/math/stats/normal-quantile.ts';

const meanOf = (sample: ArrayLike<number>) => (drawn: Int32Array) =>
  drawn.reduce((sum, i) => sum + sample[i]!, 0) / drawn.length;

describe('bcaInterval', () => {
  it('holds the mean of normal numbers about as often as simulated elsewhere, 93 % at 25', () => {
    const random = nativeRandom(1);
    const trials = 400;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = bcaInterval(25, meanOf(random.normal(25)), { random, resamples: 500 });
      if (low <= 0 && 0 <= high) held++;
    }
    // .93, three standard errors √(.93·.07/400) = .013 either side
    expect(Math.abs(held / trials - 0.93)).toBeLessThan(0.039);
  });

  it('has the width of the normal interval on a large sample', () => {
    const n = 400;
    const sample = nativeRandom(2).normal(n);
    const m = sample.reduce((a, b) => a + b, 0) / n;
    const s = Math.sqrt(sample.reduce((sum, x) => sum + (x - m) ** 2, 0) / n);
    const { low, high, estimate } = bcaInterval(n, meanOf(sample), { random: nativeRandom(3), resamples: 4000 });
    expect(estimate).toBeCloseTo(m, 14);
    // an end at the 2.5 % point of 4000 resamples is uncertain by √(p(1−p)/B)/φ(1.96) = .042 s/√n
    for (const [end, sign] of [
      [low, -1],
      [high, 1],
    ] as const) {
      expect(Math.abs(end - (m + (sign * 1.96 * s) / Math.sqrt(n)))).toBeLessThan(
        (4 * 0.042 * s) / Math.sqrt(n) + 0.01,
      );
    }
  });

  it('leans to the side of the long tail, as a percentile interval of a skewed mean does not enough', () => {
    const sample = nativeRandom(4)
      .uniform(30)
      .map((u) => -Math.log(1 - u));
    const { low, high, estimate, acceleration } = bcaInterval(30, meanOf(sample), { random: nativeRandom(5) });
    expect(high - estimate).toBeGreaterThan(estimate - low);
    expect(acceleration).toBeGreaterThan(0);
  });

  it('takes the acceleration of a mean from the skewness of the sample', () => {
    const sample = [0, 0, 0, 1, 5];
    const m = 1.2;
    const moment = (k: number) => sample.reduce((sum, x) => sum + (x - m) ** k, 0);
    const { acceleration } = bcaInterval(5, meanOf(sample), { random: nativeRandom(6) });
    expect(acceleration).toBeCloseTo(moment(3) / (6 * moment(2) ** 1.5), 14);
  });

  it.each([
    ['with ties', [0, 0, 0, 1, 5]],
    ['without', [0.1, 0.2, 0.45, 0.9, 1.6, 2.7, 4.1, 6.6]],
  ])('is Efron’s formula written out, %s', (_, sample) => {
    const n = sample.length;
    const statistic = meanOf(sample);
    const random = nativeRandom(6);
    const values = Array.from({ length: 2000 }, () =>
      statistic(Int32Array.from(random.uniform(n), (u) => Math.floor(u * n))),
    ).sort((a, b) => a - b);
    const found = bcaInterval(n, statistic, { random: nativeRandom(6) });
    const share = values.reduce((sum, v) => sum + (v < found.estimate ? 1 : v === found.estimate ? 0.5 : 0), 0) / 2000;
    const z0 = normalQuantile(share);
    const end = (z: number) => {
      const p = normalDistribution(z0 + (z0 + z) / (1 - found.acceleration * (z0 + z)));
      const at = 2001 * p - 1;
      const [below, above] = [values[Math.floor(at)]!, values[Math.ceil(at)]!];
      return below + (at - Math.floor(at)) * (above - below);
    };
    expect(found.bias).toBeCloseTo(z0, 14);
    expect(found.low).toBeCloseTo(end(-1.959963984540054), 12);
    expect(found.high).toBeCloseTo(end(1.959963984540054), 12);
  });

  it.each([1, -1])('counts half a resample where all lie on one side', (sign) => {
    // 20 things are never all drawn in 2000 resamples: the chance is 2000·20!/20²⁰ = 5e-5
    const distinct = (drawn: Int32Array) => sign * new Set(drawn).size;
    const { bias } = bcaInterval(20, distinct, { random: nativeRandom(1) });
    expect(bias).toBeCloseTo(-sign * normalQuantile(0.5 / 2000), 12);
  });

  it.each([
    [99, false],
    [100, true],
  ])('has an interval of %s finite resamples: %s', (finite, has) => {
    let calls = 0;
    // the estimate first, then 200 resamples, then the jackknife
    const statistic = (drawn: Int32Array) => {
      const call = calls++;
      return call > finite && call <= 200 ? NaN : meanOf([1, 2, 4])(drawn);
    };
    const { low, resamples } = bcaInterval(3, statistic, { random: nativeRandom(1), resamples: 200 });
    expect(resamples).toBe(finite);
    expect(Number.isFinite(low)).toBe(has);
  });

  it('moves with the statistic under a change of unit, to the bit where that is a power of two', () => {
    const sample = nativeRandom(7).normal(12);
    const one = bcaInterval(12, meanOf(sample), { random: nativeRandom(8) });
    const two = bcaInterval(12, meanOf(sample.map((x) => -4 * x)), { random: nativeRandom(8) });
    expect(two.low).toBeCloseTo(-4 * one.high, 2); // resamples are counted from the other end
    expect(bcaInterval(12, meanOf(sample.map((x) => 4 * x)), { random: nativeRandom(8) }).low).toBe(4 * one.low);
  });

  it('is a point where every resample agrees', () => {
    expect(bcaInterval(5, meanOf([2, 2, 2, 2, 2]), { random: nativeRandom(9) })).toMatchObject({ low: 2, high: 2 });
  });

  it('leaves out resamples that are not finite, and gives NaN where the jackknife is not', () => {
    const withOne = (drawn: Int32Array) => (drawn.includes(0) || drawn.includes(1) ? meanOf([1, 2, 3])(drawn) : NaN);
    const found = bcaInterval(3, withOne, { random: nativeRandom(10) });
    expect(found.resamples).toBeLessThan(2000); // (1/3)³ of them are 2, 2, 2
    expect(found.low).toBeGreaterThanOrEqual(1);
    const needsAll = (drawn: Int32Array) => (new Set(drawn).size === 3 ? 1 : NaN);
    expect(bcaInterval(3, needsAll, { random: nativeRandom(11) })).toMatchObject({ estimate: 1, low: NaN, high: NaN });
  });

  it('checks its arguments', () => {
    const random = nativeRandom(12);
    expect(() => bcaInterval(1, () => 0, { random })).toThrow('bcaInterval: n must be an integer of at least 2, got 1');
    expect(() => bcaInterval(5, () => 0, { random, resamples: 1 })).toThrow(
      'resamples must be an integer of at least 100',
    );
    expect(() => bcaInterval(5, () => 0, { random, level: 1 })).toThrow('bcaInterval: level must lie in (0, 1), got 1');
  });
});
