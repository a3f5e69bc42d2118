import type { Dataset } from '../data/dataset.ts';
import type { Loss } from '../losses/loss.ts';
import type { Activation } from '../models/activations.ts';
import type { Evaluation, ProductName, Tensor } from '../objective.ts';

/** A network with its data and loss, as an engine is handed it. */
export interface Network {
  readonly tensors: readonly Tensor[];
  readonly dim: number;
  readonly dataset: Dataset;
  readonly activation: Activation;
  readonly loss: Loss;
}

/** What of a network its workspace depends on. */
export type NetworkSize = Pick<Network, 'tensors' | 'dim' | 'activation'> & {
  readonly dataset: Pick<Dataset, 'n' | 'd' | 'k'>;
  readonly loss: Pick<Loss, 'name'>;
};

export interface Engine {
  readonly products: readonly ProductName[];
  /** False where the runtime lacks what it needs; absent where it needs nothing. */
  readonly available?: boolean;
  /** @throws {RangeError} if the workspace of a run would not fit, with an estimate; allocates nothing. */
  requireRoom(outline: NetworkSize): void;
  /** Allocates the workspace of one run; an engine that has no use for more threads than the caller's keeps to that. */
  open(network: Network, options?: { readonly threads?: number }): ReloadableEvaluation;
}

/** The evaluation of a network over a data set that was taken in when it was opened. */
export interface ReloadableEvaluation extends Evaluation {
  /** Takes the data set in again, after its arrays have been written over with as many other samples. */
  reload(): void;
}
