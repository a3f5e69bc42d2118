import type { Evaluation, Objective, Sums } from './math/objective.ts';
import type { Gradient, UpdateSums } from './math/optimizers/rule.ts';

export type { UpdateSums } from './math/optimizers/rule.ts';

/** What an operator remembers between rows, as plain data that `structuredClone` can copy. */
export interface Memory<M = unknown> {
  snapshot(): M;
  restore(saved: M): void;
}

/** All that it takes to go on after a row as if nothing had happened. */
export interface Snapshot {
  readonly step: number;
  readonly theta: Float64Array; //  θₜ           [d]
  readonly update: Float64Array; // θₜ₊₁ − θₜ    [d]
  readonly optimizer: unknown;
  /** Of a schedule that remembers something. */
  readonly schedule?: unknown;
  /** What each operator remembers, by the columns it adds. */
  readonly memories: Readonly<Record<string, unknown>>;
}

/** The buffers of one subscription, overwritten at every step; a {@link State} is what a row may see of them. */
export interface Run {
  readonly objective: Objective;
  readonly evaluation: Evaluation;
  theta: Float64Array; //    [d]
  gradient: Float64Array; // [d]
  update: Float64Array; //   [d]
  sums: Sums;
  /** ⟨θ_b, D_b⟩ and ‖D_b‖² of the update D, per tensor; filled on demand. */
  readonly updateSums: () => UpdateSums;
  readonly optimizer: Memory;
  readonly schedule: Memory | undefined;
  /** What the update is made from. */
  readonly from: () => Gradient;
  readonly edge: () => number;
  readonly preconditioner: () => Float64Array | null;
  readonly memories: Map<string, Memory>;
  readonly saved: Map<string, unknown>;
  /** Counts the rows handled; a State of an earlier one refuses to be read. */
  generation: number;
}

/** The products of an {@link Evaluation} that has been taken somewhere. */
export type Products = Omit<Evaluation, 'evaluate' | 'loss' | 'close'>;

const products = ['hvp', 'gnvp', 'jvp', 'vjp', 'preActivations'] as const;
const brand = Symbol.for('rxdescent.State');

/**
 * Where the run is: borrowed, valid only while its row is being handled; `copy()` what you keep.
 *
 * Reading it later, after an `await` or out of an array, is an error and not a wrong number. An array taken from it in
 * time is overwritten all the same.
 *
 * @example run.pipe(tap(({ state, step }) => step % 100 || draw(state.copy().theta)));
 */
export class State {
  readonly #run: Run;
  readonly #generation: number;
  readonly #step: number;

  constructor(run: Run, step: number) {
    this.#run = run;
    this.#generation = run.generation;
    this.#step = step;
  }

  get #live(): Run {
    if (this.#generation !== this.#run.generation) {
      throw new Error(
        `state: step ${this.#step} is over and its buffers hold another; read state while its row is handled, and copy() what you keep`,
      );
    }
    return this.#run;
  }

  get [brand](): true {
    return true;
  }
  /** Is this the first row of the run, or the first since it was taken up from a snapshot? */
  get first(): boolean {
    return this.#live.generation === 0;
  }
  get objective(): Objective {
    return this.#live.objective;
  }
  /** θₜ [d] */
  get theta(): Float64Array {
    return this.#live.theta;
  }
  /** ∇L(θₜ) [d] */
  get gradient(): Float64Array {
    return this.#live.gradient;
  }
  /** The step that follows this row, θₜ₊₁ − θₜ [d]. */
  get update(): Float64Array {
    return this.#live.update;
  }
  get dim(): number {
    return this.#live.objective.dim;
  }
  get sums(): Sums {
    return this.#live.sums;
  }
  /** The gradient that the step after this row is made from: ∇L(θₜ), or that of a mini-batch [d]. */
  get stepGradient(): Float64Array {
    return this.#live.from().gradient;
  }
  /** The inner products of {@link stepGradient}. */
  get stepSums(): Sums {
    return this.#live.from().sums;
  }
  get updateSums(): UpdateSums {
    return this.#live.updateSums();
  }
  /** The largest eigenvalue of P⁻¹∇²L(θₜ) that the step after this row is stable under: 2/η for gradient descent. */
  get edge(): number {
    return this.#live.edge();
  }
  /** The diagonal of P [d] where the optimizer steps through P⁻¹, as RMSProp and Adam do; null where P is the identity. */
  get preconditioner(): Float64Array | null {
    return this.#live.preconditioner();
  }
  /** out ← ∇²L(θₜ)·v, reusing the pass that gave the row its loss; a function that can be handed on within the row. */
  get hvp(): (v: Float64Array, out: Float64Array) => Float64Array {
    void this.#live;
    return (v, out) => this.#live.evaluation.hvp(v, out);
  }
  /** The products of the objective at θₜ that its engine offers; functions as {@link hvp} is one. */
  get evaluation(): Products {
    const { evaluation } = this.#live;
    const guarded = products
      .filter((name) => evaluation[name])
      .map((name) => {
        // biome-ignore lint/suspicious/noExplicitAny: handed on as they came; `Products` says what each takes
        return [name, (...args: [any, any]) => this.#live.evaluation[name]!(...args)];
      });
    return Object.fromEntries(guarded) as Products;
  }

  /** θₜ, ∇L(θₜ) and the update, to keep. */
  copy(): { theta: Float64Array; gradient: Float64Array; update: Float64Array } {
    const { theta, gradient, update } = this.#live;
    return { theta: theta.slice(), gradient: gradient.slice(), update: update.slice() };
  }

  /**
   * Everything that decides the rows to come, to keep: hand it to a source as `from`. Take it at the end of the chain,
   * when every operator has handled the row.
   */
  snapshot(): Snapshot {
    const { theta, update, optimizer, schedule, memories, saved } = this.#live;
    const now = [...memories].map(([key, memory]) => [key, memory.snapshot()] as const);
    return {
      step: this.#step,
      theta: theta.slice(),
      update: update.slice(),
      optimizer: structuredClone(optimizer.snapshot()),
      ...(schedule && { schedule: structuredClone(schedule.snapshot()) }),
      // an operator that has had no row since the run was resumed knows what it knew then
      memories: structuredClone(Object.fromEntries([...saved, ...now])),
    };
  }

  /** Called by an operator with memory at its first row: a run that goes on from a snapshot gives it back what it knew. */
  remember(key: string, memory: Memory): void {
    const { memories, saved } = this.#live;
    memories.set(key, memory);
    if (saved.has(key)) memory.restore(structuredClone(saved.get(key)));
  }
}

/** Recognises a State by its brand, whatever copy of this module made it. */
export const isState = (value: unknown): value is State =>
  typeof value === 'object' && value !== null && brand in value;

/**
 * In check mode a source moves to new buffers at every step and fills the old ones with NaN, so that an array which
 * was kept without `copy()` shows at once. On where the environment has RXDESCENT_CHECK=1; the tests run in it.
 */
export const checkMode = (): boolean => process.env['RXDESCENT_CHECK'] === '1';
