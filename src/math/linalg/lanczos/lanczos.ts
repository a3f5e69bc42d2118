import type { Random } from '../../random/random.ts';
import { requireCounts, requireFraction } from '../../require-number.ts';
import { requireOptions } from '../../require-options.ts';
import type { MatVec } from '../mat-vec.ts';
import { explore, type MissChance, OVERTAKE_FRACTION } from './explore.ts';
import { notFinite, Products } from './products.ts';
import { refine, type StartDirection } from './refine.ts';
import type { RitzPair } from './ritz-pair.ts';
import { Wanted } from './wanted.ts';

/*
 * Extreme eigenvalues of a symmetric matrix that is known by its products A·x only.
 *
 * `refine` (refine.ts) improves known approximate eigenvectors, `explore` (explore.ts) searches for
 * an eigenvalue that is still missing, and `lanczos` alternates them until the chance of a missed
 * one is small. An approximate eigenvalue with its vector is a Ritz pair (ritz-pair.ts). `Wanted`
 * (wanted.ts) chooses which of them are asked for, `Products` (products.ts) counts the products.
 */

/** Options of {@link lanczos}: what to find, how well, and from where. */
export interface LanczosOptions {
  /** Source of random directions. The miss probability holds only if they are fresh. */
  readonly random: Random;
  /** Number of eigenvalues from the top. Default 1. */
  readonly k?: number;
  /** Number of eigenvalues from the bottom. Default 0. */
  readonly bottom?: number;
  /** Value above which more than k are followed from the top, up to max(k, 8). Default Infinity. */
  readonly growAbove?: number;
  /** `vectors` of an earlier result for a matrix near this one. Default none: a cold start. */
  readonly start?: readonly Float64Array[];
  /** Residual ‖A·x − θx‖ to stop at, relative to the largest |θ| seen. Default 1e-6. */
  readonly tol?: number;
  /** Miss probability to stop at, for each of the k and the bottom ones. Default 1e-3. */
  readonly miss?: number;
  /** Number of products to stop at. Default 200, and 100 for each eigenvalue. */
  readonly maxProducts?: number;
}

/**
 * Eigenvalue and vector, with a bound of its error and of the chance that one beyond it was missed.
 */
export interface Eigenpair {
  /** θ = xᵀA·x. */
  readonly value: number;
  /** x, [d], ‖x‖ = 1. */
  readonly vector: Float64Array;
  /** ‖A·x − θx‖ from a product of x itself: an eigenvalue lies within it of θ. */
  readonly residual: number;
  /**
   * Bound of the chance that the matrix has more eigenvalues beyond θ ± 0.01·‖A‖ than
   * are listed there; 0 if the space was exhausted, 1 if nothing is known.
   */
  readonly missProbability: number;
}

/** Result of {@link lanczos}. */
export interface LanczosResult {
  /** Largest algebraic eigenvalues, descending; k times NaN if a product was not finite. */
  readonly top: readonly Eigenpair[];
  /** Smallest eigenvalues, ascending. */
  readonly bottom: readonly Eigenpair[];
  /** Orthonormal directions that the next call may start from; none if a product was not finite. */
  readonly vectors: readonly Float64Array[];
  /** Number of products of A. */
  readonly products: number;
  /** True if every residual is within the tolerance, and every miss probability within `miss`. */
  readonly converged: boolean;
}

/** Default miss probability to stop at. */
export const DEFAULT_MISS_PROBABILITY = 1e-3;
export { OVERTAKE_FRACTION };

/**
 * Finds eigenvalues of a symmetric A ∈ ℝᵈˣᵈ at both ends of its spectrum, with the chance that one
 * was missed.
 *
 * Two searches take turns until neither has anything to add.
 *
 * 1. `refine` improves what is known (Rayleigh–Ritz). It multiplies the vectors of `start` by A and
 *    widens their space by the residual of one wanted Ritz pair after the other until all are
 *    small. That is Lanczos from the vectors of last time, because the residual of a Ritz pair is
 *    the direction in which its Krylov space grows.
 * 2. `explore` looks for what is not known: Lanczos on the complement of the known vectors X from a
 *    fresh random direction b, on B = (I − XXᵀ)A(I − XXᵀ). A Ritz value that belongs among the
 *    wanted ones is followed until its vector has converged, and joins X. If there is none, the
 *    search goes on until the chance that one was missed is below `miss`.
 *
 * Refining alone would not do. A residual bounds the distance to *an* eigenvalue, and X may be
 * invariant without the one that has just overtaken. Lanczos converges at both ends of the spectrum
 * and b is random for both, so eigenvalues from the bottom cost few more products.
 *
 * *The miss probability.* Let τ = θᵢ + δ‖A‖. By Sylvester's law of inertia A has as many
 * eigenvalues above τ as there are θⱼ above τ, unless B has one above
 *
 *     T = τ − Σ_{θⱼ < τ} ‖rⱼ‖²/(τ − θⱼ),   rⱼ = A·xⱼ − θⱼxⱼ ⟂ X,
 *
 * because τ − A with X eliminated is τ − B − R(τ − Θ)⁻¹Rᵀ. `chanceAbove` bounds the chance that m
 * steps from b miss an eigenvalue above T of B ∈ ℝⁿˣⁿ, n = d − |X|, from T and the extreme Ritz
 * values. It is multiplied by the number of directions that could have stopped the search.
 *
 * - cost:  `products` products; memory for as many vectors of d doubles; 2·d·m² operations to keep
 *   m directions orthogonal in two passes, the recurrence or residual and one over all earlier
 *   directions, more if it cancels
 * - error: `residual`; with a gap γ to the next eigenvalue, |θ − λ| ≤ residual²/γ
 *
 * @param matvec y ← A·x
 * @throws {RangeError} if d, k or maxProducts is not a positive integer, bottom not an integer of
 *   at least 0, k + bottom exceeds d, or tol or miss is not in (0, 1).
 * @throws {TypeError} if a start vector has not length d.
 * @example
 * const diagonal = (x: Float64Array, out: Float64Array) => {
 *   for (let i = 0; i < 100; i++) out[i] = -i * x[i]!;
 *   return out;
 * };
 * lanczos(diagonal, 100, { random }).top[0]!.value; // 0
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), ch. 13; Wu and Simon, Thick-restart
 *   Lanczos method for large symmetric eigenvalue problems (SIAM J. Matrix Anal. Appl. 22, 2000).
 * @see Kuczyński and Woźniakowski, Estimating the largest eigenvalue by the power and Lanczos
 *   algorithms with a random start (SIAM J. Matrix Anal. Appl. 13, 1992).
 */
export function lanczos(matvec: MatVec, d: number, options: LanczosOptions): LanczosResult {
  const { random, k, bottom, growAbove, start, tol, miss, maxProducts } = checked(d, options);
  const products = new Products(matvec, d, tol, maxProducts);
  const wanted = new Wanted(k, bottom, growAbove);
  try {
    let pairs = start.length ? refine(start.map(unmultiplied), products, wanted) : [];
    for (let draws = 0; ; ) {
      if (pairs.length >= wanted.requested) draws++;
      const { found, chance } = explore(pairs, draws, { products, wanted, random, miss });
      const seeds = [...pairs.map(({ x, Ax }) => ({ x, Ax })), ...found.map(unmultiplied)];
      if (found.length) pairs = refine(seeds, products, wanted);
      if (found.length && !products.isSpent(wanted.productsToFinish)) continue;
      return result(pairs, chance, { products, wanted, miss });
    }
  } catch (error) {
    if (error !== notFinite) throw error;
    return nanResult(d, k, bottom, products.count);
  }
}

const unmultiplied = (x: Float64Array): StartDirection => ({ x, Ax: undefined });

function result(
  pairs: readonly RitzPair[],
  chance: MissChance,
  { products, wanted, miss }: { products: Products; wanted: Wanted; miss: number },
): LanczosResult {
  const ends = wanted.ends(pairs);
  const at = (end: 'top' | 'bottom') =>
    ends[end].map((pair) => ({
      value: pair.value,
      vector: pair.x,
      residual: pair.residual,
      missProbability: chance(pair, end),
    }));
  const [top, bottom] = [at('top'), at('bottom')];
  const sure = [...top.slice(0, wanted.k), ...bottom].every(({ missProbability }) => missProbability <= miss);
  return {
    top,
    bottom,
    vectors: pairs.map(({ x }) => x),
    products: products.count,
    converged: sure && [...top, ...bottom].every(({ residual }) => residual <= products.residualTolerance),
  };
}

/** Checks the options and fills in the defaults. */
function checked(d: number, options: LanczosOptions): Required<LanczosOptions> {
  const known = ['random', 'k', 'bottom', 'growAbove', 'start', 'tol', 'miss', 'maxProducts'];
  requireOptions('lanczos', options, known);
  const { random, k = 1, bottom = 0, growAbove = Infinity, start = [] } = options;
  const { tol = 1e-6, miss = DEFAULT_MISS_PROBABILITY, maxProducts = 200 + 100 * (k + bottom) } = options;
  if (typeof random?.normal !== 'function') {
    throw new TypeError(`lanczos: random must be a random stream, as nativeRandom(1), got ${random}`);
  }
  requireCounts('lanczos', { d, k, maxProducts });
  requireCounts('lanczos', { bottom }, 0);
  if (k + bottom > d) throw new RangeError(`lanczos: k + bottom must be at most d = ${d}, got ${k + bottom}`);
  requireFraction('lanczos', { tol, miss });
  const other = start.find((x) => x.length !== d);
  if (other) throw new TypeError(`lanczos: start must be vectors of length ${d}, got one of ${other.length}`);
  return { random, k, bottom, growAbove, start, tol, miss, maxProducts };
}

/** Returns the result of a matrix with a product that is not finite: NaN throughout. */
function nanResult(d: number, k: number, bottom: number, products: number): LanczosResult {
  const nothing = (count: number) =>
    Array.from({ length: count }, () => ({
      value: NaN,
      vector: new Float64Array(d).fill(NaN),
      residual: NaN,
      missProbability: NaN,
    }));
  return { top: nothing(k), bottom: nothing(bottom), vectors: [], products, converged: false };
}
