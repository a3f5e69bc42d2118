import { z } from 'zod';
import { float64, float64s } from '../../columns.ts';
import type { State } from '../../state.ts';
import { derive } from '../transforms/derive.ts';

interface Row {
  readonly state: State;
}

export const gradientColumns = { gradientNorm: float64('‖∇L(θₜ)‖ over all parameters, biases included') };
export const weightColumns = { weightNorm: float64('‖θₜ‖ over all parameters, biases included') };
export const updateColumns = {
  updateNorm: float64('‖θₜ₊₁ − θₜ‖ over all parameters, biases included'),
  updateNormSq: float64s('‖W_l(t+1) − W_l(t)‖², one entry per layer l = 1 … L, biases apart'),
};

/** The options of {@link gradientNorm}, {@link weightNorm} and {@link updateNorm} in a spec. */
export const options = z.strictObject({});

/** √(Σ_b ‖·_b‖²) over the tensors. */
const whole = (normSq: Float64Array): number => Math.sqrt(normSq.reduce((sum, one) => sum + one, 0));

/**
 * Adds the norm of the whole gradient; `gradientNormSq`, which every row has, is squared and per layer, biases apart.
 *
 *     --{ state }---------------------{ state }---------------------|
 *       gradientNorm()
 *     --{ …, gradientNorm: 1.3 }------{ …, gradientNorm: 1.2 }------|
 *
 * - needs: `state`
 * - adds:  `gradientNorm`
 * - cost:  one addition a tensor: the sums come with the gradient
 * - error: that of a sum of squares: below 1e-162 they underflow to 0
 *
 * @example gradientDescent(run).pipe(take(1_000), gradientNorm()).subscribe(console.log);
 */
export const gradientNorm = () =>
  derive(
    gradientColumns,
    ({ state }: Row) => ({ gradientNorm: whole(state.sums.gradientNormSq) }),
    needs('gradientNorm'),
  );

/**
 * Adds the norm of all parameters; `weightNormSq`, which every row has, is squared and per layer, biases apart.
 *
 *     --{ state }-------------------{ state }-------------------|
 *       weightNorm()
 *     --{ …, weightNorm: 4.7 }------{ …, weightNorm: 4.8 }------|
 *
 * - needs: `state`
 * - adds:  `weightNorm`
 * - cost:  one addition a tensor: the sums come with the gradient
 * - error: that of a sum of squares
 *
 * @example gradientDescent(run).pipe(take(1_000), weightNorm()).subscribe(console.log);
 */
export const weightNorm = () =>
  derive(weightColumns, ({ state }: Row) => ({ weightNorm: whole(state.sums.weightNormSq) }), needs('weightNorm'));

/**
 * Adds the length of the step that follows each row, whole and per layer.
 *
 *     --{ state }--------------------{ state }--------------------|
 *       updateNorm()
 *     --{ …, updateNorm: 0.013 }-----{ …, updateNorm: 0.012 }-----|
 *
 * - needs: `state`
 * - adds:  `updateNorm`, `updateNormSq`
 * - cost:  one addition a tensor for gradient descent; O(d) for a rule that does not know the sums of its update
 * - error: that of a sum of squares: below 1e-162 they underflow to 0
 *
 * @example gradientDescent(run).pipe(take(1_000), updateNorm()).subscribe(console.log);
 */
export const updateNorm = () =>
  derive(
    updateColumns,
    ({ state }: Row) => {
      const { normSq } = state.updateSums;
      const { tensors } = state.objective;
      return { updateNorm: whole(normSq), updateNormSq: normSq.filter((_, t) => tensors[t]!.kind === 'weight') };
    },
    needs('updateNorm'),
  );

const needs = (operator: string) => ({ operator, needs: ['gradient'] as const });
