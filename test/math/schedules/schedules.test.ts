import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/math/schedules/constant.ts';
import { cosine } from '../../../src/math/schedules/cosine.ts';
import { stepDecay } from '../../../src/math/schedules/step-decay.ts';
import { warmup } from '../../../src/math/schedules/warmup.ts';

const rate = fc.double({ min: 1e-6, max: 10, noNaN: true });
const count = fc.integer({ min: 1, max: 500 });

describe('schedules', () => {
  it('constant is the same at every step', () => {
    expect([0, 1, 1e6].map(constant(0.3))).toEqual([0.3, 0.3, 0.3]);
  });

  it('stepDecay multiplies by its factor at every so many updates', () => {
    fc.assert(
      fc.property(rate, count, fc.double({ min: 0.1, max: 0.99, noNaN: true }), (eta, every, factor) => {
        const schedule = stepDecay(eta, { every, factor });
        let expected = eta;
        for (let k = 0; k < 12; k++, expected *= factor) {
          for (const t of [k * every, k * every + every - 1]) {
            expect(Math.abs(schedule(t) / expected - 1)).toBeLessThanOrEqual(12 * Number.EPSILON);
          }
        }
      }),
    );
    expect([0, 99, 100, 250].map(stepDecay(0.1, { every: 100, factor: 0.5 }))).toEqual([0.1, 0.1, 0.05, 0.025]);
  });

  it('cosine goes from its rate to its floor as the host’s cosine does, and stays there', () => {
    fc.assert(
      fc.property(rate, count, fc.double({ min: 0, max: 0.9, noNaN: true }), (eta, steps, share) => {
        const floor = share * eta;
        const schedule = cosine(eta, { steps, floor });
        for (let t = 0; t <= steps; t++) {
          const expected = floor + ((eta - floor) * (1 + Math.cos((Math.PI * t) / steps))) / 2;
          expect(Math.abs(schedule(t) - expected)).toBeLessThanOrEqual(4 * Number.EPSILON * eta);
        }
        expect(schedule(0)).toBeCloseTo(eta, 14);
        expect([schedule(steps), schedule(steps + 7)]).toEqual([floor, floor]);
      }),
    );
  });

  it('warmup rises by equal steps to where the next begins, which then counts from its own 0', () => {
    const then = cosine(0.8, { steps: 10 });
    const schedule = warmup(then, { steps: 4 });
    expect([0, 1, 2, 3].map(schedule)).toEqual([0.2, 0.4, 0.6000000000000001, 0.8]);
    expect([4, 5, 9, 14].map(schedule)).toEqual([0, 1, 5, 10].map(then));
    expect([0, 1, 2].map(warmup(warmup(constant(1), { steps: 1 }), { steps: 2 }))).toEqual([0.5, 1, 1]);
  });

  it.each<[string, () => unknown, string]>([
    ['a rate of 0', () => constant(0), 'constant: rate must be positive and finite, got 0'],
    ['a factor of 1', () => stepDecay(1, { every: 1, factor: 1 }), 'stepDecay: factor must lie in [0, 1), got 1'],
    [
      'a factor of 0',
      () => stepDecay(1, { every: 1, factor: 0 }),
      'stepDecay: factor must be positive and finite, got 0',
    ],
    [
      'every half step',
      () => stepDecay(1, { every: 0.5, factor: 0.5 }),
      'stepDecay: every must be a positive integer, got 0.5',
    ],
    ['no steps', () => cosine(1, { steps: 0 }), 'cosine: steps must be a positive integer, got 0'],
    ['a floor above the rate', () => cosine(1, { steps: 9, floor: 2 }), 'cosine: floor must lie in [0, 1), got 2'],
    [
      'a warmup of no steps',
      () => warmup(constant(1), { steps: 0 }),
      'warmup: steps must be a positive integer, got 0',
    ],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(new RangeError(message));
  });
});
