import type { Random } from '../../random/random.ts';
import { Krylov } from '../krylov.ts';
import { chanceAbove } from '../miss-probability.ts';
import { tridiagonalEigen } from '../tridiagonal.ts';
import type { Products } from './products.ts';
import type { RitzPair } from './ritz-pair.ts';
import type { Wanted } from './wanted.ts';

/** δ: an eigenvalue counts as missed if it lies beyond a value by more than this share of ‖A‖. */
export const OVERTAKE_FRACTION = 0.01;

/** Bound of the chance that eigenvalues beyond a pair were missed at that end. */
export type MissChance = (pair: RitzPair, end: 'top' | 'bottom') => number;

/** Result of a search: directions for `refine`, or none and the chance of a miss. */
export interface Exploration {
  readonly found: readonly Float64Array[]; // [·][d]
  readonly chance: MissChance;
}

/**
 * Searches the complement of the known pairs X: Lanczos from a random direction b on
 * B = (I − XXᵀ)A(I − XXᵀ). It ends if a Ritz vector that belongs among the wanted ones has
 * converged, or if the chance that there is one is at most `miss`.
 *
 * @param draws Number of directions that could have stopped the search, this one included.
 */
export function explore(
  pairs: readonly RitzPair[],
  draws: number,
  { products, wanted, random, miss }: { products: Products; wanted: Wanted; random: Random; miss: number },
): Exploration {
  const { d } = products;
  const n = d - pairs.length; // dimension of the complement
  if (n === 0) return { found: [], chance: () => 0 };
  using space = new Krylov(
    (x, out) => products.times(x, out),
    random.normal(d),
    pairs.map(({ x }) => x),
  );
  for (;;) {
    space.step();
    const m = space.size;
    const length = space.coupling[m - 1]!;
    const exact = space.exhausted && length < Infinity; // an overflow also ends the recurrence
    const spent = products.isSpent(wanted.productsToFinish);
    if (!(exact || spent || m <= 8 || m % (m <= 64 ? 2 : 8) === 0)) continue;
    const last = new Float64Array(m); // [m, 1]: gives the last component of each eigenvector
    last[m - 1] = 1;
    const T = space.tridiagonal;
    const { values, vectors } = tridiagonalEigen(...T, last); // ascending
    const [low, high] = [values[0]!, values[m - 1]!];
    products.noteRitzRange(low, high);
    const newCandidates = wanted.newCandidates(pairs, values, products.degeneracyTolerance);
    const residual = (j: number) => (exact ? 0 : length * Math.abs(vectors[j]!));
    if (newCandidates.length) {
      if (!(exact || spent || newCandidates.every((j) => residual(j) <= 0.5 * products.residualTolerance))) continue;
      const S = tridiagonalEigen(...T).vectors; // [m, m]
      const more = wanted.withGuards(pairs.length, newCandidates, m);
      const found = more.map((j) => space.combine(S.subarray(j * m, (j + 1) * m)));
      return { found, chance: () => 1 };
    }
    const chance: MissChance = (pair, end) => {
      if (exact) return 0;
      const one =
        end === 'top'
          ? chanceAbove(bound(pairs, pair, 1, products.scale), high, low, n, m)
          : chanceAbove(bound(pairs, pair, -1, products.scale), -low, -high, n, m);
      return Math.min(1, draws * one);
    };
    if (exact || spent || isSafe(pairs, wanted, chance, miss)) return { found: [], chance };
  }
}

/** Tells whether the chance of a miss is low enough for each of the k and the bottom ones. */
function isSafe(pairs: readonly RitzPair[], wanted: Wanted, chance: MissChance, miss: number): boolean {
  const { top, bottom } = wanted.ends(pairs);
  return (
    top.slice(0, wanted.k).every((pair) => chance(pair, 'top') <= miss) &&
    bottom.every((pair) => chance(pair, 'bottom') <= miss)
  );
}

/**
 * Returns T: if ±B does not exceed it, no eigenvalue beyond ± this pair was missed; `sign` is that
 * of the end.
 */
function bound(pairs: readonly RitzPair[], { value }: RitzPair, sign: 1 | -1, scale: number): number {
  const tau = sign * value + OVERTAKE_FRACTION * scale;
  let T = tau;
  for (const { value, residual } of pairs) {
    const under = tau - sign * value;
    if (under > 0) T -= residual * (residual / under);
  }
  return T;
}
