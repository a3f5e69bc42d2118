import { simd } from '../../kernels/simd.ts';
import type { ProductName } from '../../objective.ts';
import type { Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { type Options, openOn, requireRoomFor } from './open.ts';

/** Has this runtime the 128-bit SIMD of WebAssembly? If not, `open` throws: take `typed-array`. */
export const { available } = simd;

export const name = 'wasm';
export const bits = 'exact';
export const precision = 'float64';
export const products: readonly ProductName[] = ['hvp', 'gnvp', 'jvp', 'vjp', 'preActivations'];

export const requireRoom = (outline: NetworkSize): void => requireRoomFor('wasm', outline);

/** The same bits on every runtime and processor, for only + − × ÷ and operations on bits are used. See {@link openOn}. */
export const open = (network: Network, options: Options = {}): ReloadableEvaluation =>
  openOn(simd, 'wasm', network, options);
