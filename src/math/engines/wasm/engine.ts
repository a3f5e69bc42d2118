import type { Capability } from '../../objective.ts';
import type { Loaded, Network, Outline } from '../engines.ts';
import { Instances } from './instances.ts';
import * as shipped from './kernels.wasm.ts';
import { type Options, openOn, requireRoomFor } from './open.ts';

/** (module (func (result v128) i32.const 0 i8x16.splat)) */
const probe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
);

export const instances = new Instances(shipped, probe);

/** Has this runtime the 128-bit SIMD of WebAssembly? If not, `open` throws: take `typed-array`. */
export const { available } = instances;

export const capabilities: readonly Capability[] = [
  'gradient',
  'hessianProduct',
  'jacobianProducts',
  'batches',
  'preActivations',
];

export const requireRoom = (outline: Outline): void => requireRoomFor('wasm', outline);

/** The same bits on every runtime and processor, for only + − × ÷ and operations on bits are used. See {@link openOn}. */
export const open = (network: Network, options: Options = {}): Loaded => openOn(instances, 'wasm', network, options);
