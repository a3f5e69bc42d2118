import { emptyBasis } from '../basis/empty-basis.ts';
import { orthogonalise } from '../orthogonalise.ts';
import { eigenSymmetric } from '../symmetric.ts';
import { addScaled, norm } from '../vector.ts';
import { OVERTAKE_FRACTION } from './explore.ts';
import type { Products } from './products.ts';
import { type RitzPair, ritzPairOf } from './ritz-pair.ts';
import type { Wanted } from './wanted.ts';

/** Number of products spent on the guards in one refinement. */
const GUARD_PRODUCTS = 4;
/** Number of vectors at which the subspace is cut back to its better half. */
const LARGEST_SUBSPACE = 24;
/**
 * Times a basis is orthogonalised anew because a residual vanishes in it, before its pairs are
 * taken as they are.
 */
const RESTARTS = 8;

/** Direction to begin with, and its product if that is known. */
export interface StartDirection {
  readonly x: Float64Array; //                [d]
  readonly Ax: Float64Array | undefined; // [d]
}

/**
 * Refines known directions by Rayleigh–Ritz in the span of the seeds, widened by residuals until
 * the wanted pairs have converged.
 *
 * The residual of a Ritz pair is the direction in which its Krylov space grows, so this is Lanczos
 * from the vectors of last time. At the end each wanted vector is multiplied once more; the
 * residual of that product is the one that is reported.
 */
export function refine(seeds: readonly StartDirection[], products: Products, wanted: Wanted, restarts = 0): RitzPair[] {
  const { d } = products;
  using Q = emptyBasis(d); //          orthonormal
  using AQ = emptyBasis(d); //         their images
  const H: Float64Array[] = []; // QAQᵀ, its lower triangle
  const add = (q: Float64Array, Aq: Float64Array) => {
    Q.add(q);
    AQ.add(Aq);
    H.push(Q.inner(Aq));
  };
  for (const { x, Ax } of seeds) {
    const q = x.slice();
    const before = norm(q);
    const after = orthogonalise(q, Q, before);
    if (!(after > 0.01 * before)) continue; // nothing new in it
    for (let i = 0; i < d; i++) q[i]! /= after;
    // X and the directions found in its complement are orthonormal to rounding: the product of x is
    // that of q
    add(q, Ax ?? products.times(q));
  }
  if (Q.length === 0) return []; // all seeds are zero or NaN
  let effort = GUARD_PRODUCTS;
  let [trial, chosen] = [new Float64Array(d), new Float64Array(d)]; // residuals
  const scratch = new Float64Array(d);
  for (let target = 0; ; ) {
    const n = Q.length;
    const { values, vectors } = eigenSymmetric(dense(H), n); // ascending
    const s = (j: number) => vectors.subarray((n - 1 - j) * n, (n - j) * n); // of the j-th from the top, [n]
    products.noteRitzRange(values[0]!, values[n - 1]!);
    const [top, bottom] = wanted.countsOf(values.slice().reverse());
    const count = top + bottom;
    const place = (i: number) => (i < top ? i : n - 1 - (i - top)); // of the i-th that is wanted
    const value = (j: number) => values[n - 1 - j]!;
    const rest = (j: number) => addScaled(AQ.combine(s(j), trial), -value(j), Q.combine(s(j), scratch));
    let r: Float64Array | undefined;
    const choose = () => {
      [chosen, trial] = [trial, chosen];
      r = chosen;
    };
    for (let i = 0; i < count && n < d && !r; i++) {
      const j = place((target + i) % count);
      if (norm(rest(j)) <= 0.9 * products.residualTolerance) continue;
      target = (target + i) % count;
      choose();
    }
    const guards: number[] = [];
    for (const j of r || n === count ? [] : wanted.guards(n, top, bottom)) {
      // a guard lowers T by at most half of δ‖A‖
      const nearer = j === top ? value(Math.min(wanted.k, top) - 1) - value(j) : value(j) - value(n - bottom);
      const half = 0.5 * OVERTAKE_FRACTION * products.scale;
      if (n === d || norm(rest(j)) <= Math.sqrt(half * (nearer + 2 * half))) guards.push(j);
      else if (!r && effort-- > 0) choose();
    }
    if (!r || products.isSpent(count + 1) || restarts === RESTARTS) {
      const kept = [...Array.from({ length: count }, (_, i) => place(i)), ...guards].sort((a, b) => a - b);
      return kept.map((j) => {
        const x = Q.combine(s(j));
        const direct = n === 1 || guards.includes(j);
        return ritzPairOf(x, direct ? AQ.combine(s(j)) : products.times(normalised(x)));
      });
    }
    if (n >= LARGEST_SUBSPACE + 2 * count) {
      // keep as many more at each end that is wanted: close eigenvalues do not separate without
      // them
      const more = (n >> 1) - count;
      const low = bottom ? bottom + (more >> 1) : 0;
      const kept = [...Array(n).keys()].filter((j) => j < top + more - (low - bottom) || j >= n - low);
      const better = kept.map((j) => [Q.combine(s(j)), AQ.combine(s(j))] as const);
      for (const each of [Q, AQ]) each.clear();
      H.length = 0;
      for (const [q, Aq] of better) add(q, Aq);
    }
    // a residual is orthogonal to Q up to rounding, which counts as the first pass
    const length = orthogonalise(r, Q, norm(r), 1);
    if (!(length > 0)) {
      const there = Array.from({ length: n }, (_, j) => ({ x: Q.at(j), Ax: AQ.at(j) }));
      return refine(there, products, wanted, restarts + 1);
    }
    for (let i = 0; i < d; i++) r[i]! /= length;
    add(r, products.times(r, scratch));
  }
}

function normalised(x: Float64Array): Float64Array {
  const length = norm(x);
  for (let i = 0; i < x.length; i++) x[i]! /= length;
  return x;
}

/** Returns the full matrix [n, n], row-major, of a lower triangle. */
function dense(H: readonly Float64Array[]): Float64Array {
  const n = H.length;
  const A = new Float64Array(n * n);
  for (const [i, row] of H.entries()) A.set(row, i * n);
  return A;
}
