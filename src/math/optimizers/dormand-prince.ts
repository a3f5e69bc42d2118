import { exp, log } from '../functions.ts';
import { norm } from '../linalg/vector.ts';
import { type Evaluation, emptySums, type Objective } from '../objective.ts';
import type { UpdateRule } from './update-rule.ts';

/** Weights of the stages k₁ … k₇ in each stage's argument; the last row is the solution of order 5 itself. */
const stages = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** What the solution of order 5 has more than that of order 4. */
const difference = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/** The h·λ up to which the solution of order 5 is stable on θ′ = −λθ. */
const stable = 3.306567892634946;

/** A step grows or shrinks by no more than this at once, and aims at this share of the tolerance's step. */
const [shrink, grow, safety] = [0.2, 5, 0.9];
/** Where the gradient vanishes no step is too long; this is as good as for ever. */
const longest = 1e100;

interface Flown {
  time: number; //   of the row
  h: number; //      of the next step, before it is tried
}

/**
 * The flow θ′ = −∇L(θ) by the pair of Dormand and Prince, orders 5 and 4; a step is taken again, shorter, until the two
 * differ by at most `tolerance`·max(1, ‖θ‖) in the Euclidean norm. The solution of order 5 goes on.
 *
 * - cost: six gradients a try, at points of an evaluation of its own
 *
 * @see Dormand and Prince 1980, A family of embedded Runge-Kutta formulae (J. Comput. Appl. Math. 6), RK5(4)7M; Hairer,
 *   Nørsett and Wanner 1993, Solving Ordinary Differential Equations I, section II.4, for the step size.
 */
export function dormandPrinceRule(objective: Objective, tolerance: number): UpdateRule {
  const { dim, tensors } = objective;
  const sums = emptySums(tensors);
  const k = Array.from({ length: 7 }, () => new Float64Array(dim)); // gradients: −k of the textbook [7][d]
  const at = new Float64Array(dim); // [d]
  let evaluation: Evaluation | undefined;
  let flown: Flown | undefined;
  let [time, h, error] = [0, 0, 0]; // of the step from the last row

  /** out ← −h Σ weights·k. */
  const combine = (weights: readonly number[], step: number, out: Float64Array) => {
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j]! * k[j]![i]!;
      out[i] = -step * sum;
    }
  };

  /** Writes the update of a step into `out`, and returns the difference of the two orders. */
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
      flown ??= { time: 0, h: slope > 0 ? (0.01 * size) / slope : longest };
      let rejected = false;
      for (h = flown.h; ; ) {
        error = attempt(theta, h, out) / size;
        if (error <= tolerance || !Number.isFinite(slope)) break;
        rejected = true;
        h *= Number.isFinite(error) ? factor(error) : shrink;
      }
      time = flown.time;
      const next = h * (rejected ? Math.min(1, factor(error)) : factor(error));
      flown = { time: time + h, h: Math.min(longest, next) };
    },
    actualLearningRate: () => h,
    ownColumns: () => ({ time, localError: error }),
    edge: (step) => stable / step,
    snapshot: () => flown,
    restore: (saved) => void (flown = saved as Flown | undefined),
    close: () => evaluation?.close(),
  };

  function factor(error: number): number {
    if (error === 0) return grow;
    return Math.min(grow, Math.max(shrink, safety * exp(log(tolerance / error) / 5)));
  }
}
