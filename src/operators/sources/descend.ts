import type { Observer } from 'rxjs';
import { type Columns, float64, float64s, int32, type Values } from '../../columns.ts';
import { type Capability, emptySums, type Objective, type Tensor } from '../../math/objective.ts';
import { emptyUpdateSums, type Rule, type UpdateSums } from '../../math/optimizers/rule.ts';
import { checkMode, type Memory, type Run, type Snapshot, State } from '../../state.ts';
import { type EdgeOf, type Flat, Stream } from '../../stream.ts';

export type { Rule } from '../../math/optimizers/rule.ts';

/** One row of a run: the parameters after `step` updates. */
export interface Step {
  readonly state: State;
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly weightNormSq: Float64Array; //   [L]
  readonly gradientNormSq: Float64Array; // [L]
}

export const columns = {
  step: int32('updates made so far', 'step'),
  learningRate: float64('learning rate η of the update that follows'),
  loss: float64('training loss L(θₜ)'),
  weightNormSq: float64s('‖W_l‖², one entry per layer l = 1 … L, biases apart'),
  gradientNormSq: float64s('‖∂L/∂W_l‖², one entry per layer l = 1 … L, biases apart'),
};

/** Chooses the learning rate of each update from where the run stands. */
export interface Controller extends Memory {
  /**
   * η of the update that follows; at 0 the run stands still.
   *
   * @param run  At θₜ; its `update` is the update at η = 1, which the one that is made is η times.
   * @param unit The inner products of that update.
   */
  rate(run: Run, unit: UpdateSums, step: number): number;
}

/** A learning rate that is fed back: `start` runs once per subscriber. */
export interface Feedback {
  /** Who asks, and for what of the objective. */
  readonly who: string;
  readonly needs: readonly Capability[];
  start(objective: Objective): Controller;
}

/** η, or η as a function of the updates made so far, or one that looks at the run. */
export type LearningRate = number | ((step: number) => number) | Feedback;

/** What every source of a descent takes: where it begins, and how fast it goes. */
export interface Descent {
  readonly objective: Objective;
  readonly theta0: Float64Array; // [d]
  readonly learningRate: LearningRate;
  /** Goes on after the row that this snapshot was taken at. */
  readonly from?: Snapshot;
}

/** Milliseconds a source works before it lets timers, sockets and Ctrl-C have their turn. */
const slice = 8;

/**
 * The stream of an optimizer's steps; emits θ₀ first and never completes.
 *
 * It works in slices and yields in between, so unsubscribing from outside stops it within one slice. The engine is
 * opened per subscriber and closed when that one leaves.
 *
 * @param rule Made once per subscriber, and once for what it says of itself before it is asked for an update.
 * @param own  The columns of the rule's `cells`.
 * @throws {TypeError} if `theta0` or `from` has not the length of θ, or the objective not what is needed. @throws {RangeError} if `learningRate` is a number
 *   that is not positive; the stream errs with one where a schedule gives a number that is negative or not finite.
 */
export function descend<C extends Columns = Record<never, never>>(
  who: string,
  { objective, theta0, learningRate, from }: Descent,
  rule: () => Rule,
  own?: C,
): Stream<Flat<Step & Values<C>>> {
  if (theta0.length !== objective.dim) {
    throw new TypeError(`${who}: theta0 must have ${objective.dim} entries, got ${theta0.length}`);
  }
  if (typeof learningRate === 'number' && !(learningRate > 0 && learningRate < Infinity)) {
    throw new RangeError(`${who}: learningRate must be positive and finite, got ${learningRate}`);
  }
  const { who: asks, needs } = typeof learningRate === 'object' ? learningRate : { who, needs: ['gradient'] as const };
  if (needs.some((need) => !objective.capabilities.includes(need))) {
    const [needed, offered] = [needs, objective.capabilities].map((names) => names.join(', '));
    throw new TypeError(`${asks}: needs ${needed} of the objective, but it offers ${offered}`);
  }
  if (from && (from.theta.length !== objective.dim || from.update.length !== objective.dim)) {
    throw new TypeError(
      `${who}: from must be a snapshot of ${objective.dim} parameters, got one of ${from.theta.length}`,
    );
  }
  const shape = {
    columns: own ? { ...columns, ...own } : columns,
    capabilities: objective.capabilities,
    dim: objective.dim,
    samples: objective.dataset?.n ?? objective.batches?.n ?? 0,
    edgeOf: edgeOf(rule()),
    fresh: true,
  };
  return new Stream<Flat<Step & Values<C>>>(shape, (subscriber) => {
    const steps = new Steps(who, { objective, theta0, learningRate, ...(from && { from }) }, rule());
    let next: NodeJS.Immediate | undefined;
    const work = () => {
      try {
        const until = performance.now() + slice;
        do steps.emit(subscriber as Observer<Step>);
        while (!subscriber.closed && performance.now() < until);
        if (!subscriber.closed) next = setImmediate(work);
      } catch (error) {
        subscriber.error(error);
      }
    };
    subscriber.add(() => {
      clearImmediate(next);
      steps.close();
    });
    work();
  });
}

const edgeOf = ({ partial, preconditioner }: Rule): EdgeOf =>
  partial ? 'batch' : preconditioner ? 'preconditioned' : 'hessian';

/** One subscription: the buffers, and the loop over them a step at a time. */
class Steps {
  readonly #who: string;
  readonly #run: Run;
  readonly #rule: Rule;
  readonly #schedule: (step: number) => number;
  readonly #controller: Controller | undefined;
  readonly #weights: { readonly index: number; readonly tensor: Tensor }[];
  readonly #check = checkMode();
  #step: number;
  #learningRate = Number.NaN; // of the last update
  #updateSums: UpdateSums;

  constructor(who: string, { objective, theta0, learningRate, from }: Descent, rule: Rule) {
    const isFeedback = typeof learningRate === 'object';
    const controller = isFeedback ? learningRate.start(objective) : undefined;
    if (from) {
      // may throw, so before anything is opened
      rule.restore(structuredClone(from.optimizer));
      if (from.schedule !== undefined) controller?.restore(structuredClone(from.schedule));
    }
    const { dim, tensors } = objective;
    this.#who = who;
    this.#updateSums = emptyUpdateSums(tensors);
    this.#rule = rule;
    this.#controller = controller;
    this.#schedule = typeof learningRate === 'function' ? learningRate : () => learningRate as number;
    this.#weights = tensors
      .map((tensor, index) => ({ tensor, index }))
      .filter(({ tensor }) => tensor.kind === 'weight');
    const run: Run = (this.#run = {
      objective,
      evaluation: objective.open(),
      theta: theta0.slice(), //             [d]
      gradient: new Float64Array(dim), //   [d]
      update: new Float64Array(dim), //     [d]
      sums: emptySums(tensors),
      updateSums: () => this.#sumUpdate(this.#learningRate),
      optimizer: rule,
      schedule: controller,
      from: () => rule.from?.() ?? run,
      edge: () => rule.edge(this.#learningRate),
      preconditioner: () => rule.preconditioner?.() ?? null,
      memories: new Map(),
      saved: new Map(Object.entries(from?.memories ?? {})),
      generation: 0,
    });
    this.#step = 0;
    if (from) {
      run.theta.set(from.theta);
      run.update.set(from.update);
      this.#step = from.step;
      this.#advance();
    }
  }

  /** Evaluates θₜ, emits its row and goes on to θₜ₊₁. */
  emit(subscriber: Observer<Step>): void {
    const run = this.#run;
    const { sums, theta, gradient } = run;
    const loss = run.evaluation.evaluate(theta, gradient, sums);
    this.#update();
    const row = {
      state: new State(run, this.#step),
      step: this.#step,
      learningRate: this.#learningRate,
      loss,
      weightNormSq: this.#perLayer(sums.weightNormSq),
      gradientNormSq: this.#perLayer(sums.gradientNormSq),
    };
    subscriber.next(this.#rule.cells ? Object.assign(row, this.#rule.cells()) : row);
    run.generation++;
    this.#advance();
  }

  close(): void {
    this.#run.generation++;
    this.#run.evaluation.close();
    this.#rule.close?.();
  }

  /** Makes the update, and chooses its learning rate. */
  #update(): void {
    const run = this.#run;
    const { gradient, theta, update } = run;
    const controller = this.#controller;
    if (controller) {
      this.#rule.update(gradient, theta, 1, update);
      const eta = this.#rated(controller.rate(run, this.#sumUpdate(1), this.#step));
      for (let i = 0; i < update.length; i++) update[i] = eta * update[i]!;
    } else {
      this.#rule.update(gradient, theta, this.#rated(this.#schedule(this.#step)), update);
    }
    if (this.#rule.chosen) this.#learningRate = this.#rule.chosen();
  }

  #rated(eta: number): number {
    if (!(eta >= 0 && eta < Infinity)) {
      throw new RangeError(
        `${this.#who}: learningRate must be finite and not negative, got ${eta} at step ${this.#step}`,
      );
    }
    return (this.#learningRate = eta);
  }

  #sumUpdate(eta: number): UpdateSums {
    const run = this.#run;
    if (this.#rule.sums) this.#rule.sums(run.from().sums, eta, this.#updateSums);
    else sumUpdate(run, this.#updateSums);
    return this.#updateSums;
  }

  #advance(): void {
    const { theta, update } = this.#run;
    const retired = this.#check ? this.#retire() : [];
    const next = this.#run.theta;
    for (let i = 0; i < next.length; i++) next[i] = theta[i]! + update[i]!;
    for (const buffer of retired) buffer.fill(NaN);
    this.#step++;
  }

  /** Moves the run to copies of its buffers, and returns those that rows have seen. */
  #retire(): Float64Array[] {
    const run = this.#run;
    const { theta, gradient, update, sums } = run;
    const updateSums = this.#updateSums;
    run.theta = theta.slice();
    run.gradient = gradient.slice();
    run.update = update.slice();
    run.sums = structuredClone(sums);
    this.#updateSums = structuredClone(updateSums);
    return [theta, gradient, update, ...Object.values(sums), ...Object.values(updateSums)];
  }

  #perLayer(sums: Float64Array): Float64Array {
    const weights = this.#weights;
    const out = new Float64Array(weights.length);
    for (let l = 0; l < weights.length; l++) out[l] = sums[weights[l]!.index]!;
    return out;
  }
}

function sumUpdate({ objective, theta, update }: Run, out: UpdateSums): void {
  for (const [t, { offset, rows, cols }] of objective.tensors.entries()) {
    let inner = 0;
    let normSq = 0;
    for (let i = offset; i < offset + rows * cols; i++) {
      inner += theta[i]! * update[i]!;
      normSq += update[i]! * update[i]!;
    }
    out.inner[t] = inner;
    out.normSq[t] = normSq;
  }
}
