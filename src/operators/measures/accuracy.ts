import { z } from 'zod';
import { type Column, float64 } from '../../columns.ts';
import { accuracy as accuracyOf } from '../../math/losses/accuracy.ts';
import { memoryless } from '../../math/memory.ts';
import type { Objective } from '../../math/objective.ts';
import { every, type Given } from '../../options.ts';
import { requireNeeds } from '../../requirements.ts';
import type { State } from '../../state.ts';
import type { Adds, At } from '../transforms/measure.ts';
import { operator } from '../transforms/operator.ts';
import { OtherSamples, otherObjective, requireSameNetwork, setName } from './held-out/same-network.ts';

const columns = {
  accuracy: float64('share of the training samples whose largest output is that of their label'),
};

const options = z.strictObject({
  on: otherObjective.optional(),
  name: setName.removeDefault().optional(),
  // without a default, because the keys of stored runs have none
  every: every.removeDefault().optional(),
});

/** Options of {@link accuracy}. */
export type AccuracyOptions = Given<typeof options>;

type ColumnOf<G> = G extends { readonly name: infer N extends string }
  ? `${N}Accuracy`
  : G extends { readonly on: Objective }
    ? 'testAccuracy'
    : 'accuracy';
/** Column that {@link accuracy} adds, nullable with `every: n`. */
export type AccuracyColumns<G extends AccuracyOptions> = At<G, { [K in ColumnOf<G>]: Column<number> }>;

type Row = { readonly state: State };

function columnOf({ on, name }: Pick<AccuracyOptions, 'on' | 'name'>): string {
  if (on) return `${name ?? 'test'}Accuracy`;
  if (name === undefined) return 'accuracy';
  throw new RangeError(`accuracy: name must come with on, whose samples it names, got ${name} alone`);
}

/**
 * Measures the accuracy of each row: on the training samples, or on others.
 *
 *     --{ state }-----------------{ state }-----------------|
 *       accuracy()
 *     --{ …, accuracy: 0.21 }-----{ …, accuracy: 0.24 }-----|
 *
 * `L.on(samples)` is the objective of the same network on other samples; `L.test` is the one on
 * those that the data hold out.
 *
 * - needs: `state` with pre-activations, over data with classes
 * - adds:  `accuracy`; with `on` `testAccuracy`, or `⟨name⟩Accuracy`
 * - cost:  O(n·k): a pass over the outputs that the row's loss was computed from; with `on` a
 *   forward pass over its samples, and a workspace for them
 * - error: none. The first of equal outputs counts; a sample with a NaN output counts as wrong
 *
 * @param options.on   Objective whose samples are classified, with the parameters of the run.
 *   Opened once per subscriber, closed with it. Default: the run's.
 * @param options.name Name of its samples. Default `test`.
 * @throws {TypeError} when the chain is assembled, if the data have no classes, or `on` has other
 *   parameters or another activation. @throws {RangeError} if `name` is given without `on`.
 * @example
 * const samples = at(1).dataset;
 * gradientDescent(run).pipe(take(100), accuracy(), accuracy({ on: L.on(samples), every: 10 }));
 */
export const accuracy = operator(
  'accuracy',
  {
    options,
    columns,
    columnsFor(given) {
      const column = columnOf(given);
      if (!given.on) return columns;
      const { name = 'test' } = given;
      const about = `share of the samples "${name}", not trained on, whose largest output is that of their label`;
      return { [column]: float64(about, { label: `${name} accuracy` }) };
    },
    needs: ['preActivations', 'classes'],
    check(run, { on }) {
      if (!on) return;
      requireSameNetwork('accuracy', on, run, ['activation']);
      requireNeeds('accuracy', { objective: on }, ['preActivations', 'classes']);
    },
  },
  ({ on, ...rest }) => {
    const column = columnOf({ on, ...rest });
    let f: Float64Array | undefined; // [n, k]
    const samples = on && new OtherSamples(on);
    return {
      row({ state }: Row) {
        const { dataset, tensors } = on ?? state.objective;
        if (!dataset?.labels) {
          throw new TypeError('accuracy: the objective must be over data with classes, got one without');
        }
        f ??= new Float64Array(dataset.n * dataset.k);
        const at = samples ? samples.at(state.theta).evaluation : state.evaluation;
        const L = tensors.at(-1)!.layer;
        return { [column]: accuracyOf(at.preActivations!(L, f), dataset.labels) } as { accuracy: number };
      },
      ...memoryless,
      close: () => samples?.close(),
    };
  },
) as unknown as Accuracy;

/** Type of {@link accuracy}: its column is named after the samples, nullable with `every: n`. */
interface Accuracy {
  <const G extends AccuracyOptions = Record<never, never>>(given?: G): Adds<Row, AccuracyColumns<G>>;
  readonly options: typeof options;
  readonly columns: typeof columns;
}
