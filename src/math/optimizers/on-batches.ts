import { Batches, type BatchesState } from '../data/batches.ts';
import { type BatchEvaluation, type Batched, type Evaluation, emptySums, type Objective } from '../objective.ts';
import { evaluateWithSums } from '../sums.ts';
import type { UpdateRule } from './update-rule.ts';

export interface OnBatches {
  /** Samples in a batch. */
  readonly batch: number;
  readonly seed: number;
}

/** Applies a rule to the gradient of one mini-batch a step, in the order of {@link Batches}. */
export function onBatches(
  inner: UpdateRule,
  { dim, tensors }: Objective,
  batches: Batched,
  { batch, seed }: OnBatches,
): UpdateRule {
  const order = new Batches(batches.n, batch, seed);
  let evaluation: BatchEvaluation | undefined;
  let evaluate: Evaluation['evaluate'];
  const gradient = new Float64Array(dim); // [d]
  const sums = emptySums(tensors);
  return {
    ...inner,
    update(_gradient, theta, eta, out) {
      if (!evaluation) {
        evaluation = batches.open(batch);
        evaluate = evaluateWithSums(evaluation, tensors);
      }
      evaluation.select(order.next());
      evaluate(theta, gradient, sums);
      inner.update(gradient, theta, eta, out);
    },
    stepGradient: () => ({ gradient, sums }),
    usesMiniBatch: batch < batches.n,
    snapshot: () => ({ order: order.snapshot(), inner: inner.snapshot() }),
    restore(saved) {
      const { order: at, inner: memory } = saved as { order: BatchesState; inner: unknown };
      order.restore(at);
      inner.restore(memory);
    },
    close: () => evaluation?.close(),
  };
}
