import { checkDataset, type Data, type Dataset } from './data/dataset.ts';
import { emptied, gather } from './data/gather.ts';
import { type EngineName, engines, runnable } from './engines/engines.ts';
import { type LossName, losses } from './losses/losses.ts';
import { draw, type Mlp, tensorsOf } from './models/mlp.ts';
import { nativeRandom } from './random/native.ts';
import type { Random } from './random/random.ts';
import { torchRandom } from './random/torch.ts';
import { requireCounts } from './require-number.ts';
import { requireOneOf } from './require-one-of.ts';
import { requireOptions } from './require-options.ts';

/** One block of θ: a weight matrix W_l of shape (rows, cols) = (out, in), row-major, or a bias b_l of shape (rows, 1). */
export interface Tensor {
  readonly name: string;
  readonly kind: 'weight' | 'bias';
  /** l = 1 ... L, counted from the input. */
  readonly layer: number;
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
}

/**
 * What an engine can do at a point, and `classes`: that the data have labels. An operator states what it needs of this, and
 * is refused on assembly without it.
 */
export type Capability = 'gradient' | 'hessianProduct' | 'jacobianProducts' | 'batches' | 'preActivations' | 'classes';

/** Inner products of one step, one entry per tensor; they come with the gradient, from the same pass. */
export interface Sums {
  readonly weightNormSq: Float64Array; //   ‖θ_b‖²     [tensors]
  readonly gradientNormSq: Float64Array; // ‖g_b‖²     [tensors]
  readonly inner: Float64Array; //          ⟨θ_b, g_b⟩ [tensors]
}

/**
 * Room for the sums of a network with these tensors, all of them zero.
 *
 * @example
 * L.open().evaluate(L.start(), new Float64Array(L.dim), emptySums(L.tensors)); // the loss at θ₀
 */
export function emptySums({ length }: readonly Tensor[]): Sums {
  const perTensor = () => new Float64Array(length); // [tensors]
  return { weightNormSq: perTensor(), gradientNormSq: perTensor(), inner: perTensor() };
}

/**
 * An objective made ready to be evaluated: it owns the workspace (and an engine's memory) until `close`.
 *
 * `evaluate` moves it to θ; every product after that is taken there and reuses its forward and backward pass.
 */
export interface Evaluation {
  /** L(θ); writes ∇L(θ) into `gradient` [d] and fills `sums`. */
  evaluate(theta: Float64Array, gradient: Float64Array, sums: Sums): number;
  /** L(θ) from a forward pass alone, the same to the bit as `evaluate` has it; no product may follow. */
  loss?(theta: Float64Array): number;
  /** out ← ∇²L(θ)·v; at a kink of a piecewise linear activation, the Hessian that holds almost everywhere. [d] → [d] */
  hvp(v: Float64Array, out: Float64Array): Float64Array;
  /** out ← Jᵀ(∇²ℓ)J·v, the Gauss-Newton product: ∇²L without the curvature of the network. [d] → [d] */
  gnvp?(v: Float64Array, out: Float64Array): Float64Array;
  /** out ← J·v, J the Jacobian of all outputs. [d] → [n, k] */
  jvp?(v: Float64Array, out: Float64Array): Float64Array;
  /** out ← Jᵀ·u. [n, k] → [d] */
  vjp?(u: Float64Array, out: Float64Array): Float64Array;
  /** out ← z_l = W_l·h_(l−1) + b_l over the samples, l = 1 … L; z_L are the outputs f. [n, width of l] */
  preActivations?(layer: number, out: Float64Array): Float64Array;
  close(): void;
}

/** An {@link Evaluation} of the mean over some of the samples; as many at a time as it was opened for. */
export interface BatchEvaluation extends Evaluation {
  /** Moves it to these samples; what it was evaluated at before is gone. */
  select(rows: Int32Array): void;
}

/** The samples that an objective is the mean over. */
export interface Batched {
  readonly n: number;
  /** Allocates a workspace for batches of `size` samples. @throws {RangeError} if there are not so many. */
  open(size: number): BatchEvaluation;
}

/** A twice differentiable scalar function of θ ∈ ℝᵈ: all that an operator may ask of an engine. */
export interface Objective {
  readonly dim: number; // d
  readonly tensors: readonly Tensor[];
  readonly capabilities: readonly Capability[];
  /** What it is taken over, where it is taken over data. */
  readonly dataset?: Dataset;
  open(): Evaluation;
  /** There with the capability `batches`. */
  readonly batches?: Batched;
}

/** What {@link objective} makes a loss of: a network, a loss, data, and how they are drawn and computed. */
export interface Problem {
  readonly model: Mlp;
  readonly loss: LossName;
  readonly data: Data | Dataset;
  readonly seed?: number;
  /** `torch`: what PyTorch's CPU generator draws for the seed, bit for bit. `native`: draws in full float64. */
  readonly random?: RandomName;
  /** Which is drawn first from the one stream of the seed. */
  readonly order?: 'model-first' | 'data-first';
  /** Default `wasm`; where the runtime lacks its instructions, `typed-array` takes its place. */
  readonly engine?: EngineName;
  /**
   * Threads that may share the samples of one evaluation, where the network is large enough for it to pay (20 MFLOP a
   * step) and the engine can; the bits do not depend on them. Default 1.
   */
  readonly threads?: number;
}

/** The empirical risk of a network: an {@link Objective} with the data it is over and the parameters drawn for it. */
export interface Risk extends Objective {
  readonly dataset: Dataset;
  /** A fresh copy of θ₀. */
  start(): Float64Array; // [d]
}

const drawn = (data: Data | Dataset, random: Random): Dataset => ('draw' in data ? data.draw(random) : data);

const randoms = { torch: torchRandom, native: nativeRandom };
/** Whose draws a seed gives. */
export type RandomName = keyof typeof randoms;

/**
 * Draws the data and the initial parameters of one seed, and returns the loss as a function of the parameters.
 *
 * @example
 * const L = objective({
 *   model: mlp({ hidden: [64], activation: 'relu' }), loss: 'mse', seed: 0,
 *   data: gaussianMixture({ n: 200, d: 20, classes: 5, separation: 2 }),
 * });
 * @throws {TypeError} if there is another option, the loss cannot be taken on the data (cross-entropy without classes), or
 *   the data are not of the shape they say. @throws {RangeError} if they are not finite, the network is too large, or an
 *   option has a value that it cannot have.
 */
export function objective(problem: Problem): Risk {
  const known = ['model', 'loss', 'data', 'seed', 'random', 'order', 'engine', 'threads'] satisfies (keyof Problem)[];
  requireOptions('objective', problem, known);
  const { model, loss, data, seed = 0, random = 'torch', order = 'model-first' } = problem;
  const { engine = 'wasm', threads = 1 } = problem;
  requireOneOf('objective', { loss }, Object.keys(losses));
  requireOneOf('objective', { random }, Object.keys(randoms));
  requireOneOf('objective', { order }, ['model-first', 'data-first']);
  requireOneOf('objective', { engine }, Object.keys(engines));
  requireCounts('objective', { threads });
  const stream = randoms[random](seed);
  const tensors = tensorsOf(model, data.d, data.k);
  const first = order === 'data-first' ? drawn(data, stream) : undefined;
  const theta0 = draw(tensors, stream);
  const dataset = first ?? drawn(data, stream);
  checkDataset(dataset);
  if (loss === 'cross-entropy' && !dataset.labels) {
    throw new TypeError('objective: cross-entropy needs data with classes, got real targets; use mse');
  }
  const dim = theta0.length;
  const { open, capabilities } = engines[runnable(engine)];
  const over = (data: Dataset) =>
    open({ tensors, dim, dataset: data, activation: model.activation, loss: losses[loss] }, { threads });
  return {
    dim,
    tensors,
    dataset,
    capabilities: dataset.labels ? [...capabilities, 'classes'] : capabilities,
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
