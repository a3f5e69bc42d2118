import type { Observer } from 'rxjs';
import { type Columns, float64, float64s, int32, type Values } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { type Evaluation, emptySums, type Tensor } from '../../math/objective.ts';
import { emptyUpdateSums, type UpdateRule, type UpdateSums } from '../../math/optimizers/update-rule.ts';
import { evaluateWithSums } from '../../math/sums.ts';
import { requireNeeds } from '../../requirements.ts';
import { checkMode, type RunBuffers, type RunFacts, State } from '../../state.ts';
import { type Flat, Stream } from '../../stream.ts';
import { checkDescent, requireSameLoss } from './check-descent.ts';
import type { Controller, Descent, Feedback } from './descent.ts';
import { type Producer, paced } from './paced.ts';

/** Row of a run: the parameters after `step` updates. */
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
  learningRate: float64('learning rate η of the update that follows', { summary: 'none' }),
  loss: float64('training loss L(θₜ)', { summary: 'none' }),
  weightNormSq: float64s('‖W_l‖², one entry per layer l = 1 … L, biases apart'),
  gradientNormSq: float64s('‖∂L/∂W_l‖², one entry per layer l = 1 … L, biases apart'),
};

/**
 * Makes the stream of an optimizer's steps. It emits θ₀ first and never completes.
 *
 * The source works in slices of 8 ms and yields in between, so unsubscribing from outside stops it
 * within one slice; under `steps` it makes a row when one is asked for. The engine is opened per
 * subscriber and closed when that one leaves. {@link optimizer} makes a source with options of its
 * own from the same rule.
 *
 * @param who  Name in messages.
 * @param rule Makes the rule: once per subscriber, and once at the call for its facts.
 * @param own  Columns of the rule's `ownColumns`.
 * @param options Options of the rule, as plain JSON, for the metadata of tables.
 * @throws {TypeError} if an option is unknown or not what it should be, `theta0` has not the length
 *   of θ, the objective lacks what is needed, or `resumeFrom` is a snapshot of another optimizer,
 *   objective or class of bits. @throws {RangeError} if `learningRate` is a number that is not
 *   positive; the stream errs with one if a schedule gives a number that is negative or not finite.
 * @example
 * const signDescent = (descent: Descent) =>
 *   descend('signDescent', descent, () => ({
 *     update(gradient, _theta, eta, out) {
 *       for (let i = 0; i < out.length; i++) out[i] = -eta * Math.sign(gradient[i]!);
 *     },
 *     edge: () => NaN,
 *     ...memoryless,
 *   }));
 * signDescent({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(take(100));
 */
export function descend<C extends Columns = Record<never, never>>(
  who: string,
  descent: Descent,
  rule: () => UpdateRule,
  own?: C,
  options?: Readonly<Record<string, unknown>>,
): Stream<Flat<Step & Values<C>>> {
  const run = factsOf(who, descent, rule(), options);
  const { learningRate } = descent;
  if (typeof learningRate === 'object') requireNeeds(learningRate.who, run, learningRate.needs);
  const shape = { columns: own ? { ...columns, ...own } : columns, run, fresh: true };
  return new Stream<Flat<Step & Values<C>>>(shape, (subscriber) => paced(subscriber, new Steps(run, descent, rule())));
}

/** Checks what a descent is given, and returns the facts of its runs. */
function factsOf(who: string, descent: Descent, rule: UpdateRule, options: RunFacts['optimizer']['options']): RunFacts {
  checkDescent(who, descent);
  const missing = ['update', 'edge', 'snapshot', 'restore'].find(
    (name) => typeof (rule as unknown as Readonly<Record<string, unknown>>)[name] !== 'function',
  );
  if (missing !== undefined) throw new TypeError(`${who}: the rule must have a function ${missing}, got none`);
  const { objective, learningRate, resumeFrom, seed } = descent;
  const changing = { number: learningRate as number, function: 'schedule', object: 'feedback' } as const;
  return {
    objective,
    optimizer: {
      name: who,
      edgeOf: rule.usesMiniBatch ? 'batch' : rule.preconditioner ? 'preconditioned' : 'hessian',
      learningRate: rule.actualLearningRate ? 'adaptive' : changing[typeof learningRate as keyof typeof changing],
      ...(typeof learningRate === 'object' && { controller: learningRate.who }),
      options,
      seed,
    },
    firstStep: resumeFrom ? resumeFrom.step + 1 : 0,
  };
}

/** Loop of one subscription over its buffers, a step at a time. */
class Steps implements Producer<Step> {
  readonly #who: string;
  readonly #run: RunBuffers;
  readonly #rule: UpdateRule;
  readonly #schedule: (step: number) => number;
  readonly #controller: Controller | undefined;
  readonly #weights: { readonly index: number; readonly tensor: Tensor }[];
  readonly #check = checkMode();
  readonly #evaluate: Evaluation['evaluate'];
  #step: number;
  #isLent = false;
  #learningRate = Number.NaN; // of the last update
  #updateSums: UpdateSums;

  constructor(facts: RunFacts, { objective, theta0, learningRate, resumeFrom: from }: Descent, rule: UpdateRule) {
    const isFeedback = typeof learningRate === 'object';
    const controller = isFeedback ? learningRate.start(objective) : undefined;
    if (from) {
      // restore before anything is opened, because it may throw
      rule.restore(structuredClone(from.optimizer.memory));
      controller?.restore(structuredClone(from.controller!.memory));
    }
    const { dim, tensors } = objective;
    this.#who = facts.optimizer.name;
    this.#updateSums = emptyUpdateSums(tensors);
    this.#rule = rule;
    this.#controller = controller;
    this.#schedule = typeof learningRate === 'function' ? learningRate : () => learningRate as number;
    this.#weights = tensors
      .map((tensor, index) => ({ tensor, index }))
      .filter(({ tensor }) => tensor.kind === 'weight');
    const run: RunBuffers = (this.#run = {
      facts,
      objective,
      evaluation: objective.open(),
      theta: from ? from.theta.slice() : (theta0?.slice() ?? objective.start!()), // [d]
      gradient: new Float64Array(dim), //   [d]
      update: new Float64Array(dim), //     [d]
      sums: emptySums(tensors),
      updateSums: () => this.#sumUpdate(this.#learningRate),
      optimizer: rule,
      controller: controller && { name: (learningRate as Feedback).who, memory: controller },
      stepGradient: () => rule.stepGradient?.() ?? run,
      edge: () => rule.edge(this.#learningRate),
      preconditioner: () => rule.preconditioner?.() ?? null,
      loss: NaN,
      memories: new Map(),
      saved: new Map(Object.entries(from?.memories ?? {})),
      generation: 0,
      closed: false,
    });
    this.#evaluate = evaluateWithSums(run.evaluation, tensors);
    this.#step = 0;
    if (from) {
      requireSameLoss(this.#who, run, from);
      run.update.set(from.update);
      this.#step = from.step;
      this.#advance();
    }
  }

  /** Evaluates θₜ and emits its row. */
  next(out: Observer<Step>): void {
    const run = this.#run;
    const { sums, theta, gradient } = run;
    const loss = (run.loss = this.#evaluate(theta, gradient, sums));
    const state = new State(run, this.#step);
    this.#update(state);
    const row = {
      state,
      step: this.#step,
      learningRate: this.#learningRate,
      loss,
      weightNormSq: this.#perLayer(sums.weightNormSq),
      gradientNormSq: this.#perLayer(sums.gradientNormSq),
    };
    this.#isLent = true;
    out.next(this.#rule.ownColumns ? Object.assign(row, this.#rule.ownColumns()) : row);
  }

  /** Ends the row that was emitted, and moves on to θₜ₊₁. */
  release(): void {
    if (!this.#isLent || this.#run.closed) return;
    this.#isLent = false;
    this.#run.generation++;
    this.#advance();
  }

  /** Closes the engine. A row that is being handled is the last, and keeps its vectors. */
  close(): void {
    this.#run.closed = true;
    this.#run.evaluation.close();
    this.#rule.close?.();
  }

  /** Computes the update and chooses its learning rate. */
  #update(state: State): void {
    const run = this.#run;
    const { gradient, theta, update } = run;
    const controller = this.#controller;
    if (controller) {
      this.#rule.update(gradient, theta, 1, update);
      const eta = this.#rated(controller.rate(state, this.#sumUpdate(1), this.#step));
      for (let i = 0; i < update.length; i++) update[i] = eta * update[i]!;
    } else {
      this.#rule.update(gradient, theta, this.#rated(this.#schedule(this.#step)), update);
    }
    if (this.#rule.actualLearningRate) this.#learningRate = this.#rule.actualLearningRate();
  }

  #rated(eta: number): number {
    if (!(typeof eta === 'number' && eta >= 0 && eta < Infinity)) {
      throw new RangeError(
        `${this.#who}: learningRate must be finite and not negative, got ${formatValue(eta)} at step ${this.#step}`,
      );
    }
    return (this.#learningRate = eta);
  }

  #sumUpdate(eta: number): UpdateSums {
    const run = this.#run;
    if (this.#rule.sums) this.#rule.sums(run.stepGradient().sums, eta, this.#updateSums);
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

  /** Moves the run to copies of its buffers. Returns those that rows have seen. */
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

function sumUpdate({ objective, theta, update }: RunBuffers, out: UpdateSums): void {
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
