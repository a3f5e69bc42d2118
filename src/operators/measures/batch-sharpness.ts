import { z } from 'zod';
import { float64, int32 } from '../../columns.ts';
import { dot } from '../../math/linalg/vector.ts';
import { memoryless } from '../../math/memory.ts';
import { type BatchEvaluation, emptySums } from '../../math/objective.ts';
import { meanAndError } from '../../math/stats/mean-and-error.ts';
import { count, every } from '../../options.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

const columns = {
  batchSharpness: float64('E[gᵀHg/‖g‖²] over mini-batches, g and H of the batch; its edge under SGD is 2/η', '1/η'),
  batchSharpnessError: float64('standard error of it: deviation over the drawn batches, divided by √batches', '1/η'),
  batchProducts: int32('Hessian-vector products of a batch spent on this row', 'product'),
};

/**
 * Measures the batch sharpness: E[gᵀHg/‖g‖²] over mini-batches, with g and H those of the batch. It
 * is the curvature along the steps of mini-batch SGD, which hovers if it reaches 2/η, while λ₁ of
 * the whole loss stays below.
 *
 *     --{ step: 0, state }-------------------------{ step: 1, state }-----------------------|
 *       batchSharpness({ batch: 8 })
 *     --{ …, batchSharpness: 3.1, …Error: 0.2 }----{ …, batchSharpness: 3.3, …Error: 0.2 }--|
 *
 * - needs: `state` with batches and Hessian products
 * - adds:  `batchSharpness`, `batchSharpnessError` [1/η], `batchProducts`
 * - cost:  `batches` gradients and products of a batch, and the workspace of one
 * - error: `batchSharpnessError`, from batches drawn independently, each without repetition; NaN if
 *   the gradient of a batch is zero
 *
 * @param options.batches Default 16.
 * @param options.every Default 1.
 * @throws {RangeError} if `batch` or `every` is not a positive integer, or `batches` not an integer
 *   above 1; when the chain is assembled, if `batch` exceeds the number of samples.
 * @example
 * sgd({ ...run, batch: 8, seed: 1 })
 *   .pipe(take(1_000), batchSharpness({ batch: 8, every: 10 }));
 * @see Andreyev and Beneventano 2024, arXiv:2412.20553.
 */
export const batchSharpness = operator(
  'batchSharpness',
  {
    options: z.strictObject({
      batch: count.meta({ description: 'samples of a batch; take the batch size of the optimizer' }),
      batches: z.int().min(2).default(16).meta({ description: 'batches drawn for a value' }),
      every,
    }),
    columns,
    needs: ['hvp', 'batches'],
    check(run, { batch }) {
      const { n } = run!.objective.batches!;
      if (batch <= n) return;
      throw new RangeError(`batchSharpness: batch must be at most the number of samples, ${n}, got ${batch}`);
    },
  },
  ({ batch, batches }, { random }) => {
    let evaluation: BatchEvaluation | undefined;
    return {
      row({ state }: { readonly state: State }) {
        const { n, open } = state.objective.batches!;
        evaluation ??= open(batch);
        const quotient = quotientOn(evaluation, state);
        const values = Array.from({ length: batches }, () => quotient(random.permutation(n).subarray(0, batch)));
        const [batchSharpness, batchSharpnessError] = meanAndError(values);
        return { batchSharpness, batchSharpnessError, batchProducts: batches };
      },
      ...memoryless,
      close: () => evaluation?.close(),
    };
  },
);

/** Makes the function that computes gᵀHg/‖g‖² of the batch with these samples, at θₜ. */
function quotientOn(evaluation: BatchEvaluation, { theta, dim, objective }: State) {
  const sums = emptySums(objective.tensors);
  const g = new Float64Array(dim); //  [d]
  const Hg = new Float64Array(dim); // [d]
  return (rows: Int32Array): number => {
    evaluation.select(rows);
    evaluation.evaluate(theta, g, sums);
    evaluation.hvp!(g, Hg);
    return dot(g, Hg) / dot(g, g);
  };
}
