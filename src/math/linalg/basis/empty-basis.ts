import { simd } from '../../kernels/simd.ts';
import type { Basis } from './basis.ts';
import { PlainBasis } from './plain.ts';
import { LARGEST_DIMENSION, SimdBasis } from './simd.ts';

/**
 * Makes an empty basis for vectors of d doubles: in the memory of the SIMD kernels if the runtime
 * has them and d is not too large, else in arrays. The bits are the same. Dispose of it after use.
 */
export const emptyBasis = (d: number): Basis =>
  simd.available && d <= LARGEST_DIMENSION ? new SimdBasis(d) : new PlainBasis(d);
