import type { Random } from '../random/random.ts';
import type { MatVec } from './mat-vec.ts';
import { dot, norm } from './vector.ts';

/**
 * Allowed difference of u·Av and v·Au relative to ‖u‖‖Av‖ + ‖v‖‖Au‖: 16 roundings of float32, as of
 * some engines.
 */
const SKEW = 1e-6;

/** Number of products that {@link requireSymmetric} takes. */
export const CHECKS = 3;

/**
 * Checks on two random directions that products of A are those of one symmetric matrix: the same
 * product twice is the same to the bit, and u·Av = v·Au to {@link SKEW}.
 *
 * - cost: {@link CHECKS} products
 *
 * @returns false if a product is not finite, because nothing follows then.
 * @throws {RangeError} with the numbers, if one of the two does not hold.
 */
export function requireSymmetric(who: string, matvec: MatVec, d: number, random: Random): boolean {
  const [u, v] = [random.normal(d), random.normal(d)];
  const [Au, again, Av] = [u, u, v].map((x) => matvec(x, new Float64Array(d))) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const size = norm(u) * norm(Av) + norm(v) * norm(Au);
  if (!(size < Infinity)) return false;
  const other = Au.findIndex((x, i) => x !== again[i]!);
  if (other >= 0) {
    throw new RangeError(
      `${who}: the same product taken twice must be the same, got ${Au[other]} and ${again[other]} in entry ${other}; is the objective deterministic?`,
    );
  }
  const [uAv, vAu] = [dot(u, Av), dot(v, Au)];
  if (!(Math.abs(uAv - vAu) <= SKEW * size)) {
    throw new RangeError(
      `${who}: products must be those of a symmetric matrix, u·Hv = v·Hu to ${SKEW * size}, got ${uAv} and ${vAu}`,
    );
  }
  return true;
}
