import type { Memory } from './math/memory.ts';
import type { Evaluation, Objective, ProductName, Sums } from './math/objective.ts';
import type { Gradient, UpdateSums } from './math/optimizers/update-rule.ts';

export type { Memory } from './math/memory.ts';
export type { UpdateSums } from './math/optimizers/update-rule.ts';

/** Memory that a snapshot keeps, with the name of what it is the memory of. */
export interface NamedMemory {
  readonly name: string;
  readonly memory: unknown;
}

/** Memory of an operator in a snapshot. */
export interface OperatorMemory extends NamedMemory {
  /** Its options as JSON. */
  readonly options: string;
}

/**
 * Everything that decides the rows after a row: a run goes on from it as if it had not been
 * stopped.
 */
export interface Snapshot {
  readonly step: number;
  readonly theta: Float64Array; //  θₜ           [d]
  readonly update: Float64Array; // θₜ₊₁ − θₜ    [d]
  /** Objective whose run it is of. A run of another one refuses to go on from it. */
  readonly objective: ObjectiveMark;
  readonly optimizer: NamedMemory;
  /** Memory of the controller of the learning rate, if there is one. */
  readonly controller?: NamedMemory | undefined;
  /** Memory of each operator, by the names of the columns that it adds. */
  readonly memories: Readonly<Record<string, OperatorMemory>>;
}

/** Recognises a snapshot by its parts. */
export function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { step, theta, update, objective, optimizer, memories } = value as Partial<Record<keyof Snapshot, unknown>>;
  const isObject = (part: unknown) => typeof part === 'object' && part !== null;
  const vectors = [theta, update].every((vector) => vector instanceof Float64Array);
  return Number.isSafeInteger(step) && vectors && [objective, optimizer, memories].every(isObject);
}

/** Facts that tell an objective from another one of the same dimension. */
export interface ObjectiveMark {
  /** Hash of its network, loss and data; undefined if it has none. */
  readonly hash: string | undefined;
  /** Class of bits of its engine; undefined if it has none. */
  readonly bits: string | undefined;
  /** L(θₜ). */
  readonly loss: number;
}

/**
 * Matrix whose largest eigenvalue is compared with `state.edge`; `batch`: the batch sharpness is.
 */
export type EdgeOf = 'hessian' | 'preconditioned' | 'batch';

/** Facts about a run that hold at every row. */
export interface RunFacts {
  readonly objective: Pick<Objective, 'dim' | 'tensors' | 'products' | 'facts' | 'batches'>;
  readonly optimizer: {
    readonly name: string;
    readonly edgeOf: EdgeOf;
    /** Learning rate η if it is constant, else how it changes. */
    readonly learningRate: number | 'schedule' | 'feedback' | 'adaptive';
    /** Name of the controller of the learning rate, if there is one. */
    readonly controller?: string | undefined;
    /** Options of its own, defaults filled in, as plain JSON. */
    readonly options?: Readonly<Record<string, unknown>> | undefined;
    /** Seed of what it draws itself. */
    readonly seed?: number | undefined;
  };
  /** Step of the first row: 0, or the step after the snapshot that the run goes on from. */
  readonly firstStep: number;
}

/**
 * Describes a run as plain JSON: its objective, optimizer and seed. What depends on the engine or
 * the machine is left out, so that the same run has the same words everywhere.
 */
export function describeRun({ objective, optimizer }: RunFacts): Readonly<Record<string, unknown>> {
  const { facts, tensors, dim } = objective;
  const { name: title, differences, samples, classes, network, seed } = facts;
  const { name, learningRate, options, seed: ownSeed } = optimizer;
  return {
    objective: {
      ...(title !== undefined && { name: title }),
      ...(differences && { differences }),
      parameters: dim,
      ...network,
      samples,
      classes,
      tensors: tensors.map(({ name, rows, cols }) => ({ name, shape: [rows, cols] })),
    },
    optimizer: { name, learningRate, ...options, seed: ownSeed },
    seed,
  };
}

/**
 * Buffers of one subscription, overwritten at every step. A {@link State} is what a row may see.
 */
export interface RunBuffers {
  readonly facts: RunFacts;
  readonly objective: Objective;
  readonly evaluation: Evaluation;
  theta: Float64Array; //    [d]
  gradient: Float64Array; // [d]
  update: Float64Array; //   [d]
  sums: Sums;
  /** ⟨θ_b, D_b⟩ and ‖D_b‖² of the update D, per tensor; filled on demand. */
  readonly updateSums: () => UpdateSums;
  readonly optimizer: Memory;
  readonly controller:
    | { readonly name: string; readonly memory: Memory & { feed?(learningRate: number): void } }
    | undefined;
  /** Gradient that the update is made from. */
  readonly stepGradient: () => Gradient;
  readonly edge: () => number;
  readonly preconditioner: () => Float64Array | null;
  /** L(θₜ). */
  loss: number;
  readonly memories: Map<string, RememberedOperator>;
  readonly saved: Map<string, OperatorMemory>;
  /** Number of rows handled so far. A State of an earlier row refuses to be read. */
  generation: number;
  /** True once the evaluation is closed; the vectors of the last row stay. */
  closed: boolean;
}

/** Operator that a snapshot of the run remembers. */
export interface RememberedOperator extends Memory {
  readonly name: string;
  /** Its options as JSON. */
  readonly options: string;
}

/** Products of an {@link Evaluation} that has been moved to θₜ. */
export type Products = Pick<Evaluation, ProductName>;

const brand = Symbol.for('rxdescent.State');

/**
 * State of the run at a row: parameters, gradient, products. It is borrowed, that is, valid only
 * while its row is being handled; `copy()` what you keep.
 *
 * Reading it later, after an `await` or out of an array, is an error rather than a wrong number.
 * The last row of a run that has ended is not overwritten: its vectors may be read, and its
 * `snapshot()` taken, at any time; products may not. An array that was taken from it in time is
 * overwritten at the next step all the same; with RXDESCENT_CHECK=1 in the environment it is
 * filled with NaN, so that such a mistake shows.
 *
 * @example run.pipe(tap(({ state, step }) => step % 100 || draw(state.copy().theta)));
 */
export class State {
  readonly #run: RunBuffers;
  readonly #generation: number;
  readonly #step: number;

  constructor(run: RunBuffers, step: number) {
    this.#run = run;
    this.#generation = run.generation;
    this.#step = step;
  }

  get #live(): RunBuffers {
    if (this.#generation !== this.#run.generation) {
      throw new Error(
        `state: step ${this.#step} is over and its buffers hold another; read state while its row is handled, and copy() what you keep`,
      );
    }
    return this.#run;
  }

  get #evaluation(): Evaluation {
    const { closed, evaluation } = this.#live;
    if (!closed) return evaluation;
    throw new Error(
      `state: step ${this.#step} was the last of its run, whose engine is closed; take products while the row is handled`,
    );
  }

  get [brand](): true {
    return true;
  }
  /** True at the first row of the run; a run that goes on from a snapshot has none. */
  get first(): boolean {
    const { generation, facts } = this.#live;
    return generation === 0 && facts.firstStep === 0;
  }
  /** Facts about the run, the same on every row. */
  get run(): RunFacts {
    return this.#live.facts;
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
  /** Step that follows this row, θₜ₊₁ − θₜ [d]. */
  get update(): Float64Array {
    return this.#live.update;
  }
  get dim(): number {
    return this.#live.objective.dim;
  }
  get sums(): Sums {
    return this.#live.sums;
  }
  /** Gradient that the step after this row is made from: ∇L(θₜ), or that of a mini-batch [d]. */
  get stepGradient(): Float64Array {
    return this.#live.stepGradient().gradient;
  }
  /** Inner products of {@link stepGradient}. */
  get stepSums(): Sums {
    return this.#live.stepGradient().sums;
  }
  get updateSums(): UpdateSums {
    return this.#live.updateSums();
  }
  /**
   * Largest eigenvalue of P⁻¹∇²L(θₜ) at which the next step is stable: 2/η for gradient descent.
   */
  get edge(): number {
    return this.#live.edge();
  }
  /**
   * Diagonal of P [d] if the optimizer steps through P⁻¹, as RMSProp and Adam do; null if P is the
   * identity.
   */
  get preconditioner(): Float64Array | null {
    return this.#live.preconditioner();
  }
  /**
   * Function (v, out) ← ∇²L(θₜ)·v that may be handed on within the row. It reuses the row's own
   * pass.
   *
   * @throws {TypeError} if the objective has no Hessian products.
   */
  get hvp(): NonNullable<Evaluation['hvp']> {
    if (!this.#evaluation.hvp) throw new TypeError('state: the objective has no Hessian products (hvp)');
    return (v, out) => this.#evaluation.hvp!(v, out);
  }
  /** Products that the objective has, at θₜ; functions as {@link hvp} is one. */
  get evaluation(): Products {
    const { objective } = this.#live;
    const guarded = objective.products.map((name) => {
      // biome-ignore lint/suspicious/noExplicitAny: handed on; `Products` says what each takes
      return [name, (...args: [any, any]) => this.#evaluation[name]!(...args)];
    });
    return Object.fromEntries(guarded) as Products;
  }

  /** Copies θₜ, ∇L(θₜ) and the update, to keep. */
  copy(): { theta: Float64Array; gradient: Float64Array; update: Float64Array } {
    const { theta, gradient, update } = this.#live;
    return { theta: theta.slice(), gradient: gradient.slice(), update: update.slice() };
  }

  /** Leaves it out of JSON, of a row too. */
  toJSON(): undefined {}

  /**
   * Copies everything that decides the rows to come. A source goes on from it as `resumeFrom`. Take
   * it at the end of the chain, when every operator has handled the row.
   */
  snapshot(): Snapshot {
    const { facts, objective, theta, update, loss, optimizer, controller, memories, saved } = this.#live;
    const now = [...memories].map(
      ([key, { name, options, ...memory }]) => [key, { name, options, memory: memory.snapshot() }] as const,
    );
    return structuredClone({
      step: this.#step,
      theta,
      update,
      objective: { hash: objective.hash?.(), bits: objective.facts.bits, loss },
      optimizer: { name: facts.optimizer.name, memory: optimizer.snapshot() },
      controller: controller && { name: controller.name, memory: controller.memory.snapshot() },
      // an operator without a row since the run was resumed still has the memory of then
      memories: Object.fromEntries([...saved, ...now]),
    });
  }

  /**
   * Hands the controller the learning rate of the next step.
   *
   * @throws {TypeError} if it takes none; `fedBack` does.
   */
  feed(learningRate: number): void {
    const { controller } = this.#live;
    if (!controller?.memory.feed)
      throw new TypeError('state: the learning rate is not fed back; start it with fedBack(…)');
    controller.memory.feed(learningRate);
  }

  /**
   * Registers the memory of an operator at its first row, and restores it if the run goes on from a
   * snapshot that has it.
   *
   * @returns true if it was restored.
   * @throws {TypeError} if the snapshot has it with other options.
   */
  remember(key: string, operator: RememberedOperator): boolean {
    const { memories, saved } = this.#live;
    memories.set(key, operator);
    const found = saved.get(key);
    if (!found) return false;
    const { name, options } = operator;
    if (found.name !== name || found.options !== options) {
      throw new TypeError(
        `${name}: must go on as resumeFrom remembers it, ${found.name}(${found.options}), got ${name}(${options})`,
      );
    }
    operator.restore(structuredClone(found.memory));
    return true;
  }
}

/** Recognises a State by its brand, whatever copy of this module made it. */
export const isState = (value: unknown): value is State =>
  typeof value === 'object' && value !== null && brand in value;

/**
 * Tells whether check mode is on (RXDESCENT_CHECK=1 in the environment; the tests run in it). A
 * source then moves to new buffers at every step and fills the old ones with NaN, so that an array
 * which was kept without `copy()` shows at once.
 */
export const checkMode = (): boolean => process.env['RXDESCENT_CHECK'] === '1';
