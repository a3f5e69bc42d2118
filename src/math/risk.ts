import { checkDataset, type Data, type Dataset } from './data/dataset.ts';
import { emptied, gather } from './data/gather.ts';
import type { Engine } from './engines/engine.ts';
import { type BuiltInEngine, engines, firstAvailable, isEngine } from './engines/engines.ts';
import { type LossName, losses } from './losses/losses.ts';
import { layerPairs } from './models/layer-pairs.ts';
import { draw, type Mlp, tensorsOf } from './models/mlp.ts';
import type { Objective } from './objective.ts';
import { nativeRandom } from './random/native.ts';
import type { Random } from './random/random.ts';
import { torchRandom } from './random/torch.ts';
import { requireCounts } from './require-number.ts';
import { requireOneOf } from './require-one-of.ts';
import { requireOptions } from './require-options.ts';

/** Options of {@link objective}: a network, a loss, data, and how they are drawn and computed. */
export interface Problem {
  readonly model: Mlp;
  readonly loss: LossName;
  readonly data: Data | Dataset;
  readonly seed?: number;
  /**
   * `torch`: what PyTorch's CPU generator draws for the seed, bit for bit. `native`: draws in full
   * float64.
   */
  readonly random?: RandomName;
  /** Order in which model and data are drawn from the one stream of the seed. */
  readonly order?: 'model-first' | 'data-first';
  /**
   * Name of a built-in engine, or an engine that `loadEngine` gave. Default `wasm`. A built-in
   * engine that this runtime cannot run falls back: `wasm-fma` to `wasm`, and `wasm` to
   * `typed-array`.
   */
  readonly engine?: BuiltInEngine | Engine;
  /**
   * Number of threads that may share the samples of one evaluation, if the network is large enough
   * (20 MFLOP a step) and the engine can. The bits do not depend on it. Default 1.
   */
  readonly threads?: number;
}

/** Empirical risk of a network: an objective with its data and the parameters drawn for it. */
export interface Risk extends Objective {
  readonly dataset: Dataset;
  /** Returns a fresh copy of θ₀. */
  start(): Float64Array; // [d]
}

const drawn = (data: Data | Dataset, random: Random): Dataset => ('draw' in data ? data.draw(random) : data);

const randoms = { torch: torchRandom, native: nativeRandom };
/** Generator whose draws a seed gives. */
type RandomName = keyof typeof randoms;

/**
 * Draws the data and the initial parameters of one seed, and returns the loss as a function of the
 * parameters.
 *
 * @example
 * const L = objective({
 *   model: mlp({ hidden: [64], activation: 'relu' }), loss: 'mse', seed: 0,
 *   data: gaussianMixture({ n: 200, d: 20, classes: 5, separation: 2 }),
 * });
 * @throws {TypeError} if an option is unknown, the loss does not fit the data (cross-entropy
 *   without classes), or the data have not the shape that they state.
 * @throws {RangeError} if the data are not finite, the network is too large, or an option is out of
 *   range.
 */
export function objective(problem: Problem): Risk {
  const known = ['model', 'loss', 'data', 'seed', 'random', 'order', 'engine', 'threads'] satisfies (keyof Problem)[];
  requireOptions('objective', problem, known);
  const { model, loss, data, seed = 0, random = 'torch', order = 'model-first' } = problem;
  const { engine = 'wasm', threads = 1 } = problem;
  requireOneOf('objective', { loss }, Object.keys(losses));
  requireOneOf('objective', { random }, Object.keys(randoms));
  requireOneOf('objective', { order }, ['model-first', 'data-first']);
  if (!isEngine(engine)) requireOneOf('objective', { engine }, Object.keys(engines));
  requireCounts('objective', { threads });
  const stream = randoms[random](seed);
  const tensors = tensorsOf(model, data.d, data.k);
  const first = order === 'data-first' ? drawn(data, stream) : undefined;
  const theta0 = draw(tensors, stream);
  const dataset = first ?? drawn(data, stream);
  if (dataset.d !== data.d || dataset.k !== data.k) {
    throw new TypeError(
      `objective: the data must be drawn with d = ${data.d} and k = ${data.k} as declared, got ${dataset.d} and ${dataset.k}`,
    );
  }
  checkDataset(dataset);
  if (loss === 'cross-entropy' && !dataset.labels) {
    throw new TypeError('objective: cross-entropy needs data with classes, got real targets; use mse');
  }
  const dim = theta0.length;
  const chosen = isEngine(engine) ? engine : firstAvailable(engine);
  const over = (data: Dataset) =>
    chosen.open({ tensors, dim, dataset: data, activation: model.activation, loss: losses[loss] }, { threads });
  return {
    dim,
    tensors,
    dataset,
    products: chosen.products,
    facts: {
      precision: chosen.precision,
      samples: dataset.n,
      classes: dataset.labels && dataset.k,
      network: { activation: model.activation.name, loss },
      seed,
      pairs: layerPairs(tensors),
    },
    start: () => theta0.slice(),
    open: () => over(dataset),
    batches: {
      n: dataset.n,
      open(size) {
        if (!(Number.isInteger(size) && size >= 1 && size <= dataset.n)) {
          throw new RangeError(
            `objective: a batch must have 1 … ${dataset.n} samples, as many as there are, got ${size}`,
          );
        }
        const batch = emptied(dataset, size);
        const evaluation = over(batch);
        return {
          ...evaluation,
          select(rows) {
            gather(dataset, rows, batch);
            evaluation.reload();
          },
        };
      },
    },
  };
}
