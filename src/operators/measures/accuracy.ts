import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { accuracy as accuracyOf } from '../../math/losses/accuracy.ts';
import { memoryless } from '../../math/memory.ts';
import { requireNeeds } from '../../requirements.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

export const columns = { accuracy: float64('fraction of the training samples whose largest output is their label’s') };

/**
 * Measures the training accuracy of each row.
 *
 *     --{ state }-----------------{ state }-----------------|
 *       accuracy()
 *     --{ …, accuracy: 0.21 }-----{ …, accuracy: 0.24 }-----|
 *
 * - needs: `state` with pre-activations, over data with classes
 * - adds:  `accuracy`
 * - cost:  a look at the outputs that the row's loss was taken of: O(n·k)
 * - error: none; of equal outputs the first counts, and a sample with a NaN among its outputs counts as wrong
 *
 * @throws {TypeError} on assembly, if the data have no classes.
 * @example gradientDescent(run).pipe(take(1_000), accuracy()).subscribe(console.log);
 */
export const accuracy = operator(
  'accuracy',
  {
    options: z.strictObject({}),
    columns,
    check: (run) => requireNeeds('accuracy', run, ['preActivations', 'classes']),
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
