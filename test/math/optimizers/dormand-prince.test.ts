import { describe, expect, it } from 'vitest';
import { dormandPrinceRule } from '../../../src/math/optimizers/dormand-prince.ts';
import { quadratic } from '../../helpers/quadratic.ts';

/** L = θ⁴/4: its flow has derivatives of every order, and is θ₀/√(1 + 2θ₀²t). */
const quartic = {
  ...quadratic(1),
  open: () => ({
    ...quadratic(1).open(),
    evaluate(theta: Float64Array, gradient: Float64Array) {
      gradient[0] = theta[0]! ** 3;
      return theta[0]! ** 4 / 4;
    },
  }),
};

/** One step of length h from θ = 2: its error, and what the rule takes it for. */
function step(h: number) {
  const rule = dormandPrinceRule(quartic, 0.9); // which refuses none of these
  rule.restore({ time: 0, h });
  const [theta, D] = [Float64Array.of(2), new Float64Array(1)];
  rule.update(Float64Array.of(8), theta, 1, D);
  expect(rule.actualLearningRate!()).toBe(h);
  return {
    error: Math.abs(2 + D[0]! - 2 / Math.sqrt(1 + 8 * h)),
    estimate: 2 * (rule.ownColumns!()['localError'] as number),
  };
}

describe('the pair of Dormand and Prince', () => {
  it('has a local error of order 6, and estimates that of the solution of order 4, of order 5', () => {
    const [coarse, fine] = [step(0.006), step(0.003)];
    // the coefficient of h⁶ is small here, so that h⁷ still has its share
    expect(Math.log2(coarse.error / fine.error)).toBeGreaterThan(5.8);
    expect(Math.abs(Math.log2(coarse.estimate / fine.estimate) - 5)).toBeLessThan(0.15);
    expect(fine.error).toBeLessThan(fine.estimate);
  });

  it('takes a step again, shorter, until its estimate is below the tolerance, and no longer one at once after that', () => {
    const rule = dormandPrinceRule(quartic, 1e-9);
    rule.restore({ time: 3, h: 5 });
    const D = new Float64Array(1);
    rule.update(Float64Array.of(8), Float64Array.of(2), 1, D);
    const { time, localError } = rule.ownColumns!() as { time: number; localError: number };
    expect(time).toBe(3);
    expect(localError).toBeLessThanOrEqual(1e-9);
    const h = rule.actualLearningRate!();
    expect(h).toBeLessThan(0.01);
    const { time: next, h: longer } = rule.snapshot() as { time: number; h: number };
    expect(next).toBe(3 + h);
    expect(longer).toBeLessThanOrEqual(h);
  });
});
