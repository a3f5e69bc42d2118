import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { accuracy as accuracyOf } from '../../math/losses/accuracy.ts';
import { memoryless } from '../../math/memory.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

const columns = {
  accuracy: float64('share of the training samples whose largest output is that of their label'),
};

/**
 * Measures the training accuracy of each row.
 *
 *     --{ state }-----------------{ state }-----------------|
 *       accuracy()
 *     --{ …, accuracy: 0.21 }-----{ …, accuracy: 0.24 }-----|
 *
 * - needs: `state` with pre-activations, over data with classes
 * - adds:  `accuracy`
 * - cost:  O(n·k): a pass over the outputs that the row's loss was computed from
 * - error: none. The first of equal outputs counts; a sample with a NaN output counts as wrong
 *
 * @throws {TypeError} when the chain is assembled, if the data have no classes.
 * @example gradientDescent(run).pipe(take(1_000), accuracy()).subscribe(console.log);
 */
export const accuracy = operator(
  'accuracy',
  {
    options: z.strictObject({}),
    columns,
    needs: ['preActivations', 'classes'],
  },
  () => {
    let f: Float64Array | undefined; // [n, k]
    return {
      row({ state }: { readonly state: State }) {
        const { dataset, tensors } = state.objective;
        if (!dataset?.labels) {
          throw new TypeError('accuracy: the objective must be over data with classes, got one without');
        }
        f ??= new Float64Array(dataset.n * dataset.k);
        const L = tensors.at(-1)!.layer;
        return { accuracy: accuracyOf(state.evaluation.preActivations!(L, f), dataset.labels) };
      },
      ...memoryless,
    };
  },
);
