import type { Dataset } from '../data/dataset.ts';
import type { Loss } from '../losses/losses.ts';
import type { Activation } from '../models/activations.ts';
import type { Capability, Evaluation, Tensor } from '../objective.ts';
import * as typedArray from './typed-array/engine.ts';
import * as wasm from './wasm/engine.ts';
import * as wasmFma from './wasm/fma.ts';

/** A network with its data and loss, as an engine is handed it. */
export interface Network {
  readonly tensors: readonly Tensor[];
  readonly dim: number;
  readonly dataset: Dataset;
  readonly activation: Activation;
  readonly loss: Loss;
}

/** What of a network its workspace depends on. */
export type Outline = Pick<Network, 'tensors' | 'dim' | 'activation'> & {
  readonly dataset: Pick<Dataset, 'n' | 'd' | 'k'>;
  readonly loss: Pick<Loss, 'name'>;
};

export interface Engine {
  readonly capabilities: readonly Capability[];
  /** False where the runtime lacks what it needs; absent where it needs nothing. */
  readonly available?: boolean;
  /** @throws {RangeError} if the workspace of a run would not fit, with an estimate; allocates nothing. */
  requireRoom(outline: Outline): void;
  /** Allocates the workspace of one run; an engine that has no use for more threads than the caller's keeps to that. */
  open(network: Network, options?: { readonly threads?: number }): Loaded;
}

/** The evaluation of a network over a data set that was taken in when it was opened. */
export interface Loaded extends Evaluation {
  /** Takes the data set in again, after its arrays have been written over with as many other samples. */
  reload(): void;
}

/** What computes loss, gradient and products: plain loops, WebAssembly, or that with fused multiply-add. */
export type EngineName = 'typed-array' | 'wasm' | 'wasm-fma';

export const engines: Record<EngineName, Engine> = { 'typed-array': typedArray, wasm, 'wasm-fma': wasmFma };

/** What takes the place of an engine that a runtime lacks the instructions for; `typed-array` runs everywhere. */
const instead: Readonly<Record<EngineName, EngineName>> = {
  'wasm-fma': 'wasm',
  wasm: 'typed-array',
  'typed-array': 'typed-array',
};

/** The engine asked for, by default `wasm`, or the next best one that this runtime can run. */
export const runnable = (name: EngineName = 'wasm'): EngineName =>
  (engines[name].available ?? true) ? name : runnable(instead[name]);
