import { z } from 'zod';
import { float64 } from '../../columns.ts';
import { dormandPrinceRule } from '../../math/optimizers/dormand-prince.ts';
import { fraction } from '../../options.ts';
import type { Descent } from './descent.ts';
import { optimizer } from './optimizer.ts';

export const columns = {
  time: float64('time t of the flow θ′ = −∇L(θ)'),
  localError: float64('estimated error of the step that follows: ‖order 5 − order 4‖/max(1, ‖θ‖)'),
};

const options = z.strictObject({
  tolerance: fraction.default(1e-6).meta({ description: 'bound of the local error of a step, relative to ‖θ‖' }),
});

/**
 * Makes the steps of gradient flow θ′ = −∇L(θ), integrated by the adaptive Runge-Kutta pair of
 * Dormand and Prince, orders 5 and 4. Each accepted step is a row, the first at time 0. It never
 * completes.
 *
 *     --{ time: 0, learningRate: 0.013, … }--{ time: 0.013, learningRate: 0.064, … }--…
 *
 * Every conservation law holds up to the error of the integrator: |C_l(t) − C_l(0)| is of the order
 * of 2 Σ `localError`·max(1, ‖θ‖²), whatever the time. Gradient descent drifts by η²S.
 *
 * - adds:  `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`; `time`, `localError`.
 *   `learningRate` is the length h of the step that follows
 * - cost:  seven gradients a row, six more for each rejected step; a second workspace
 * - error: `localError` ≤ `tolerance`. It is the error of order 4; the solution of order 5 goes on
 * - edge:  3.3066/h, the end of the pair's stability; on a stiff loss the tolerance keeps h below
 *   it
 *
 * @param tolerance Default 1e-6. Steps shrink with it if ReLU kinks are crossed, and a run that
 *   slides along a kink takes 1/tolerance steps. Use 1e-7 at the finest there; smooth networks take
 *   1e-10.
 * @throws {RangeError} if `tolerance` is not in (0, 1).
 * @example
 * gradientFlow({ objective: L, theta0: L.start() })
 *   .pipe(takeWhile(({ time }) => time < 20), conservation());
 * @see Elkabetz and Cohen 2021, arXiv:2107.06608, for how near gradient descent stays to it.
 */
export const gradientFlow = optimizer<typeof options, typeof columns, Omit<Descent, 'learningRate'>>('gradientFlow', {
  options,
  columns,
  rule: ({ tolerance }, { objective }) => dormandPrinceRule(objective, tolerance),
  ledger: () => 'constant',
  selfPaced: true,
});
