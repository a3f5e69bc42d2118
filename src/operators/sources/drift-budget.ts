import { sum } from '../../math/linalg/vector.ts';
import type { Objective } from '../../math/objective.ts';
import type { UpdateSums } from '../../math/optimizers/update-rule.ts';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { nativeRandom } from '../../math/random/native.ts';
import { requirePositive } from '../../math/require-number.ts';
import { requireOptions } from '../../math/require-options.ts';
import type { Schedule } from '../../math/schedules/schedule.ts';
import { largestRate } from '../../math/theory/drift-budget.ts';
import { lawsOf } from '../../math/theory/laws.ts';
import type { State } from '../../state.ts';
import type { Controller, Feedback } from './descent.ts';

/** Options of {@link driftBudget}. */
export interface DriftBudget {
  /** Upper bound of the learning rate. */
  readonly rate: number;
  /** Upper bound of |C_l − C_l(0)|; a function of the updates made so far must not decrease. */
  readonly budget: number | Schedule;
  /** c: the learning rate is at most c/λ₁(P⁻¹H). */
  readonly curvature?: number;
}

/** Products before the first step, from a random vector; each later step takes one. */
const firstProducts = 20;

/**
 * Makes a learning rate that controls how far a run breaks its conservation laws. At each step it
 * is the largest that keeps |C_l − C_l(0)| of every layer law within a budget, biases included.
 *
 * A step ηd moves C_l by exactly 2ηB(θ, d) + η²B(d, d). Both forms are known before the step is
 * made, so the budget holds exactly in the column `drift`; what rounding may add is kept back.
 * Every optimizer will do, because its update is linear in η.
 *
 * The budget wins over the loss. If only η = 0 is left, the run stands still and its rows go on
 * until the budget grows. A constant budget is spent early: if δ_l keeps its sign, nothing gives it
 * back. A {@link ramp} leaves room at every step.
 *
 * - needs: `hvp` of the objective
 * - cost:  one Hessian product a step, 20 before the first
 * - error: the laws are held without error. λ₁ comes from power iteration that starts at the last
 *   step's vector: ‖Mv‖ never exceeds the largest |λ| of M = P^(−½)HP^(−½), but it lags behind if
 *   that rises or turns. At c = 1 the step is below the edge if ‖Mv‖ is at least half of it
 *
 * @param given.curvature Default 1. Below 4/3, c/λ₁ is below the edge of every optimizer here.
 * @throws {RangeError} if `rate` or `budget` is not positive, or `curvature` not in (0, 2); the
 *   stream errs with one if the budget decreases, or is below the rounding of C_l.
 * @example
 * const learningRate = driftBudget({ rate: 1, budget: ramp(0.01, { steps: 2_000 }) });
 * gradientDescent({ objective: L, theta0: L.start(), learningRate })
 *   .pipe(take(2_001), conservation());
 */
export function driftBudget(given: DriftBudget): Feedback {
  const { rate, budget, curvature = 1 } = requireOptions('driftBudget', given, ['rate', 'budget', 'curvature']);
  requirePositive('driftBudget', { rate, curvature });
  if (!(curvature < 2)) throw new RangeError(`driftBudget: curvature must lie in (0, 2), got ${curvature}`);
  if (typeof budget !== 'function') requirePositive('driftBudget', { budget });
  const options = { rate, budget, curvature };
  const needs = ['hvp'] as const;
  return { who: 'driftBudget', needs, start: (objective) => new Budgeted(objective, options) };
}

interface Memory {
  readonly C0: Float64Array; // [laws]
  readonly size0: number; //    ‖θ₀‖²
  readonly v: Float64Array; //  [d], of length 1
}

class Budgeted implements Controller {
  readonly #options: Required<DriftBudget>;
  readonly #laws;
  readonly #forms;
  #begun: Memory | undefined;

  constructor(objective: Objective, options: Required<DriftBudget>) {
    this.#options = options;
    this.#laws = lawsOf(objective);
    const make = () => new Float64Array(this.#laws.size);
    this.#forms = { drift: make(), first: make(), second: make() };
  }

  rate(state: State, unit: UpdateSums, step: number): number {
    const { rate, curvature } = this.#options;
    const { drift, first, second } = this.#forms;
    const { ofSums } = this.#laws;
    ofSums!(state.sums.weightNormSq, drift);
    ofSums!(unit.inner, first);
    ofSums!(unit.normSq, second);
    const size = sum(state.sums.weightNormSq);
    const isFirst = !this.#begun;
    this.#begun ??= { C0: drift.slice(), size0: size, v: direction(state.theta.length) };
    const { C0, size0, v } = this.#begun;
    for (let l = 0; l < C0.length; l++) drift[l] = drift[l]! - C0[l]!;

    const unitRounding = (4 * state.theta.length + 16) * Number.EPSILON;
    const rounding = { fixed: unitRounding * Math.max(size, size0), growing: unitRounding * sum(unit.normSq) };
    const budget = this.#budget(step, rounding.fixed);
    const lambda = follow(state, v, isFirst ? firstProducts : 1);
    return largestRate(lambda > 0 ? Math.min(rate, curvature / lambda) : rate, budget, this.#forms, rounding);
  }

  /** Budget of the row after this step. */
  #budget(step: number, rounding: number): number {
    const { budget } = this.#options;
    if (typeof budget === 'number') {
      if (budget > rounding) return budget;
      throw new RangeError(
        `driftBudget: budget must be above what rounding makes of C_l, here ${rounding.toPrecision(2)}, got ${budget}`,
      );
    }
    const [now, next] = [budget(step), budget(step + 1)];
    if (next >= now) return next;
    throw new RangeError(`driftBudget: budget must not decrease, got ${next} after ${now} at step ${step + 1}`);
  }

  snapshot(): Memory | undefined {
    return this.#begun;
  }

  restore(saved: Memory | undefined): void {
    this.#begun = saved;
  }
}

/** Random vector of length 1, the same for every run of that dimension. [d] */
function direction(dim: number): Float64Array {
  const v = nativeRandom(fingerprint('driftBudget')).normal(dim);
  const length = Math.sqrt(sum(v.map((x) => x * x)));
  return v.map((x) => x / length);
}

/** Moves v on by power iteration on M = P^(−½)HP^(−½). Returns the last ‖Mv‖. */
function follow(state: State, v: Float64Array, products: number): number {
  const P = state.preconditioner;
  const { hvp } = state;
  const scaled = new Float64Array(v.length); // [d]
  const Mv = new Float64Array(v.length); //     [d]
  let lambda = 0;
  for (let k = 0; k < products; k++) {
    for (let i = 0; i < v.length; i++) scaled[i] = P ? v[i]! / Math.sqrt(P[i]!) : v[i]!;
    hvp(scaled, Mv);
    let square = 0;
    for (let i = 0; i < v.length; i++) {
      if (P) Mv[i] = Mv[i]! / Math.sqrt(P[i]!);
      square += Mv[i]! * Mv[i]!;
    }
    lambda = Math.sqrt(square);
    if (!(lambda > 0 && lambda < Infinity)) return lambda; // flat or diverged: v stays
    for (let i = 0; i < v.length; i++) v[i] = Mv[i]! / lambda;
  }
  return lambda;
}
