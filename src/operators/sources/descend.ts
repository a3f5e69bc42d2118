import type { Observer } from 'rxjs';
import { float64, float64s, int32 } from '../../columns.ts';
import type { Objective, Tensor } from '../../math/objective.ts';
import { checkMode, type Memory, type Run, type Snapshot, State, type UpdateSums } from '../../state.ts';
import { Stream } from '../../stream.ts';

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

/** How an optimizer turns the gradient of a step into its update. */
export interface Rule extends Memory {
  /** out ← θₜ₊₁ − θₜ. [d] */
  update(gradient: Float64Array, theta: Float64Array, learningRate: number, out: Float64Array): void;
  /** ⟨θ, D⟩ and ‖D‖² per tensor, where the rule knows them from the gradient's without a pass of its own. */
  sums?(run: Run, learningRate: number, out: UpdateSums): void;
  /** The eigenvalue of P⁻¹∇²L, of ∇²L where there is no P, above which the update is unstable. */
  edge(learningRate: number): number;
  /** The diagonal of P [d], of an update through P⁻¹: at θₜ, once `update` has been called. Borrowed, as the gradient is. */
  preconditioner?(): Float64Array;
}

export interface Descent {
  readonly objective: Objective;
  readonly theta0: Float64Array; // [d]
  readonly learningRate: number;
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
 * @throws {TypeError} if `theta0` or `from` has not the length of θ. @throws {RangeError} if `learningRate` is not positive.
 */
export function descend(
  who: string,
  { objective, theta0, learningRate, from }: Descent,
  rule: () => Rule,
): Stream<Step> {
  if (theta0.length !== objective.dim) {
    throw new TypeError(`${who}: theta0 must have ${objective.dim} entries, got ${theta0.length}`);
  }
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new RangeError(`${who}: learningRate must be positive and finite, got ${learningRate}`);
  }
  if (from && (from.theta.length !== objective.dim || from.update.length !== objective.dim)) {
    throw new TypeError(
      `${who}: from must be a snapshot of ${objective.dim} parameters, got one of ${from.theta.length}`,
    );
  }
  const shape = { columns, capabilities: objective.capabilities, dim: objective.dim, fresh: true };
  return new Stream<Step>(shape, (subscriber) => {
    const steps = new Steps(objective, theta0, learningRate, rule(), from);
    let next: NodeJS.Immediate | undefined;
    const work = () => {
      try {
        const until = performance.now() + slice;
        do steps.emit(subscriber);
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

/** One subscription: the buffers, and the loop over them a step at a time. */
class Steps {
  readonly #run: Run;
  readonly #rule: Rule;
  readonly #learningRate: number;
  readonly #weights: { readonly index: number; readonly tensor: Tensor }[];
  readonly #check = checkMode();
  #step: number;
  #updateSums: UpdateSums;

  constructor(objective: Objective, theta0: Float64Array, learningRate: number, rule: Rule, from?: Snapshot) {
    if (from) rule.restore(structuredClone(from.optimizer)); // may throw, so before anything is opened
    const { dim, tensors } = objective;
    const perTensor = () => new Float64Array(tensors.length);
    this.#updateSums = { inner: perTensor(), normSq: perTensor() };
    this.#rule = rule;
    this.#learningRate = learningRate;
    this.#weights = tensors
      .map((tensor, index) => ({ tensor, index }))
      .filter(({ tensor }) => tensor.kind === 'weight');
    const run: Run = (this.#run = {
      objective,
      evaluation: objective.open(),
      theta: theta0.slice(), //             [d]
      gradient: new Float64Array(dim), //   [d]
      update: new Float64Array(dim), //     [d]
      sums: { weightNormSq: perTensor(), gradientNormSq: perTensor(), inner: perTensor() },
      updateSums: () => {
        if (rule.sums) rule.sums(run, learningRate, this.#updateSums);
        else sumUpdate(run, this.#updateSums);
        return this.#updateSums;
      },
      optimizer: rule,
      edge: () => rule.edge(learningRate),
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
    const { sums, theta, gradient, update } = run;
    const loss = run.evaluation.evaluate(theta, gradient, sums);
    this.#rule.update(gradient, theta, this.#learningRate, update);
    subscriber.next({
      state: new State(run, this.#step),
      step: this.#step,
      learningRate: this.#learningRate,
      loss,
      weightNormSq: this.#perLayer(sums.weightNormSq),
      gradientNormSq: this.#perLayer(sums.gradientNormSq),
    });
    run.generation++;
    this.#advance();
  }

  close(): void {
    this.#run.generation++;
    this.#run.evaluation.close();
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
