import type { Basis } from './basis/basis.ts';
import { norm } from './vector.ts';

/**
 * w ← (I − QᵀQ)·w for an orthonormal basis, in two passes and in more as long as w shrinks under them. Returns ‖w‖.
 *
 * One pass leaves the rounding of what it removed, a second one does not ("twice is enough"). `passes = 1` is for a w
 * that a recurrence has made orthogonal but for rounding: that was the first.
 *
 * - cost: 4·d·|Q| operations a pass
 *
 * @param length ‖w‖ before.
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
