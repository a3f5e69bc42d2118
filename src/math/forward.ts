import { type Evaluation, emptySums, type Tensor } from './objective.ts';

/**
 * Makes the function that computes L(θ): a forward pass, or a whole evaluation if the engine has no
 * forward pass alone. The outputs can be asked for after it.
 */
export function forward(evaluation: Evaluation, tensors: readonly Tensor[]): (theta: Float64Array) => number {
  if (evaluation.loss) return evaluation.loss.bind(evaluation);
  const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const [gradient, sums] = [new Float64Array(dim), emptySums(tensors)];
  return (theta) => evaluation.evaluate(theta, gradient, sums);
}
