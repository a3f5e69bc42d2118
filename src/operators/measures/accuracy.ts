import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { accuracy as accuracyOf } from '../../math/losses/accuracy.ts';
import type { State } from '../../state.ts';
import { measure } from '../transforms/measure.ts';

export const columns = { accuracy: float64('fraction of the training samples whose largest output is their label’s') };

/** The options of {@link accuracy} in a spec. */
export const options = z.strictObject({});

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
export function accuracy() {
  return measure(
    columns,
    () => {
      let f: Float64Array | undefined; // [n, k]
      return {
        row({ state }: { readonly state: State }) {
          const { dataset, tensors } = state.objective;
          if (!dataset?.labels)
            throw new TypeError('accuracy: the objective must be over data with classes, got one without');
          f ??= new Float64Array(dataset.n * dataset.k);
          const L = tensors.at(-1)!.layer;
          return { accuracy: accuracyOf(state.evaluation.preActivations!(L, f), dataset.labels) };
        },
        snapshot: () => null,
        restore: () => {},
      };
    },
    { operator: 'accuracy', needs: ['preActivations', 'classes'] },
  );
}
