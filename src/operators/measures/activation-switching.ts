import { z } from 'zod';
import { float64, float64s, int32s, nullable, type Values } from '../../columns.ts';
import type { Objective } from '../../math/objective.ts';
import { ActivationPattern, type Look, type SeenPattern } from '../../math/theory/activation-pattern.ts';
import type { State } from '../../state.ts';
import type { Adds } from '../transforms/measure.ts';
import { type Operator, operator } from '../transforms/operator.ts';

export const columns = {
  switchRate: nullable(
    float64s('fraction of the signs 1{z_l > 0}, samples × neurons, that the last step switched; per hidden layer'),
  ),
  switchedEntries: nullable(int32s('how many of these signs it switched; per hidden layer', 'sign')),
  neuronsChanged: nullable(int32s('neurons whose sign it switched on at least one sample; per hidden layer', 'neuron')),
  deadNeurons: int32s('neurons with z_l > 0 on no sample at θₜ; per hidden layer', 'neuron'),
  minMargin: float64s('min |z_l| over samples and neurons; per hidden layer'),
  meanMargin: float64s('mean |z_l| over samples and neurons; per hidden layer'),
  meanSwitchRate: nullable(float64('fraction of the signs of all hidden layers that a step switched, mean so far')),
  meanNeuronsChanged: nullable(float64('neurons of all hidden layers that a step changed, mean so far', 'neuron')),
  unchangedShare: nullable(float64('share of the steps so far that switched no sign')),
};

export const details = {
  neuronSwitches: float64s('switches so far of each hidden neuron over all samples, layer by layer', 'sign'),
  sampleSwitches: float64s('switches so far on each sample over all neurons, hidden layer by hidden layer', 'sign'),
};

interface Row {
  readonly state: State;
  readonly step: number;
}

/** Memory between rows. The patterns are made at the first row. */
interface Seen {
  readonly totals: Totals;
  readonly patterns: readonly SeenPattern[] | undefined;
}

interface Totals {
  readonly steps: number;
  readonly switched: number;
  readonly neurons: number;
  readonly unchanged: number;
}

/**
 * Follows the activation pattern A = 1{z_l > 0} of every hidden layer over all samples, with
 * z_l = W_l h_(l−1) + b_l: the signs that each step switches, the distance of the others to a
 * switch, and the neurons that are positive on no sample.
 *
 *     --{ step: 0, state }-----------{ step: 1, state }------------|
 *       activationSwitching()
 *     --{ …, switchRate: null, … }---{ …, switchRate: [8e-5], … }--|
 *
 * With relu and leaky-relu the pattern names the linear piece of the network that each sample is
 * on. With an activation that has no kink it still says on which side of 0 each neuron is. The row
 * of step t compares θₜ with θₜ₋₁, so the switches of the first row are null, not 0. A network
 * without hidden layers has empty lists.
 *
 * - needs: `state` with pre-activations; every step, so put it above `every`
 * - adds:  per hidden layer `switchRate`, `switchedEntries`, `neuronsChanged`, `deadNeurons`,
 *   `minMargin`, `meanMargin`; over the steps so far `meanSwitchRate`, `meanNeuronsChanged`,
 *   `unchangedShare`; with `detail` the counts so far `neuronSwitches` and `sampleSwitches`
 * - cost:  one forward product and a pass over the signs, about a step at 200 samples and 20-64-5;
 *   memory of two bits a sign, and of the largest z_l
 * - error: that of z_l: the sign of a |z_l| near rounding is arbitrary
 *
 * @param options.detail Adds the switches so far of each neuron and of each sample. Default false.
 * @throws {RangeError} as an error of the stream, at a row that does not follow the one before.
 * @example
 * gradientDescent(run)
 *   .pipe(take(1_000), activationSwitching({ detail: true })).subscribe(console.log);
 * @see arXiv 2604.07405, E9 and E15.
 */
export const activationSwitching = operator(
  'activationSwitching',
  {
    options: z.strictObject({
      detail: z
        .boolean()
        .default(false)
        .meta({ description: 'true: adds the switches so far per neuron and per sample' }),
    }),
    columns,
    columnsFor: ({ detail }) => (detail ? { ...columns, ...details } : columns),
    everyStep: true,
    needs: ['preActivations'],
  },
  ({ detail }) => {
    let totals: Totals = { steps: 0, switched: 0, neurons: 0, unchanged: 0 };
    let patterns: Patterns | undefined;
    let saved: readonly SeenPattern[] | undefined;
    return {
      row({ state }: Row) {
        patterns ??= new Patterns(state.objective, saved);
        const looks = patterns.look(state);
        totals = tally(totals, looks);
        const row = summary(looks, totals, patterns.sizes);
        return detail ? { ...row, ...patterns.details() } : row;
      },
      snapshot: (): Seen => ({ totals, patterns: patterns?.snapshot() ?? saved }),
      restore(seen: Seen) {
        totals = seen.totals;
        saved = seen.patterns;
      },
    };
  },
) as ActivationSwitching;

/** Type of {@link activationSwitching}: `detail: true` adds two columns. */
interface ActivationSwitching extends Operator<Row, typeof columns, z.ZodObject> {
  (options: { readonly detail: true }): Adds<Row, typeof columns & typeof details>;
  (options?: { readonly detail?: boolean }): Adds<Row, typeof columns>;
}

/** Patterns of all hidden layers. */
class Patterns {
  readonly #layers: readonly {
    readonly layer: number;
    readonly pattern: ActivationPattern;
    readonly z: Float64Array;
  }[];
  /** n·m of each. */
  readonly sizes: readonly number[];

  constructor({ dataset, tensors }: Objective, saved: readonly SeenPattern[] | undefined) {
    if (!dataset) throw new TypeError('activationSwitching: the objective must be over data, got one without');
    const { n } = dataset;
    const hidden = tensors.filter(({ kind }) => kind === 'weight').slice(0, -1);
    this.sizes = hidden.map(({ rows }) => n * rows);
    const scratch = new Float64Array(Math.max(0, ...this.sizes)); // of one layer after the other
    this.#layers = hidden.map(({ layer, rows }) => ({
      layer,
      pattern: new ActivationPattern(n, rows),
      z: scratch.subarray(0, n * rows), // [n, width]
    }));
    if (saved) for (const [l, { pattern }] of this.#layers.entries()) pattern.restore(saved[l]!);
  }

  look({ evaluation }: State): Look[] {
    return this.#layers.map(({ layer, pattern, z }) => pattern.look(evaluation.preActivations!(layer, z)));
  }

  details(): Values<typeof details> {
    const joined = (of: 'neuronSwitches' | 'sampleSwitches') =>
      Float64Array.from(this.#layers.flatMap(({ pattern }) => Array.from(pattern[of])));
    return { neuronSwitches: joined('neuronSwitches'), sampleSwitches: joined('sampleSwitches') };
  }

  snapshot(): SeenPattern[] {
    return this.#layers.map(({ pattern }) => pattern.snapshot());
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function tally(totals: Totals, looks: readonly Look[]): Totals {
  const changes = looks.flatMap(({ change }) => change ?? []);
  if (!changes.length) return totals;
  const switched = sum(changes.map(({ switched }) => switched));
  return {
    steps: totals.steps + 1,
    switched: totals.switched + switched,
    neurons: totals.neurons + sum(changes.map(({ neurons }) => neurons)),
    unchanged: totals.unchanged + (switched === 0 ? 1 : 0),
  };
}

function summary(looks: readonly Look[], totals: Totals, sizes: readonly number[]): Values<typeof columns> {
  const { steps, switched, neurons, unchanged } = totals;
  const changes = looks.map(({ change }) => change);
  // null at the first row, which has nothing to compare with
  const changed = changes.includes(null) ? null : (changes as NonNullable<Look['change']>[]);
  return {
    switchRate: changed && Float64Array.from(changed, ({ switched }, l) => switched / sizes[l]!),
    switchedEntries: changed && Int32Array.from(changed, ({ switched }) => switched),
    neuronsChanged: changed && Int32Array.from(changed, ({ neurons }) => neurons),
    deadNeurons: Int32Array.from(looks, ({ dead }) => dead),
    minMargin: Float64Array.from(looks, ({ minMargin }) => minMargin),
    meanMargin: Float64Array.from(looks, ({ meanMargin }) => meanMargin),
    meanSwitchRate: steps ? switched / (steps * sum(sizes)) : null,
    meanNeuronsChanged: steps ? neurons / steps : null,
    unchangedShare: steps ? unchanged / steps : null,
  };
}
