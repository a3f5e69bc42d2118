import { exp, log } from '../../math/functions.ts';
import { requireCounts } from '../../math/require-number.ts';

/**
 * Returns steps in geometric progression: 0, 1 and on to `last`, about `perDecade` in each power of
 * ten, ascending and without repeats. For `every` and the option `every` of a measure.
 *
 * @throws {RangeError} if a number is not a positive integer.
 * @example logSteps(100, 3); // [0, 1, 2, 5, 10, 22, 46, 100]
 */
export function logSteps(last: number, perDecade = 10): number[] {
  requireCounts('logSteps', { last, perDecade });
  const steps = new Set([0]);
  for (let i = 0; ; i++) {
    const step = Math.round(exp((log(10) * i) / perDecade));
    if (step >= last) return [...steps, last];
    steps.add(step);
  }
}
