import { relaxedSimd } from '../../kernels/relaxed-simd.ts';
import type { Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { type Options, openOn, requireRoomFor } from './open.ts';

/** Has this runtime relaxed SIMD? Node has it from 22 on. If not, `open` throws: take `wasm`. */
export const { available } = relaxedSimd;

export const name = 'wasm-fma';
export const bits = 'wasm-fma';
export const precision = 'float64';
export { products } from './engine.ts';

export const requireRoom = (outline: NetworkSize): void => requireRoomFor('wasm-fma', outline);

/**
 * As `wasm`, with the products' additions fused with their multiplications: the last bits differ from those of `wasm`,
 * and may differ from one kind of processor to another. See {@link openOn}.
 */
export const open = (network: Network, options: Options = {}): ReloadableEvaluation =>
  openOn(relaxedSimd, 'wasm-fma', network, options);
