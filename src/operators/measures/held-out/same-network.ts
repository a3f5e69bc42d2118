import { z } from 'zod';
import { forward } from '../../../math/forward.ts';
import type { Evaluation, Objective } from '../../../math/objective.ts';
import type { RunFacts } from '../../../state.ts';

/** Schema of the name of a set of samples: the first part of the names of its columns. */
export const setName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/)
  .default('test')
  .meta({ description: 'name of the samples, the first part of the names of the columns' });

const isObjective = (value: unknown): value is Objective =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Objective>).open === 'function';

/** Schema of the objective of the same network on other samples. */
export const otherObjective = z.custom<Objective>(isObjective, { error: 'must be an objective, as L.on(samples) is' });

/** Evaluation of other samples, opened at the first row of a subscriber. */
export class OtherSamples {
  readonly #objective: Objective;
  #opened: { readonly evaluation: Evaluation; readonly lossAt: (theta: Float64Array) => number } | undefined;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** Moves the evaluation to θ. Returns it with L(θ). */
  at(theta: Float64Array): { readonly evaluation: Evaluation; readonly loss: number } {
    this.#opened ??= this.#open();
    const { evaluation, lossAt } = this.#opened;
    return { evaluation, loss: lossAt(theta) };
  }

  close(): void {
    this.#opened?.evaluation.close();
  }

  #open() {
    const evaluation = this.#objective.open();
    return { evaluation, lossAt: forward(evaluation, this.#objective.tensors) };
  }
}

const sizes = (tensors: Objective['tensors']): string =>
  tensors.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ');

/**
 * Checks that an objective is one of the network of a run, on whatever samples.
 *
 * @throws {TypeError} if it has blocks of other sizes, or other `facts` of a network.
 */
export function requireSameNetwork(
  who: string,
  other: Objective,
  run: RunFacts | null,
  facts: readonly ('activation' | 'loss')[],
): void {
  if (!run) throw new TypeError(`${who}: needs state of the rows, got rows without`);
  const { tensors, facts: own } = run.objective;
  const [expected, got] = [sizes(tensors), sizes(other.tensors)];
  if (expected !== got) {
    throw new TypeError(`${who}: the objective must have the blocks of the run, ${expected}, got ${got}`);
  }
  for (const fact of facts) {
    const [expected, got] = [own.network?.[fact], other.facts.network?.[fact]];
    if (expected === got) continue;
    throw new TypeError(`${who}: the objective must have the ${fact} of the run, ${expected}, got ${got}`);
  }
}
