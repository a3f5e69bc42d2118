import { simd } from '../../kernels/simd.ts';
import type { ProductName } from '../../objective.ts';
import type { KernelNeeds, Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { openOn, requireKernelsFor, requireRoomFor, type WasmOptions } from './open.ts';

/** true if this runtime has the 128-bit SIMD of WebAssembly. */
export const { available } = simd;

export const name = 'wasm';
export const bits = 'exact';
export const precision = 'float64';
export const products: readonly ProductName[] = ['hvp', 'gnvp', 'jvp', 'vjp', 'preActivations'];

export const requireKernels = (network: KernelNeeds): void => requireKernelsFor(name, network);

export const requireRoom = (size: NetworkSize): void => requireRoomFor(name, size);

/**
 * Opens a network; see {@link openOn}. The bits are the same on every runtime and processor,
 * because the kernels use only + − × ÷ and operations on bits.
 */
export const open = (network: Network, options: WasmOptions = {}): ReloadableEvaluation =>
  openOn(simd, name, network, options);
