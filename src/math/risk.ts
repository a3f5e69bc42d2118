import { checkDataset, type Data, type Dataset } from './data/dataset.ts';
import { emptied, gather } from './data/gather.ts';
import type { Engine } from './engines/engine.ts';
import { type BuiltInEngine, engines, firstAvailable, isEngine } from './engines/engines.ts';
import { forward } from './forward.ts';
import { hashOf } from './hash.ts';
import type { Loss } from './losses/loss.ts';
import { type LossName, losses } from './losses/losses.ts';
import { type Activation, activations } from './models/activations.ts';
import { layerPairs } from './models/layer-pairs.ts';
import { draw, type Mlp, tensorsOf } from './models/mlp.ts';
import type { Objective, Tensor } from './objective.ts';
import { printed } from './printed.ts';
import { nativeRandom } from './random/native.ts';
import type { Random } from './random/random.ts';
import { torchRandom } from './random/torch.ts';
import { requireCounts } from './require-number.ts';
import { requireOneOf } from './require-one-of.ts';
import { requireOptions } from './require-options.ts';
import { requireParts } from './require-parts.ts';

/** Options of {@link objective}: a network, a loss, data, and how they are drawn and computed. */
export interface Problem {
  readonly model: Mlp;
  /** Name of a built-in loss, or one of one's own. */
  readonly loss: LossName | Loss;
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
   * Name of a built-in engine, or an engine that `loadEngine` gave. Default `wasm`, and
   * `typed-array` with an activation or a loss of one's own. A built-in engine that this runtime
   * cannot run falls back: `wasm-fma` to `wasm`, and `wasm` to `typed-array`. `facts.engine` is the
   * one that computes.
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
  /** Risk of the same network on the samples that are held out, if the data have any. */
  readonly test?: Risk;
  /** Returns a fresh copy of θ₀. */
  start(): Float64Array; // [d]
  /**
   * Returns the risk of the same network on other samples, with the same inputs and outputs.
   *
   * @throws {TypeError} if the data have others, or have not the shape that they state. @throws
   *   {RangeError} if they are not finite.
   */
  on(data: Dataset): Risk;
  /**
   * Computes the outputs of the network at θ. [n, d] → [n, k]
   *
   * Opens a workspace for the n samples and closes it again. Cost: a forward pass.
   *
   * @throws {TypeError} if θ or x has not the length that it must have, or the engine gives no
   *   outputs.
   */
  predict(theta: Float64Array, x: Float64Array): Float64Array;
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
 * @example
 * const huber: Loss = {
 *   name: 'huber', // Σ r²/2 if |r| ≤ 1, else |r| − ½, over n
 *   value(f, { n, k, y }, delta, memo) {
 *     let sum = 0;
 *     for (let i = 0; i < n * k; i++) {
 *       const r = f[i]! - y[i]!;
 *       const inside = Math.abs(r) <= 1;
 *       sum += inside ? (r * r) / 2 : Math.abs(r) - 1 / 2;
 *       delta[i] = Math.max(-1, Math.min(1, r)) / n;
 *       memo[i] = inside ? 1 / n : 0;
 *     }
 *     return sum / n;
 *   },
 *   hessian(u, { n, k }, memo, out) {
 *     for (let i = 0; i < n * k; i++) out[i] = memo[i]! * u[i]!;
 *   },
 * };
 * const data = chebyshev({ n: 20, degree: 3 });
 * checkObjective(objective({ model: mlp({ hidden: [8] }), loss: huber, data }));
 * @throws {TypeError} if an option is unknown, the loss does not fit the data (cross-entropy
 *   without classes), or the data have not the shape that they state.
 * @throws {RangeError} if the data are not finite, the network is too large, an option is out of
 *   range, or the engine that was named has no kernel for an activation or loss of one's own.
 */
export function objective(problem: Problem): Risk {
  const known = ['model', 'loss', 'data', 'seed', 'random', 'order', 'engine', 'threads'] satisfies (keyof Problem)[];
  requireOptions('objective', problem, known);
  const { model, loss, data, seed = 0, random = 'torch', order = 'model-first' } = problem;
  const { threads = 1 } = problem;
  if (!Array.isArray(model?.hidden) || typeof model.activation !== 'object') {
    throw new TypeError(`objective: model must be a network, as mlp({ hidden: [64] }) makes it, got ${printed(model)}`);
  }
  if (typeof data !== 'object' || data === null || !('draw' in data || 'x' in data)) {
    throw new TypeError(
      `objective: data must be data, as xor({ n: 100 }) or readDataset(path) makes them, got ${printed(data)}`,
    );
  }
  const ell = lossOf(loss);
  const { engine = isBuiltIn({ activation: model.activation, loss: ell }) ? 'wasm' : 'typed-array' } = problem;
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
  const chosen = isEngine(engine) ? engine : firstAvailable(engine);
  chosen.requireKernels?.({ activation: model.activation, loss: ell });
  return riskOf({ tensors, theta0, activation: model.activation, loss: ell, engine: chosen, threads, seed }, dataset);
}

/** Returns a built-in loss by its name, or checks one of one's own. */
function lossOf(loss: LossName | Loss): Loss {
  if (typeof loss !== 'object' || loss === null) {
    requireOneOf('objective', { loss }, Object.keys(losses));
    return losses[loss];
  }
  requireParts('objective: loss', loss, { name: 'string', value: 'function', hessian: 'function' });
  if (!Object.hasOwn(losses, loss.name)) return loss;
  throw new RangeError(`objective: loss.name must not be that of a built-in one, got ${loss.name}`);
}

/** Parts of a risk that do not depend on the samples. */
interface Trained {
  readonly tensors: readonly Tensor[];
  readonly theta0: Float64Array; // [d]
  readonly activation: Activation;
  readonly loss: Loss;
  readonly engine: Engine;
  readonly threads: number;
  readonly seed: number;
}

function riskOf(trained: Trained, dataset: Dataset): Risk {
  const { tensors, theta0, activation, loss, engine, threads } = trained;
  checkDataset(dataset);
  if (loss.name === 'cross-entropy' && !dataset.labels) {
    throw new TypeError('objective: cross-entropy needs data with classes, got real targets; use mse');
  }
  const { n, d, k } = dataset;
  const dim = theta0.length;
  let hash: string | undefined;
  const over = (data: Dataset) => engine.open({ tensors, dim, dataset: data, activation, loss }, { threads });
  const on = (data: Dataset): Risk => {
    if (data.d === d && data.k === k) return riskOf(trained, data);
    throw new TypeError(
      `objective: other data must have the ${d} inputs and ${k} outputs of the network, got ${data.d} and ${data.k}`,
    );
  };
  return {
    dim,
    tensors,
    dataset,
    products: engine.products,
    facts: {
      precision: engine.precision,
      engine: engine.name,
      bits: engine.bits,
      samples: n,
      classes: dataset.labels && k,
      network: { activation: activation.name, loss: loss.name },
      seed: trained.seed,
      pairs: layerPairs(tensors),
    },
    ...(dataset.test && { test: on(dataset.test) }),
    // functions of one's own may change under the same name
    ...(isBuiltIn(trained) && { hash: () => (hash ??= hashOfLoss(trained, dataset)) }),
    start: () => theta0.slice(),
    on,
    predict(theta, x) {
      const samples = x.length / d;
      if (theta.length !== dim) throw new TypeError(`predict: theta must have ${dim} entries, got ${theta.length}`);
      if (!(Number.isInteger(samples) && samples > 0)) {
        throw new TypeError(`predict: x must have ${d} entries a sample, got ${x.length}`);
      }
      if (!engine.products.includes('preActivations')) {
        throw new TypeError(
          `predict: needs preActivations of the engine, but ${engine.name} offers ${engine.products}`,
        );
      }
      const evaluation = over({ ...emptied(dataset, samples), x });
      try {
        forward(evaluation, tensors)(theta);
        return evaluation.preActivations!(tensors.at(-1)!.layer, new Float64Array(samples * k));
      } finally {
        evaluation.close();
      }
    },
    open: () => over(dataset),
    batches: {
      n,
      open(size) {
        if (!(Number.isInteger(size) && size >= 1 && size <= n)) {
          throw new RangeError(`objective: a batch must have 1 … ${n} samples, as many as there are, got ${size}`);
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

const isBuiltIn = ({ activation, loss }: Pick<Trained, 'activation' | 'loss'>): boolean =>
  Object.hasOwn(losses, loss.name) && Object.hasOwn(activations, activation.name);

function hashOfLoss({ tensors, activation: { name, left }, loss }: Trained, data: Dataset): string {
  const text = JSON.stringify([name, left, loss.name, tensors.map(({ name, rows, cols }) => [name, rows, cols])]);
  const units = Int32Array.from(text, (unit) => unit.charCodeAt(0));
  return hashOf(units, data.x, data.y, data.labels ?? new Int32Array());
}
