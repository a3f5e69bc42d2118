import { relaxedSimd } from '../../kernels/relaxed-simd.ts';
import type { KernelNeeds, Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { openOn, requireKernelsFor, requireRoomFor, type WasmOptions } from './open.ts';

/** true if this runtime has relaxed SIMD, as Node from 22 on. */
export const { available } = relaxedSimd;

export const name = 'wasm-fma';
export const bits = 'wasm-fma';
export const precision = 'float64';
export { products } from './engine.ts';

export const requireKernels = (network: KernelNeeds): void => requireKernelsFor(name, network);

export const requireRoom = (size: NetworkSize): void => requireRoomFor(name, size);

/**
 * Opens a network as `wasm` does, with fused multiply-add in the products. The last bits differ
 * from those of `wasm`, and may differ from one kind of processor to another.
 */
export const open = (network: Network, options: WasmOptions = {}): ReloadableEvaluation =>
  openOn(relaxedSimd, name, network, options);
