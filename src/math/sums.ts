import { type Evaluation, emptySums, type Sums, type Tensor } from './objective.ts';
import { SUM_BLOCK } from './sum-block.ts';

/** Computes the inner products of θ and its gradient, block by block, into `out`. */
export function fillSums(tensors: readonly Tensor[], theta: Float64Array, gradient: Float64Array, out: Sums): void {
  for (const [t, { offset, rows, cols }] of tensors.entries()) {
    const end = offset + rows * cols;
    let ww = 0;
    let gg = 0;
    let wg = 0;
    for (let from = offset; from < end; from += SUM_BLOCK) {
      const to = Math.min(from + SUM_BLOCK, end);
      let ofW = 0;
      let ofG = 0;
      let ofBoth = 0;
      for (let i = from; i < to; i++) {
        const w = theta[i]!;
        const g = gradient[i]!;
        ofW += w * w;
        ofG += g * g;
        ofBoth += w * g;
      }
      ww += ofW;
      gg += ofG;
      wg += ofBoth;
    }
    out.weightNormSq[t] = ww;
    out.gradientNormSq[t] = gg;
    out.inner[t] = wg;
  }
}

const lists = ({ weightNormSq, gradientNormSq, inner }: Sums) => [weightNormSq, gradientNormSq, inner];

/**
 * Makes the function that evaluates, and fills the sums of an evaluation that leaves them alone.
 *
 * The first call finds out if it does: it hands in sums of NaN, and looks for those that are still
 * NaN though θ and the gradient give a number.
 *
 * - cost: nothing after the first call if the evaluation fills its sums, else three products a
 *   parameter
 */
export function evaluateWithSums(evaluation: Evaluation, tensors: readonly Tensor[]): Evaluation['evaluate'] {
  let fills: boolean | undefined;
  return (theta, gradient, sums) => {
    if (fills === undefined) for (const list of lists(sums)) list.fill(NaN);
    const loss = evaluation.evaluate(theta, gradient, sums);
    fills ??= areFilled(tensors, theta, gradient, sums);
    if (!fills) fillSums(tensors, theta, gradient, sums);
    return loss;
  };
}

function areFilled(tensors: readonly Tensor[], theta: Float64Array, gradient: Float64Array, sums: Sums): boolean {
  if (!lists(sums).some((list) => list.includes(NaN))) return true;
  const own = emptySums(tensors);
  fillSums(tensors, theta, gradient, own);
  return lists(sums).every((list, i) =>
    list.every((value, t) => !Number.isNaN(value) || Number.isNaN(lists(own)[i]![t])),
  );
}
