import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSteps } from '../../../src/operators/transforms/log-steps.ts';

describe('logSteps', () => {
  it('goes from 0 and 1 to the last, through the powers of ten', () => {
    expect(logSteps(10_000, 1)).toEqual([0, 1, 10, 100, 1000, 10_000]);
    expect(logSteps(1000, 3)).toEqual([0, 1, 2, 5, 10, 22, 46, 100, 215, 464, 1000]);
    expect(logSteps(1, 10)).toEqual([0, 1]);
  });

  it('is ascending, and its neighbours differ by the ratio, or by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 40 }), (last, perDecade) => {
        const steps = logSteps(last, perDecade);
        expect([steps[0], steps.at(-1)]).toEqual([0, last]);
        for (let i = 1; i < steps.length; i++) {
          expect(steps[i]).toBeGreaterThan(steps[i - 1]!);
          // both ends of the ratio are rounded by half a step
          expect(steps[i]! - 0.5).toBeLessThanOrEqual(10 ** (1 / perDecade) * (steps[i - 1]! + 0.5) + 1e-6);
        }
      }),
    );
  });

  it('refuses numbers that are no positive integers', () => {
    expect(() => logSteps(0)).toThrow(new RangeError('logSteps: last must be a positive integer, got 0'));
    expect(() => logSteps(10, 0.5)).toThrow(new RangeError('logSteps: perDecade must be a positive integer, got 0.5'));
  });
});
