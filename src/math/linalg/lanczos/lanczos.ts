import type { Random } from '../../random/random.ts';
import { requireCounts, requireFraction } from '../../require-number.ts';
import type { MatVec } from '../mat-vec.ts';
import { type Chance, explore, OVERTAKE } from './explore.ts';
import type { Pair } from './pair.ts';
import { notFinite, Products } from './products.ts';
import { refine, type Seed } from './refine.ts';
import { Wanted } from './wanted.ts';

/** What {@link lanczos} is to find, how well, and from where it starts. */
export interface LanczosOptions {
  /** Where directions are drawn from: the miss probability rests on their being fresh. */
  readonly random: Random;
  /** Eigenvalues wanted from the top. Default 1. */
  readonly k?: number;
  /** Eigenvalues wanted from the bottom. Default 0. */
  readonly bottom?: number;
  /** More than k are wanted from the top while they exceed this, up to max(k, 8). Default Infinity. */
  readonly growAbove?: number;
  /** `vectors` of an earlier result, of a matrix near this one. Default none: a cold start. */
  readonly start?: readonly Float64Array[];
  /** ‖A·x − θx‖ to stop at, relative to the largest |θ| that was seen. Default 1e-6. */
  readonly tol?: number;
  /** Chance of a missed eigenvalue to go on until, for each of the k and of the bottom ones. Default {@link MISS}. */
  readonly miss?: number;
  /** Products after which what is known is measured and handed out. Default 200 and 100 for each eigenvalue. */
  readonly maxProducts?: number;
}

/** An eigenvalue and its vector, with what bounds the error of the one and the chance of a larger one. */
export interface Eigenpair {
  /** θ = xᵀA·x. */
  readonly value: number;
  /** x, [d], ‖x‖ = 1. */
  readonly vector: Float64Array;
  /** ‖A·x − θx‖ from a product of x itself: some eigenvalue lies within it of θ. */
  readonly residual: number;
  /**
   * At most the chance that the matrix has more eigenvalues beyond θ ± {@link OVERTAKE}·‖A‖ than are listed there; 0
   * where the space was exhausted, 1 where nothing is known.
   */
  readonly missProbability: number;
}

/** What {@link lanczos} has found. */
export interface LanczosResult {
  /** The largest algebraic eigenvalues, descending; k of NaN once a product was not finite. */
  readonly top: readonly Eigenpair[];
  /** The smallest, ascending. */
  readonly bottom: readonly Eigenpair[];
  /** Orthonormal directions that the next search may start from; none once a product was not finite. */
  readonly vectors: readonly Float64Array[];
  /** Products of A spent. */
  readonly products: number;
  /** Every residual is within the tolerance, and every miss probability asked for within `miss`. */
  readonly converged: boolean;
}

/** Default level of the miss probability. */
export const MISS = 1e-3;
export { OVERTAKE };

/**
 * Eigenvalues of a symmetric A ∈ ℝᵈˣᵈ at both ends of its spectrum, with the chance that one was missed.
 *
 * Two searches take turns until neither has anything to add.
 *
 * 1. *Refine what is known* (Rayleigh–Ritz): the vectors of `start` are multiplied by A, and the space is widened by the
 *    residual of one wanted Ritz pair after the other until all are small: Lanczos from the vectors of last time, for the
 *    residual of a Ritz pair is the direction in which its Krylov space grows. Then each wanted vector is multiplied once
 *    more, and the residual of that product is the one that counts.
 * 2. *Look for what is not*: Lanczos on the complement of the known vectors X from a fresh random direction b, on
 *    B = (I − XXᵀ)A(I − XXᵀ). A Ritz value that belongs among the wanted ones is followed until its vector has converged,
 *    and joins X. If none does, the search goes on until the chance that one was missed is below `miss`.
 *
 * A search from X alone would not do: a residual bounds the distance to *an* eigenvalue, and X may be invariant without
 * the one that has just overtaken. Both ends come from the same space, for Lanczos converges at both and b is as random for
 * the one as for the other: eigenvalues from the bottom cost few products more.
 *
 * *The miss probability.* Let τ = θᵢ + δ‖A‖. By Sylvester's law of inertia A has as many eigenvalues above τ as there
 * are θⱼ above τ, unless B has one above
 *
 *     T = τ − Σ_{θⱼ < τ} ‖rⱼ‖²/(τ − θⱼ),   rⱼ = A·xⱼ − θⱼxⱼ ⟂ X,
 *
 * since τ − A with X eliminated is τ − B − R(τ − Θ)⁻¹Rᵀ. That B ∈ ℝⁿˣⁿ, n = d − |X|, has one above T is what m steps from b
 * make unlikely: `chanceAbove`, from T and the extreme Ritz values. It is multiplied by the number of directions that
 * could have stopped the search.
 *
 * - cost:  `products` products; memory for as many vectors of d doubles; 2·d·m² operations to keep m directions
 *   orthogonal in two passes: the recurrence, or the residual, and one over all before it, more where it cancels
 * - error: `residual`; with a gap γ to the next eigenvalue, |θ − λ| ≤ residual²/γ
 *
 * @param matvec y ← A·x
 * @throws {RangeError} if d, k or maxProducts is not a positive integer, bottom not an integer of at least 0, k + bottom exceeds d,
 *   or tol or miss is not in (0, 1). @throws {TypeError} if a start vector has not length d.
 * @example lanczos((x, out) => { for (let i = 0; i < 100; i++) out[i] = -i * x[i]!; return out; }, 100, { random }).top[0]!.value; // 0
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), ch. 13; Wu and Simon, Thick-restart Lanczos method for
 *   large symmetric eigenvalue problems (SIAM J. Matrix Anal. Appl. 22, 2000).
 * @see Kuczyński and Woźniakowski, Estimating the largest eigenvalue by the power and Lanczos algorithms with a random
 *   start (SIAM J. Matrix Anal. Appl. 13, 1992).
 */
export function lanczos(matvec: MatVec, d: number, options: LanczosOptions): LanczosResult {
  check(d, options);
  const { random, k = 1, bottom = 0, growAbove = Infinity, start = [], tol = 1e-6, miss = MISS } = options;
  const products = new Products(matvec, d, tol, options.maxProducts ?? 200 + 100 * (k + bottom));
  const wanted = new Wanted(k, bottom, growAbove);
  try {
    let pairs = start.length ? refine(start.map(unmultiplied), products, wanted) : [];
    for (let draws = 0; ; ) {
      if (pairs.length >= wanted.asked) draws++;
      const { found, chance } = explore(pairs, draws, { products, wanted, random, miss });
      const seeds = [...pairs.map(({ x, Ax }) => ({ x, Ax })), ...found.map(unmultiplied)];
      if (found.length) pairs = refine(seeds, products, wanted);
      if (found.length && !products.spent(wanted.reserve)) continue;
      return result(pairs, chance, { products, wanted, miss });
    }
  } catch (error) {
    if (error !== notFinite) throw error;
    return lost(d, k, bottom, products.count);
  }
}

const unmultiplied = (x: Float64Array): Seed => ({ x, Ax: undefined });

function result(
  pairs: readonly Pair[],
  chance: Chance,
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
    converged: sure && [...top, ...bottom].every(({ residual }) => residual <= products.enough),
  };
}

function check(d: number, options: LanczosOptions): void {
  const { k = 1, bottom = 0, tol = 1e-6, miss = MISS, maxProducts = 1, start = [] } = options;
  requireCounts('lanczos', { d, k, maxProducts });
  requireCounts('lanczos', { bottom }, 0);
  if (k + bottom > d) throw new RangeError(`lanczos: k + bottom must be at most d = ${d}, got ${k + bottom}`);
  requireFraction('lanczos', { tol, miss });
  const other = start.find((x) => x.length !== d);
  if (other) throw new TypeError(`lanczos: start must be vectors of length ${d}, got one of ${other.length}`);
}

function lost(d: number, k: number, bottom: number, products: number): LanczosResult {
  const nothing = (count: number) =>
    Array.from({ length: count }, () => ({
      value: NaN,
      vector: new Float64Array(d).fill(NaN),
      residual: NaN,
      missProbability: NaN,
    }));
  return { top: nothing(k), bottom: nothing(bottom), vectors: [], products, converged: false };
}
