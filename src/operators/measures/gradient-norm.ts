import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { sum } from '../../math/linalg/vector.ts';
import { memoryless } from '../../math/memory.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

export const columns = { gradientNorm: float64('‖∇L(θₜ)‖ over all parameters, biases included') };

/**
 * Adds the norm of the whole gradient. `gradientNormSq`, which every row has, is squared, per
 * layer, and without biases.
 *
 *     --{ state }---------------------{ state }---------------------|
 *       gradientNorm()
 *     --{ …, gradientNorm: 1.3 }------{ …, gradientNorm: 1.2 }------|
 *
 * - needs: `state`
 * - adds:  `gradientNorm`
 * - cost:  one addition a tensor, because the sums come with the gradient
 * - error: that of a sum of squares: below 1e-162 they underflow to 0
 *
 * @example gradientDescent(run).pipe(take(1_000), gradientNorm()).subscribe(console.log);
 */
export const gradientNorm = operator(
  'gradientNorm',
  { options: z.strictObject({}), columns, needs: ['gradient'] },
  () => ({
    row: ({ state }: { readonly state: State }) => ({ gradientNorm: Math.sqrt(sum(state.sums.gradientNormSq)) }),
    ...memoryless,
  }),
);
