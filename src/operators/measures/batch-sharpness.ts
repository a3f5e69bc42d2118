import { z } from 'zod';
import { float64, int32, type Values } from '../../columns.ts';
import { dot } from '../../math/linalg/vector.ts';
import { type BatchEvaluation, emptySums } from '../../math/objective.ts';
import { requireCounts } from '../../math/require-number.ts';
import { meanAndError } from '../../math/stats/mean-and-error.ts';
import type { State } from '../../state.ts';
import type { Adds } from '../transforms/derive.ts';
import { type At, measureEvery } from '../transforms/measure.ts';

export const columns = {
  batchSharpness: float64('E[gᵀHg/‖g‖²] over mini-batches, g and H of the batch: held against 2/η for SGD', '1/η'),
  batchSharpnessError: float64('its standard error: deviation over the batches drawn, divided by √batches', '1/η'),
  batchProducts: int32('Hessian-vector products of a batch spent on this row', 'product'),
};

/** The options of {@link batchSharpness} in a spec. */
export const options = z.strictObject({
  batch: z.int().positive().meta({ description: 'samples of a batch: as many as the optimizer takes' }),
  batches: z.int().min(2).default(16).meta({ description: 'batches drawn for a value' }),
  every: z.int().positive().default(1).meta({ description: 'measured at steps divisible by it; null in between' }),
});

/** The options of {@link batchSharpness}. */
export interface BatchSharpnessOptions {
  readonly batch: number;
  readonly batches?: number;
  readonly every?: number;
}

interface Row {
  readonly state: State;
  readonly step: number;
}

/**
 * Measures the batch sharpness, the curvature that mini-batch SGD meets along its own steps: E[gᵀHg/‖g‖²] over batches,
 * with g and H those of the batch. SGD hovers where it reaches 2/η, while λ₁ of the whole loss stays below.
 *
 *     --{ step: 0, state }-------------------------{ step: 1, state }-----------------------|
 *       batchSharpness({ batch: 8 })
 *     --{ …, batchSharpness: 3.1, …Error: 0.2 }----{ …, batchSharpness: 3.3, …Error: 0.2 }--|
 *
 * - needs: `state` with batches and Hessian products
 * - adds:  `batchSharpness`, `batchSharpnessError` [1/η], `batchProducts`; null between the rows of the cadence
 * - cost:  `batches` gradients and products of a batch, and the workspace of one
 * - error: `batchSharpnessError`, of batches drawn independently, each without repetition. NaN where the gradient of a
 *   batch is zero, for the quotient has no value there
 *
 * @param batches Default 16.
 * @param every Default 1.
 * @throws {RangeError} if `batch` or `every` is no positive integer or `batches` none above 1; on assembly, if `batch` is
 *   above the number of samples.
 * @example sgd({ ...run, batch: 8, seed: 1 }).pipe(take(1_000), batchSharpness({ batch: 8, every: 10 }))
 * @see Andreyev and Beneventano 2024, arXiv:2412.20553.
 */
export function batchSharpness<const O extends BatchSharpnessOptions>(options: O): Adds<Row, At<O, typeof columns>> {
  const { batch, batches = 16, every = 1 } = options;
  requireCounts('batchSharpness', { batch });
  requireCounts('batchSharpness', { batches }, 2);
  return measureEvery(
    every,
    columns,
    ({ random }) => {
      let evaluation: BatchEvaluation | undefined;
      return {
        row({ state }: Row): Values<typeof columns> {
          const { n, open } = state.objective.batches!;
          evaluation ??= open(batch);
          const quotient = quotientOn(evaluation, state);
          const values = Array.from({ length: batches }, () => quotient(random.permutation(n).subarray(0, batch)));
          const [batchSharpness, batchSharpnessError] = meanAndError(values);
          return { batchSharpness, batchSharpnessError, batchProducts: batches };
        },
        snapshot: () => null,
        restore: () => {},
        close: () => evaluation?.close(),
      };
    },
    {
      operator: 'batchSharpness',
      needs: ['hessianProduct', 'batches'],
      samples: { atLeast: batch, for: 'batch' },
    },
  ) as Adds<Row, At<O, typeof columns>>;
}

/** gᵀHg/‖g‖² of the batch of these rows, at the parameters of a row of the run. */
function quotientOn(evaluation: BatchEvaluation, { theta, dim, objective }: State) {
  const sums = emptySums(objective.tensors);
  const g = new Float64Array(dim); //  [d]
  const Hg = new Float64Array(dim); // [d]
  return (rows: Int32Array): number => {
    evaluation.select(rows);
    evaluation.evaluate(theta, g, sums);
    evaluation.hvp(g, Hg);
    return dot(g, Hg) / dot(g, g);
  };
}
