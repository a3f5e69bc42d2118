import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { sum } from '../../math/linalg/vector.ts';
import { memoryless } from '../../math/memory.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

export const columns = { weightNorm: float64('‖θₜ‖ over all parameters, biases included') };

/**
 * Adds the norm of all parameters. `weightNormSq`, which every row has, is squared, per layer, and
 * without biases.
 *
 *     --{ state }-------------------{ state }-------------------|
 *       weightNorm()
 *     --{ …, weightNorm: 4.7 }------{ …, weightNorm: 4.8 }------|
 *
 * - needs: `state`
 * - adds:  `weightNorm`
 * - cost:  one addition a tensor, because the sums come with the gradient
 * - error: that of a sum of squares
 *
 * @example gradientDescent(run).pipe(take(1_000), weightNorm()).subscribe(console.log);
 */
export const weightNorm = operator('weightNorm', { options: z.strictObject({}), columns, needs: ['gradient'] }, () => ({
  row: ({ state }: { readonly state: State }) => ({ weightNorm: Math.sqrt(sum(state.sums.weightNormSq)) }),
  ...memoryless,
}));
