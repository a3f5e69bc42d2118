import { describe, expect, it } from 'vitest';
import { nativeRandom } from '../../../../src/math/random/native.ts';
import { gradientPair, pushGradient, sketched } from '../../../../src/math/theory/edge/gradient-pair.ts';
import { periods, updatePeriod } from '../../../../src/math/theory/edge/period.ts';

/** The period found on each row of these gradients. */
function found(rows: number, gradient: (t: number) => Float64Array): number[] {
  const [pair, memory, y] = [gradientPair(), periods(), new Float64Array(sketched)];
  return Array.from({ length: rows }, (_, t) => {
    pushGradient(pair, gradient(t), y);
    updatePeriod(memory, y, pair.meaningful);
    return memory.period;
  });
}

/**
 * Gradient descent on the double well L(x) = (x² − 1)²/4, by hand. With y = √η·x its map is y ← a·y − y³, a = 1 + η: a
 * valley is stable for a < 2, has an orbit of period 2 for 2 < a < √5, of 4 up to 2.288, of 8 up to 2.300.
 */
function well(a: number, transient = 4000) {
  const eta = a - 1;
  let x = 0.7;
  const next = () => {
    const slope = x * x * x - x;
    x -= eta * slope;
    return slope;
  };
  for (let t = 0; t < transient; t++) next();
  return next;
}

describe('the period of gradient descent in a double well', () => {
  it.each([
    [2.1, 2],
    [2.2, 2],
    [2.26, 4],
    [2.275, 4],
    [2.2935, 8],
  ])('at η = %s − 1 is that of the orbit itself, %s', (a, period) => {
    const slope = well(a);
    const slopes = Array.from({ length: 120 }, slope);
    // the second route: the orbit comes back after a period, and not after half of it
    const apart = (p: number) => Math.max(...slopes.slice(p).map((s, i) => Math.abs(s - slopes[i]!)));
    expect(apart(period)).toBeLessThan(1e-7);
    expect(apart(period / 2)).toBeGreaterThan(1e-2);
    expect(new Set(found(120, (t) => Float64Array.of(slopes[t]!)).slice(40))).toEqual(new Set([period]));
  });

  it.each([
    [2.1, 2],
    [2.275, 4],
  ])('at η = %s − 1 is found among a hundred directions that only drift', (a, period) => {
    const slope = well(a);
    const direction = nativeRandom(3).normal(100);
    const drift = nativeRandom(4).normal(100);
    const rows = found(200, (t) => {
      const s = slope();
      return direction.map((u, i) => u * s + drift[i]! * Math.exp(-t / 300));
    });
    expect(new Set(rows.slice(60))).toEqual(new Set([period]));
  });

  it('at η = 1.9 − 1 is 2 while an oscillation dies away, by 0.8 a step, and none when only rounding is left', () => {
    const slope = well(1.9, 0);
    const rows = found(400, () => Float64Array.of(slope()));
    expect(new Set(rows.slice(40, 100))).toEqual(new Set([2]));
    expect(new Set(rows.slice(200))).toEqual(new Set([0]));
  });

  it('is none in chaos', () => {
    const slope = well(2.45, 100);
    const rows = found(300, () => Float64Array.of(slope()));
    expect(rows.filter((period) => period > 0).length).toBeLessThan(30);
  });
});

describe('the period of gradient descent in a quadratic valley', () => {
  const valley = (etaLambda: number) => (t: number) => Float64Array.of((1 - etaLambda) ** t, 0.9 * 0.99 ** t);

  it('is 2 at the edge, whatever else drifts', () => {
    expect(new Set(found(200, valley(2)).slice(40))).toEqual(new Set([2]));
  });

  it.each([0.3, 1, 1.3])('is none at ηλ = %s, because no step is undone by the next', (etaLambda) => {
    expect(new Set(found(200, valley(etaLambda)))).toEqual(new Set([0]));
  });

  it('is none again 40 steps after a burst, however large it was', () => {
    const rows = found(300, (t) => Float64Array.of(t < 150 ? 1e4 * (-1) ** t : 0, Math.exp(-t / 100)));
    expect(new Set(rows.slice(40, 150))).toEqual(new Set([2]));
    expect(new Set(rows.slice(190))).toEqual(new Set([0]));
  });

  it('is none in rounding', () => {
    const rows = found(200, (t) => Float64Array.of(t < 50 ? 1 : t % 2 ? 1e-14 : -1e-14));
    expect(new Set(rows)).toEqual(new Set([0]));
  });

  it('is none before there were steps to tell, nor of what is not finite', () => {
    expect(found(16, valley(2))).toEqual(new Array(16).fill(0));
    expect(new Set(found(60, (t) => Float64Array.of(t < 30 ? 1 : NaN)))).toEqual(new Set([0]));
  });
});
