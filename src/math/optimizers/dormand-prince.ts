import { exp, log } from '../functions.ts';
import { norm } from '../linalg/vector.ts';
import { type Evaluation, emptySums, type Objective } from '../objective.ts';
import type { UpdateRule } from './update-rule.ts';

/**
 * Weights of k₁ … k₆ in the argument of each next stage; the last row is the solution of order 5.
 */
const stages = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Weights of the solution of order 5 minus those of order 4. */
const difference = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/** Largest h·λ at which the solution of order 5 is stable on θ′ = −λθ. */
const stable = 3.306567892634946;

/**
 * Least and greatest factor of the next step, and its share of the step that the tolerance allows.
 */
const [shrink, grow, safety] = [0.2, 5, 0.9];
/** Longest step, taken if the gradient vanishes. */
const longest = 1e100;

/** Position on the flow. */
interface FlowPosition {
  time: number; // of the next row
  h: number; //    first try of the next step
}

/**
 * Follows the flow θ′ = −∇L(θ) by the pair of Dormand and Prince, orders 5 and 4. Repeats a step,
 * shorter each time, until the two solutions differ by at most `tolerance`·max(1, ‖θ‖) in the
 * Euclidean norm. Goes on from the solution of order 5.
 *
 * - cost: six gradients a try, in an evaluation of its own
 *
 * @see Dormand and Prince 1980, A family of embedded Runge-Kutta formulae (J. Comput. Appl. Math.
 *   6), RK5(4)7M; Hairer, Nørsett and Wanner 1993, Solving Ordinary Differential Equations I,
 *   section II.4, for the step size.
 */
export function dormandPrinceRule(objective: Objective, tolerance: number): UpdateRule {
  const { dim, tensors } = objective;
  const sums = emptySums(tensors);
  // gradients, −k of the textbook [7][d]
  const k = Array.from({ length: 7 }, () => new Float64Array(dim));
  const at = new Float64Array(dim); // [d]
  let evaluation: Evaluation | undefined;
  let position: FlowPosition | undefined;
  let [time, h, error] = [0, 0, 0]; // of the last update

  /** out ← −h Σ weights·k. */
  const combine = (weights: readonly number[], step: number, out: Float64Array) => {
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j]! * k[j]![i]!;
      out[i] = -step * sum;
    }
  };

  /** Writes the update of a step into `out`. Returns the distance of the two solutions. */
  function attempt(theta: Float64Array, step: number, out: Float64Array): number {
    for (const [s, weights] of stages.entries()) {
      combine(weights, step, out);
      for (let i = 0; i < dim; i++) at[i] = theta[i]! + out[i]!;
      evaluation!.evaluate(at, k[s + 1]!, sums);
    }
    combine(difference, step, at);
    return norm(at);
  }

  return {
    update(gradient, theta, _eta, out) {
      evaluation ??= objective.open();
      k[0]!.set(gradient);
      const size = Math.max(1, norm(theta));
      const slope = norm(gradient);
      position ??= { time: 0, h: slope > 0 ? (0.01 * size) / slope : longest };
      let rejected = false;
      for (h = position.h; ; ) {
        error = attempt(theta, h, out) / size;
        if (error <= tolerance || !Number.isFinite(slope)) break;
        rejected = true;
        h *= Number.isFinite(error) ? factor(error) : shrink;
      }
      time = position.time;
      const next = h * (rejected ? Math.min(1, factor(error)) : factor(error));
      position = { time: time + h, h: Math.min(longest, next) };
    },
    actualLearningRate: () => h,
    ownColumns: () => ({ time, localError: error }),
    edge: (step) => stable / step,
    snapshot: () => position,
    restore: (saved) => void (position = saved as FlowPosition | undefined),
    close: () => evaluation?.close(),
  };

  function factor(error: number): number {
    if (error === 0) return grow;
    return Math.min(grow, Math.max(shrink, safety * exp(log(tolerance / error) / 5)));
  }
}
