import { simd } from '../../kernels/simd.ts';
import type { Basis } from './basis.ts';
import { PlainBasis } from './plain.ts';
import { most, SimdBasis } from './simd.ts';

/**
 * An empty basis for vectors of d doubles, to be disposed of. In the memory of the SIMD kernels where there are any and d is
 * not beyond it, else in arrays: the bits are the same.
 */
export const emptyBasis = (d: number): Basis => (simd.available && d <= most ? new SimdBasis(d) : new PlainBasis(d));
