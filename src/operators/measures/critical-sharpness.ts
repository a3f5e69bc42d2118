import { z } from 'zod';
import { float64, int32 } from '../../columns.ts';
import { forward } from '../../math/forward.ts';
import type { Evaluation } from '../../math/objective.ts';
import { bracketCrossing } from '../../math/theory/critical-scale.ts';
import { every, fraction } from '../../options.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

const columns = {
  criticalSharpness: float64('2/η_c, the middle of its bracket', '1/η'),
  criticalSharpnessError: float64('half the bracket that 2/η_c lies in', '1/η'),
  criticalLearningRate: float64('η_c: smallest learning rate along the update at which the loss would rise'),
  criticalPasses: int32('forward passes spent on this row', 'pass'),
};

interface Row {
  readonly state: State;
  readonly learningRate: number;
  readonly loss: number;
}

/**
 * Measures the critical sharpness 2/η_c of each row by a line search along its update. It stands in
 * for the sharpness and takes forward passes alone.
 *
 *     --{ state, loss, learningRate }------{ state, loss, learningRate }----|
 *       criticalSharpness()
 *     --{ …, criticalSharpness: 1.7 }------{ …, criticalSharpness: 1.8 }----|
 *
 * η_c is the smallest η at which L(θₜ + (η/ηₜ)·D) exceeds L(θₜ), with D the update that follows the
 * row. Under gradient descent on a quadratic, 2/η_c = gᵀHg/‖g‖². It never exceeds λ₁, and equals it
 * once the gradient has turned to the top eigenvector. The loss may rise and fall again along the
 * ray; the search finds a crossing, the first one if the loss stays above.
 *
 * - needs: `state`, `learningRate`, `loss`. The objective is opened a second time, because the
 *   row's evaluation stays at θₜ
 * - adds:  `criticalSharpness`, `criticalSharpnessError` [1/η], `criticalLearningRate`,
 *   `criticalPasses`
 * - cost:  `criticalPasses` forward passes, mostly 7, from the last row's η_c on (whole evaluations
 *   if the engine has no forward pass alone); the memory of a second evaluation
 * - error: `criticalSharpnessError`, half the bracket. 2⁻⁴⁰/η ± 2⁻⁴⁰/η if the loss rises nowhere
 *   up to 2⁴⁰ times the last η; Infinity if it rises at once, as along an update that is no
 *   direction of descent; NaN if η is 0, as at the end of a schedule, or the loss is not finite
 *
 * @param options.tol Width of the bracket, relative to η_c.
 * @throws {RangeError} if `tol` is not in (0, 1) or `every` not a positive integer.
 * @example gradientDescent(run).pipe(take(1_000), criticalSharpness()).subscribe(console.log);
 * @see Kalra et al. 2026, arXiv:2601.16979.
 */
export const criticalSharpness = operator(
  'criticalSharpness',
  {
    options: z.strictObject({
      every,
      tol: fraction.default(1 / 32).meta({ description: 'width of the bracket, relative to the learning rate' }),
    }),
    columns,
    reads: ['learningRate', 'loss'],
    needs: ['gradient'],
  },
  ({ tol }) => {
    let last: number | null = null; // η_c of the last row
    let opened: Opened | undefined;
    return {
      row({ state, learningRate, loss }: Row) {
        opened ??= open(state);
        const { theta, update } = state;
        const { lossAt, point } = opened;
        const along = (eta: number) => {
          const s = eta / learningRate;
          for (let i = 0; i < point.length; i++) point[i] = theta[i]! + s * update[i]!;
          return lossAt(point);
        };
        // a run that stands still has no direction
        if (!Number.isFinite(loss) || learningRate === 0) return of(NaN, NaN, 0);
        const { low, high, evaluations } = bracketCrossing(along, loss, last ?? learningRate, tol);
        const middle = Math.sqrt(low * high);
        last = middle > 0 && middle < Infinity ? middle : null;
        return of(low, high, evaluations);
      },
      snapshot: () => last,
      restore: (saved: number | null) => void (last = saved),
      close: () => opened?.evaluation.close(),
    };
  },
);

const of = (low: number, high: number, criticalPasses: number) => ({
  criticalSharpness: 1 / low + 1 / high, // (2/low + 2/high)/2
  criticalSharpnessError: low > 0 ? 1 / low - 1 / high : 1 / low,
  criticalLearningRate: Math.sqrt(low * high),
  criticalPasses,
});

interface Opened {
  readonly evaluation: Evaluation;
  readonly lossAt: (theta: Float64Array) => number;
  readonly point: Float64Array; // [d]
}

/** Opens a second evaluation of the row's objective, which may be moved off θₜ. */
function open({ objective, dim }: State): Opened {
  const evaluation = objective.open();
  return { evaluation, lossAt: forward(evaluation, objective.tensors), point: new Float64Array(dim) };
}
