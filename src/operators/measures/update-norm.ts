import { z } from 'zod';
import { float64, float64s } from '../../columns.ts';
import { sum } from '../../math/linalg/vector.ts';
import { memoryless } from '../../math/memory.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

export const columns = {
  updateNorm: float64('‖θₜ₊₁ − θₜ‖ over all parameters, biases included'),
  updateNormSq: float64s('‖W_l(t+1) − W_l(t)‖², one entry per layer l = 1 … L, biases apart'),
};

/**
 * Adds the length of the step that follows each row, whole and per layer.
 *
 *     --{ state }--------------------{ state }--------------------|
 *       updateNorm()
 *     --{ …, updateNorm: 0.013 }-----{ …, updateNorm: 0.012 }-----|
 *
 * - needs: `state`
 * - adds:  `updateNorm`, `updateNormSq`
 * - cost:  one addition a tensor for gradient descent; O(d) for a rule that cannot derive the sums
 *   of its update
 * - error: that of a sum of squares: below 1e-162 they underflow to 0
 *
 * @example gradientDescent(run).pipe(take(1_000), updateNorm()).subscribe(console.log);
 */
export const updateNorm = operator('updateNorm', { options: z.strictObject({}), columns, needs: ['gradient'] }, () => ({
  row({ state }: { readonly state: State }) {
    const { normSq } = state.updateSums;
    const { tensors } = state.objective;
    return {
      updateNorm: Math.sqrt(sum(normSq)),
      updateNormSq: normSq.filter((_, t) => tensors[t]!.kind === 'weight'),
    };
  },
  ...memoryless,
}));
