import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { dormandPrinceRule } from '../../math/optimizers/dormand-prince.ts';
import { fraction } from '../../options.ts';
import type { Descent } from './descend.ts';
import { optimizer } from './optimizer.ts';

export const columns = {
  time: float64('time t of the flow θ′ = −∇L(θ)'),
  localError: float64('‖difference of the orders 5 and 4‖/max(1, ‖θ‖) of the step that follows: its error, estimated'),
};

const options = z.strictObject({
  tolerance: fraction.default(1e-6).meta({ description: 'of the local error of a step, relative to ‖θ‖' }),
});

/**
 * Gradient flow θ′ = −∇L(θ), integrated by an adaptive Runge-Kutta pair (Dormand and Prince, orders 5 and 4): a row per
 * step that was accepted, the first at time 0; never completes.
 *
 *     --{ step: 0, time: 0, learningRate: 0.013, … }--{ step: 1, time: 0.013, learningRate: 0.064, … }--…
 *
 * Every conservation law holds but for the error of the integrator: |C_l(t) − C_l(0)| is of the order of
 * 2 Σ `localError`·max(1, ‖θ‖²) and of no more, whatever the time; gradient descent drifts by η²S.
 *
 * - adds:  `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`; `time`, `localError`. `learningRate` is the
 *   length h of the step that follows
 * - cost:  seven gradients a row, six more for each step that is tried in vain; a second workspace
 * - error: `localError` ≤ `tolerance`. It is that of the solution of order 4, while the one of order 5 goes on
 * - edge:  3.3066/h, where the stability of the pair ends: on a stiff loss the steps are held below it by the tolerance
 *
 * @param tolerance Default 1e-6. Where ReLU kinks are crossed the steps shrink with it, and a run that slides along one takes
 *   1/tolerance of them: 1e-7 is as fine as such networks are worth, smooth ones take 1e-10.
 * @throws {RangeError} if `tolerance` is not in (0, 1).
 * @example
 * gradientFlow({ objective: L, theta0: L.start() }).pipe(takeWhile(({ time }) => time < 20), conservation());
 * @see Elkabetz and Cohen 2021, arXiv:2107.06608, for how near gradient descent stays to it.
 */
export const gradientFlow = optimizer<typeof options, typeof columns, Omit<Descent, 'learningRate'>>('gradientFlow', {
  options,
  columns,
  rule: ({ tolerance }, { objective }) => dormandPrinceRule(objective, tolerance),
  ledger: () => 'constant',
  selfPaced: true,
});
