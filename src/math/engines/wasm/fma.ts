import type { Loaded, Network, Outline } from '../engines.ts';
import { Instances } from './instances.ts';
import * as shipped from './kernels-fma.wasm.ts';
import { type Options, openOn, requireRoomFor } from './open.ts';

/** (module (func (param v128 v128 v128) (result v128) (f64x2.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))) */
const probe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 135, 2, 11],
);

export const instances = new Instances(shipped, probe);

/** Has this runtime relaxed SIMD? Node has it from 22 on. If not, `open` throws: take `wasm`. */
export const { available } = instances;

export { capabilities } from './engine.ts';

export const requireRoom = (outline: Outline): void => requireRoomFor('wasm-fma', outline);

/**
 * As `wasm`, with the products' additions fused with their multiplications: the last bits differ from those of `wasm`,
 * and may differ from one kind of processor to another. See {@link openOn}.
 */
export const open = (network: Network, options: Options = {}): Loaded =>
  openOn(instances, 'wasm-fma', network, options);
