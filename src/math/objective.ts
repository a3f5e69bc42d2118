import type { Dataset } from './data/dataset.ts';

/**
 * Block of θ: a weight matrix W_l of shape (rows, cols) = (out, in), row-major, or a bias b_l of
 * shape (rows, 1).
 */
export interface Tensor {
  readonly name: string;
  readonly kind: 'weight' | 'bias';
  /** Layer l = 1 … L, counted from the input. */
  readonly layer: number;
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
}

/** Method of an {@link Evaluation} that an engine may lack; loss and gradient are always there. */
export type ProductName = 'hvp' | 'gnvp' | 'jvp' | 'vjp' | 'preActivations';

/**
 * Two neighbouring blocks W_l and W_(l+1), with the bias b_l between them, that gradient flow
 * balances: the source of the conservation laws. Numbers are places in `tensors`.
 */
export interface LawPair {
  /** l: the law couples layer l with layer l + 1. */
  readonly layer: number;
  readonly below: number;
  readonly above: number;
  readonly bias?: number | undefined;
}

/** Facts about an objective that hold at every θ. Operators check them before the first step. */
export interface ObjectiveFacts {
  /** Name in messages and metadata. */
  readonly name?: string | undefined;
  readonly precision: 'float64' | 'float32';
  /** Class of bits of its engine; see `Engine.bits`. */
  readonly bits?: string | undefined;
  /** Name of the engine that computes it. */
  readonly engine?: string | undefined;
  /**
   * Products that are central differences of gradients, not exact. Columns that are measured with
   * them say so.
   */
  readonly differences?: readonly ProductName[] | undefined;
  /** n, if it is a mean over samples. */
  readonly samples?: number | undefined;
  /** Number of classes, if the samples have labels. */
  readonly classes?: number | undefined;
  readonly network?: { readonly activation: string; readonly loss: string } | undefined;
  /** Seed that data and θ₀ were drawn from, if there is one. */
  readonly seed?: number | undefined;
  /**
   * Pairs of blocks that the laws are written over; empty if none are known. Gradient flow keeps
   * the laws if σ is homogeneous, the matrix laws only if it is linear.
   */
  readonly pairs: readonly LawPair[];
}

/** Inner products at θ, one entry per tensor. They come with the gradient, from the same pass. */
export interface Sums {
  readonly weightNormSq: Float64Array; //   ‖θ_b‖²     [tensors]
  readonly gradientNormSq: Float64Array; // ‖g_b‖²     [tensors]
  readonly inner: Float64Array; //          ⟨θ_b, g_b⟩ [tensors]
}

/**
 * Makes sums for these tensors, all of them zero, for an evaluation to fill.
 *
 * @example
 * L.open().evaluate(L.start(), new Float64Array(L.dim), emptySums(L.tensors)); // the loss at θ₀
 */
export function emptySums({ length }: readonly Tensor[]): Sums {
  const perTensor = () => new Float64Array(length); // [tensors]
  return { weightNormSq: perTensor(), gradientNormSq: perTensor(), inner: perTensor() };
}

/**
 * Objective that is ready to be evaluated. It owns a workspace (and an engine's memory) until
 * `close`.
 *
 * `evaluate` moves it to θ. Later products are taken there and reuse its forward and backward pass.
 */
export interface Evaluation {
  /**
   * Returns L(θ), writes ∇L(θ) into `gradient` [d] and fills `sums`. A run fills them itself if the
   * first evaluation leaves them alone.
   */
  evaluate(theta: Float64Array, gradient: Float64Array, sums: Sums): number;
  /**
   * Returns L(θ) from a forward pass alone, the same bits as `evaluate`. The outputs,
   * `preActivations(L, …)`, may follow, and no other product.
   */
  loss?(theta: Float64Array): number;
  /**
   * out ← ∇²L(θ)·v; at a kink of a piecewise linear activation, the Hessian that holds almost
   * everywhere. [d] → [d]
   */
  hvp?(v: Float64Array, out: Float64Array): Float64Array;
  /**
   * out ← Jᵀ(∇²ℓ)J·v, the Gauss-Newton product: ∇²L without the curvature of the network. [d] → [d]
   */
  gnvp?(v: Float64Array, out: Float64Array): Float64Array;
  /** out ← J·v, J the Jacobian of all outputs. [d] → [n, k] */
  jvp?(v: Float64Array, out: Float64Array): Float64Array;
  /** out ← Jᵀ·u. [n, k] → [d] */
  vjp?(u: Float64Array, out: Float64Array): Float64Array;
  /**
   * out ← z_l = W_l·h_(l−1) + b_l over the samples, l = 1 … L; z_L are the outputs f. [n, width of
   * l]
   */
  preActivations?(layer: number, out: Float64Array): Float64Array;
  close(): void;
}

/** Evaluation of the mean over some of the samples, as many at a time as it was opened for. */
export interface BatchEvaluation extends Evaluation {
  /** Moves it to these samples. The evaluation before is lost. */
  select(rows: Int32Array): void;
}

/** Samples that an objective is the mean over. */
export interface Batched {
  readonly n: number;
  /**
   * Allocates a workspace for batches of `size` samples. @throws {RangeError} if there are not so
   * many.
   */
  open(size: number): BatchEvaluation;
}

/** Twice differentiable scalar function of θ ∈ ℝᵈ: all that an operator may ask of an engine. */
export interface Objective {
  readonly dim: number; // d
  readonly tensors: readonly Tensor[];
  /** Products that every evaluation of it has. */
  readonly products: readonly ProductName[];
  readonly facts: ObjectiveFacts;
  readonly dataset?: Dataset;
  /** Returns a fresh copy of the parameters that a run starts from, θ₀ [d]. */
  start?(): Float64Array;
  /** Returns a hash of all that decides L; absent if nothing tells two objectives apart. */
  hash?(): string;
  open(): Evaluation;
  /** Means over some of the samples; absent if the engine cannot take them. */
  readonly batches?: Batched;
}
