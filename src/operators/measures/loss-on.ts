import { z } from 'zod';
import { type Column, float64 } from '../../columns.ts';
import { memoryless } from '../../math/memory.ts';
import type { Objective } from '../../math/objective.ts';
import { every, type Given } from '../../options.ts';
import type { State } from '../../state.ts';
import type { Adds, At } from '../transforms/measure.ts';
import { operator } from '../transforms/operator.ts';
import { OtherSamples, otherObjective, requireSameNetwork, setName } from './held-out/same-network.ts';

const options = z.strictObject({ on: otherObjective, name: setName, every });

/** Options of {@link lossOn}. */
export type LossOnOptions = Omit<Given<typeof options>, 'on'>;

type NameOf<G> = G extends { readonly name: infer N extends string } ? N : 'test';
/** Columns that {@link lossOn} adds, nullable with `every: n`. */
export type LossOnColumns<G extends LossOnOptions> = At<
  G,
  { [K in `${NameOf<G>}Loss` | (NameOf<G> extends 'test' ? 'generalisationGap' : `${NameOf<G>}Gap`)]: Column<number> }
>;

type Row = { readonly state: State; readonly loss: number };

const namesOf = (name: string) => [`${name}Loss`, name === 'test' ? 'generalisationGap' : `${name}Gap`] as const;

const measureLoss = operator(
  'lossOn',
  {
    options,
    columns: {},
    columnsFor({ name }) {
      const [loss, gap] = namesOf(name);
      return {
        [loss]: float64(`loss at θₜ on the samples "${name}", not trained on`, { label: `${name} loss` }),
        [gap]: float64(`${loss} − loss: how much larger the loss is on samples that are not trained on`, {
          label: name === 'test' ? 'generalisation gap' : `${name} gap`,
        }),
      };
    },
    reads: ['loss'],
    check: (run, { on }) => requireSameNetwork('lossOn', on, run, ['activation', 'loss']),
  },
  ({ on, name }) => {
    const samples = new OtherSamples(on);
    const [lossName, gapName] = namesOf(name);
    return {
      row({ state, loss }: Row) {
        const { loss: value } = samples.at(state.theta);
        return { [lossName]: value, [gapName]: value - loss };
      },
      ...memoryless,
      close: () => samples.close(),
    };
  },
);

/**
 * Measures the loss on samples that are not trained on, and how much larger it is than the training
 * loss.
 *
 *     --{ state, loss: 0.2 }----------------------------------{ state, loss: 0.1 }---------|
 *       lossOn(L.on(test))
 *     --{ …, testLoss: 0.3, generalisationGap: 0.1 }----------{ …, testLoss: 0.3, … }------|
 *
 * `L.on(samples)` is the objective of the same network on other samples; `L.test` is the one on
 * those that the data hold out. The loss of a mini-batch run is that of the whole training set, and
 * so is the gap.
 *
 * - needs: `state`, `loss`
 * - adds:  `testLoss`, `generalisationGap`; with a `name` ⟨name⟩ `⟨name⟩Loss` and `⟨name⟩Gap`
 * - cost:  a forward pass over the other samples, and a workspace for them
 * - error: that of a loss; the gap is a difference of two
 *
 * @param other Objective with the parameters of the run. Opened once per subscriber, closed with
 *   it.
 * @param given `name` of the samples, in the names of the columns; default `test`. `every: n`,
 *   or a list of steps.
 * @throws {RangeError} if `other` is no objective, or `name` not a word. @throws {TypeError} when
 *   the chain is assembled, if `other` has other parameters, activation or loss.
 * @example
 * const samples = at(1).dataset;
 * gradientDescent(run)
 *   .pipe(take(100), lossOn(L.on(samples)), lossOn(L, { name: 'same', every: 10 }));
 */
export const lossOn = ((other: Objective, given: LossOnOptions = {}) =>
  measureLoss({ ...given, on: other })) as unknown as <const G extends LossOnOptions = Record<never, never>>(
  other: Objective,
  given?: G,
) => Adds<Row, LossOnColumns<G>>;
