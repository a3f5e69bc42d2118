import type { Random } from '../../random/random.ts';
import { Krylov } from '../krylov.ts';
import { chanceAbove } from '../miss-probability.ts';
import { tridiagonalEigen } from '../tridiagonal.ts';
import type { Pair } from './pair.ts';
import type { Products } from './products.ts';
import type { Wanted } from './wanted.ts';

/** δ: an eigenvalue counts as missed if it lies beyond a value by more than this part of ‖A‖. */
export const OVERTAKE = 0.01;

/** At most the chance that eigenvalues beyond a pair were missed at that end. */
export type Chance = (pair: Pair, end: 'top' | 'bottom') => number;

/** Directions for {@link refine}, or none and the chance of what was missed. */
export interface Exploration {
  readonly found: readonly Float64Array[]; // [·][d]
  readonly chance: Chance;
}

/**
 * Lanczos from a random direction b in the complement of the pairs, on B = (I − XXᵀ)A(I − XXᵀ): until a Ritz vector that
 * belongs among the wanted ones has converged, or the chance that there is one is at most `miss`.
 *
 * @param draws Directions that could have stopped the search, this one included.
 */
export function explore(
  pairs: readonly Pair[],
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
    const exact = space.exhausted;
    const spent = products.spent(wanted.reserve);
    if (!(exact || spent || m <= 8 || m % (m <= 64 ? 2 : 8) === 0)) continue;
    const last = new Float64Array(m); // [m, 1]: of each eigenvector the last component alone
    last[m - 1] = 1;
    const T = space.tridiagonal;
    const { values, vectors } = tridiagonalEigen(...T, last); // ascending
    const [low, high] = [values[0]!, values[m - 1]!];
    products.saw(low, high);
    const news = wanted.news(pairs, values, products.tie);
    const residual = (j: number) => (exact ? 0 : length * Math.abs(vectors[j]!));
    if (news.length) {
      if (!(exact || spent || news.every((j) => residual(j) <= 0.5 * products.enough))) continue;
      const S = tridiagonalEigen(...T).vectors; // [m, m]
      const more = wanted.company(pairs.length, news, m);
      const found = more.map((j) => space.combine(S.subarray(j * m, (j + 1) * m)));
      return { found, chance: () => 1 };
    }
    const chance: Chance = (pair, end) => {
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

/** Is the chance of a miss low enough for each of the k and of the bottom ones? */
function isSafe(pairs: readonly Pair[], wanted: Wanted, chance: Chance, miss: number): boolean {
  const { top, bottom } = wanted.ends(pairs);
  return (
    top.slice(0, wanted.k).every((pair) => chance(pair, 'top') <= miss) &&
    bottom.every((pair) => chance(pair, 'bottom') <= miss)
  );
}

/** T: what ±B may not exceed if none beyond ± this pair is to have been missed, the sign that of the end. */
function bound(pairs: readonly Pair[], { value }: Pair, sign: 1 | -1, scale: number): number {
  const tau = sign * value + OVERTAKE * scale;
  let T = tau;
  for (const { value, residual } of pairs) {
    const under = tau - sign * value;
    if (under > 0) T -= residual * (residual / under);
  }
  return T;
}
