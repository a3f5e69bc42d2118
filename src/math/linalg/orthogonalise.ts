import { addScaled, dot, norm } from './vector.ts';

/**
 * w ← (I − QQᵀ)·w for orthonormal q, in two passes and in more as long as w shrinks under them. Returns ‖w‖.
 *
 * One pass leaves the rounding of what it removed, a second one does not ("twice is enough"). `passes = 1` is for a w
 * that a recurrence has made orthogonal but for rounding: that was the first.
 *
 * - cost: 4·d·|Q| operations a pass; four q at a time, so that w is read once for the four
 *
 * @param length ‖w‖ before.
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), §6.9.
 */
export function orthogonalise(w: Float64Array, basis: readonly Float64Array[], length: number, passes = 2): number {
  let before = length;
  for (let pass = 1; ; pass++) {
    sweep(w, basis);
    const after = norm(w);
    if (pass >= passes && (after >= 0.5 * before || pass >= 5)) return after;
    before = after;
  }
}

function sweep(w: Float64Array, basis: readonly Float64Array[]): void {
  const d = w.length;
  const whole = basis.length - (basis.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const [a, b, c, e] = [basis[j]!, basis[j + 1]!, basis[j + 2]!, basis[j + 3]!];
    let [wa, wb, wc, we] = [0, 0, 0, 0];
    for (let i = 0; i < d; i++) {
      const x = w[i]!;
      wa += a[i]! * x;
      wb += b[i]! * x;
      wc += c[i]! * x;
      we += e[i]! * x;
    }
    for (let i = 0; i < d; i++) w[i]! -= wa * a[i]! + wb * b[i]! + (wc * c[i]! + we * e[i]!);
  }
  for (let j = whole; j < basis.length; j++) addScaled(w, -dot(basis[j]!, w), basis[j]!);
}

/** Σⱼ s[j]·basis[j], four vectors at a time. [d] */
export function combine(basis: readonly Float64Array[], s: ArrayLike<number>): Float64Array {
  const d = basis[0]!.length;
  const out = new Float64Array(d); // [d]
  const whole = basis.length - (basis.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const [a, b, c, e] = [basis[j]!, basis[j + 1]!, basis[j + 2]!, basis[j + 3]!];
    const [sa, sb, sc, se] = [s[j]!, s[j + 1]!, s[j + 2]!, s[j + 3]!];
    for (let i = 0; i < d; i++) out[i]! += sa * a[i]! + sb * b[i]! + (sc * c[i]! + se * e[i]!);
  }
  for (let j = whole; j < basis.length; j++) addScaled(out, s[j]!, basis[j]!);
  return out;
}
