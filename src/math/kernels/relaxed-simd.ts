import { Instances } from './instances.ts';
import * as shipped from './kernels-fma.wasm.ts';

/**
 * (module (func (param v128 v128 v128) (result v128)
 *   (f64x2.relaxed_madd (local.get 0) (local.get 1) (local.get 2))))
 */
const probe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 135, 2, 11],
);

export const relaxedSimd = new Instances(shipped, probe);
