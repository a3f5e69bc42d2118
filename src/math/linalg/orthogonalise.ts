import type { Basis } from './basis/basis.ts';
import { norm } from './vector.ts';

/**
 * Makes w orthogonal to an orthonormal basis, w ← (I − QᵀQ)·w, in two passes, and in more while w
 * shrinks. Returns ‖w‖.
 *
 * One pass leaves the rounding of what it removed; two are enough. `passes = 1` is for a w that a
 * recurrence has already made orthogonal up to rounding.
 *
 * - cost: 4·d·|Q| operations a pass
 *
 * @param length ‖w‖ before the call.
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), §6.9.
 */
export function orthogonalise(w: Float64Array, basis: Basis, length: number, passes = 2): number {
  let before = length;
  for (let pass = 1; ; pass++) {
    basis.project(w);
    const after = norm(w);
    if (pass >= passes && (after >= 0.5 * before || pass >= 5)) return after;
    before = after;
  }
}
