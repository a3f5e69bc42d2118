import type { Dataset } from '../data/dataset.ts';
import type { Loss } from '../losses/loss.ts';
import type { Activation } from '../models/activations.ts';
import type { Evaluation, ObjectiveFacts, ProductName, Tensor } from '../objective.ts';

/** Network with its data and loss: all that an engine gets. */
export interface Network {
  readonly tensors: readonly Tensor[];
  readonly dim: number;
  readonly dataset: Dataset;
  readonly activation: Activation;
  readonly loss: Loss;
}

/** Part of a network that decides how large its workspace is. */
export type NetworkSize = Pick<Network, 'tensors' | 'dim' | 'activation'> & {
  readonly dataset: Pick<Dataset, 'n' | 'd' | 'k'>;
  readonly loss: Pick<Loss, 'name'>;
};

/** Parts of a network that an engine needs kernels for. */
export type KernelNeeds = Pick<Network, 'activation'> & Pick<NetworkSize, 'loss'>;

/**
 * Engine: computes loss, gradient and products of a network. Each is a module of this folder whose
 * exports are these members, and one line in the registry of `engines.ts`.
 */
export interface Engine {
  readonly name: string;
  /**
   * Class of bits. Engines of one class give the same bits for the same input, so the key of a
   * stored run carries the class and not the engine's name.
   */
  readonly bits: string;
  /** Precision that it computes in. Vectors are float64 on the way in and out in any case. */
  readonly precision: ObjectiveFacts['precision'];
  readonly products: readonly ProductName[];
  /** false if the runtime lacks the instructions that the engine needs; absent if it needs none. */
  readonly available?: boolean;
  /**
   * Estimates the workspace of one run, and allocates nothing.
   *
   * @throws {RangeError} if it would not fit; the message has the estimate.
   */
  requireRoom(size: NetworkSize): void;
  /**
   * Checks that it can compute an activation and a loss; absent if it takes any.
   *
   * @throws {RangeError} that names the one that it has no kernel for.
   */
  requireKernels?(network: KernelNeeds): void;
  /** Allocates the workspace of one run. `threads` is a limit: an engine may use fewer. */
  open(network: Network, options?: { readonly threads?: number }): ReloadableEvaluation;
}

/** Evaluation that holds a copy of the samples, made when it was opened. */
export interface ReloadableEvaluation extends Evaluation {
  /** Copies the samples again, after the arrays of the data set have been overwritten. */
  reload(): void;
}
