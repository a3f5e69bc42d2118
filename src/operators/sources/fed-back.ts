import { requirePositive } from '../../math/require-number.ts';
import type { Controller, Feedback } from './descent.ts';

/**
 * Makes a learning rate that operators below choose: η₀ at the first step, then what `feedback`
 * returned at the row before. Every optimizer whose update is linear in η takes it.
 *
 * The rate in force is part of a snapshot.
 *
 * @throws {RangeError} if `initial` is not positive and finite.
 * @example
 * gradientDescent({ objective: L, learningRate: fedBack(0.01) })
 *   .pipe(take(500), sharpness(), feedback(({ sharpness }) => 1 / sharpness));
 */
export function fedBack(initial: number): Feedback {
  requirePositive('fedBack', { initial });
  return { who: 'fedBack', needs: [], start: () => fed(initial) };
}

function fed(initial: number): Controller {
  let rate = initial;
  return {
    rate: () => rate,
    feed: (next) => void (rate = next),
    snapshot: () => rate,
    restore: (saved) => void (rate = saved as number),
  };
}
