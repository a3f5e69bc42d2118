import type { Random } from '../random/random.ts';
import { requireCounts, requireFraction } from '../require-number.ts';
import { basis } from './basis/basis.ts';
import { Krylov } from './krylov.ts';
import type { MatVec } from './mat-vec.ts';
import { chanceAbove } from './miss-probability.ts';
import { orthogonalise } from './orthogonalise.ts';
import { eigenSymmetric } from './symmetric.ts';
import { tridiagonalEigen } from './tridiagonal.ts';
import { addScaled, dot, norm } from './vector.ts';

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

/** δ: an eigenvalue counts as missed if it lies beyond a value by more than this part of ‖A‖. */
export const OVERTAKE = 0.01;
/** Default level of the miss probability. */
export const MISS = 1e-3;

/** 2⁻⁴⁴, in units of ‖A‖: 256 ε, what sums of some thousand terms leave of a product's last digits. */
const FLOOR = 2 ** -44;
/** More than k are followed above `growAbove` up to here. */
const GROWN = 8;
/** Ritz vectors beside the wanted ones at either end, which go along roughly converged: what they span is not searched again. */
const GUARDS = 1;
/** Products spent on them, in one refinement. */
const GUARD_EFFORT = 4;
/** Vectors at which the subspace of the refinement is cut back to its better half. */
const CROWDED = 24;

/** A Ritz pair of the vectors that are kept, with the product of its vector. */
interface Pair {
  readonly value: number;
  readonly x: Float64Array; //  [d]
  readonly Ax: Float64Array; // [d]
  readonly residual: number;
}

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
 * make unlikely: {@link chanceAbove}, from T and the extreme Ritz values. It is multiplied by the number of directions that
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
  const { k = 1, bottom = 0, start = [] } = options;
  check(d, options);
  const search = new Search(matvec, d, options);
  try {
    return search.run(start);
  } catch (error) {
    if (error !== notFinite) throw error;
    return lost(d, k, bottom, search.products);
  }
}

/** Thrown by a product that is not finite. */
const notFinite = Symbol('not finite');

class Search {
  products = 0;
  /** max |θ| of all Ritz values so far, from below ‖A‖. */
  #scale = 0;
  /** max ‖A·q‖ so far. */
  #size = 0;
  readonly #matvec: MatVec;
  readonly #d: number;
  readonly #random: Random;
  readonly #k: number;
  readonly #bottom: number;
  readonly #growAbove: number;
  readonly #tol: number;
  readonly #miss: number;
  readonly #max: number;

  constructor(matvec: MatVec, d: number, options: LanczosOptions) {
    const { random, k = 1, bottom = 0, growAbove = Infinity, tol = 1e-6, miss = MISS } = options;
    this.#matvec = matvec;
    this.#d = d;
    this.#random = random;
    this.#k = k;
    this.#bottom = bottom;
    this.#growAbove = growAbove;
    this.#tol = tol;
    this.#miss = miss;
    this.#max = options.maxProducts ?? 200 + 100 * (k + bottom);
  }

  run(start: readonly Float64Array[]): LanczosResult {
    let pairs = start.length ? this.#refine(start.map((x) => ({ x }))) : [];
    for (let draws = 0; ; ) {
      if (pairs.length >= this.#k + this.#bottom) draws++;
      const { found, chance } = this.#explore(pairs, draws);
      if (found.length) pairs = this.#refine([...pairs, ...found]);
      if (!found.length || this.#spent(this.#reserve)) return this.#result(pairs, chance);
    }
  }

  /** out ← A·x, finite. [d] */
  #times(x: Float64Array, out: Float64Array = new Float64Array(this.#d)): Float64Array {
    const Ax = this.#matvec(x, out);
    this.products++;
    const size = norm(Ax);
    if (!(size < Infinity)) throw notFinite;
    this.#size = Math.max(this.#size, size);
    return Ax;
  }

  #spent(reserve: number): boolean {
    return this.products + reserve >= this.#max;
  }

  /** Products that it takes to bring what a search has found into the result. */
  get #reserve(): number {
    return 2 * (this.#k + this.#bottom) + GUARDS + 1;
  }

  get #enough(): number {
    return Math.max(this.#tol * this.#scale, FLOOR * this.#size);
  }

  /** How many of these values, descending, are wanted from the top and from the bottom. */
  #wanted(values: ArrayLike<number>): readonly [top: number, bottom: number] {
    const n = values.length;
    let above = 0;
    while (above < n && values[above]! > this.#growAbove) above++;
    const most = Math.max(this.#k, Math.min(above, GROWN, n - this.#bottom));
    const top = Math.min(n, most);
    return [top, Math.min(this.#bottom, n - top)];
  }

  /** Search 1: Rayleigh–Ritz in the span of the seeds, widened by residuals until the wanted pairs have converged. */
  #refine(seeds: readonly { readonly x: Float64Array; readonly Ax?: Float64Array }[]): Pair[] {
    const d = this.#d;
    using Q = basis(d); //          orthonormal
    using AQ = basis(d); //         their images
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
      // X is orthonormal but for rounding, and so is what was found in its complement: the product of x is that of q
      add(q, Ax ?? this.#times(q));
    }
    let effort = GUARD_EFFORT;
    let [trial, chosen] = [new Float64Array(d), new Float64Array(d)]; // residuals
    const scratch = new Float64Array(d);
    for (let target = 0; ; ) {
      const n = Q.length;
      const { values, vectors } = eigenSymmetric(dense(H), n); // ascending
      const s = (j: number) => vectors.subarray((n - 1 - j) * n, (n - j) * n); // of the j-th from the top, [n]
      this.#scale = Math.max(this.#scale, Math.abs(values[0]!), Math.abs(values[n - 1]!));
      const [top, bottom] = this.#wanted(values.slice().reverse());
      const wanted = top + bottom;
      const place = (i: number) => (i < top ? i : n - 1 - (i - top)); // of the i-th that is wanted
      const value = (j: number) => values[n - 1 - j]!;
      const rest = (j: number) => addScaled(AQ.combine(s(j), trial), -value(j), Q.combine(s(j), scratch));
      let r: Float64Array | undefined;
      const choose = () => {
        [chosen, trial] = [trial, chosen];
        r = chosen;
      };
      for (let i = 0; i < wanted && n < d && !r; i++) {
        const j = place((target + i) % wanted);
        if (norm(rest(j)) <= 0.9 * this.#enough) continue;
        target = (target + i) % wanted;
        choose();
      }
      const guards: number[] = [];
      for (const j of r || n === wanted ? [] : this.#guards(n, top, bottom)) {
        // what it takes from T is at most half of δ‖A‖
        const nearer = j === top ? value(Math.min(this.#k, top) - 1) - value(j) : value(j) - value(n - bottom);
        const half = 0.5 * OVERTAKE * this.#scale;
        if (n === d || norm(rest(j)) <= Math.sqrt(half * (nearer + 2 * half))) guards.push(j);
        else if (!r && effort-- > 0) choose();
      }
      if (!r || this.#spent(wanted + 1)) {
        const kept = [...Array.from({ length: wanted }, (_, i) => place(i)), ...guards].sort((a, b) => a - b);
        return kept.map((j) => {
          const x = Q.combine(s(j));
          const direct = n === 1 || guards.includes(j);
          return pair(x, direct ? AQ.combine(s(j)) : this.#times(normalised(x)));
        });
      }
      if (n >= CROWDED + 2 * wanted) {
        const half = n >> 1;
        const kept = [...Array(n).keys()].filter((j) => j < half - bottom || j >= n - bottom);
        const better = kept.map((j) => [Q.combine(s(j)), AQ.combine(s(j))] as const);
        for (const each of [Q, AQ]) each.clear();
        H.length = 0;
        for (const [q, Aq] of better) add(q, Aq);
      }
      // a residual is orthogonal to Q but for rounding: that was the first pass
      const length = orthogonalise(r, Q, norm(r), 1);
      if (!(length > 0)) return this.#refine(Array.from({ length: n }, (_, j) => ({ x: Q.at(j), Ax: AQ.at(j) })));
      for (let i = 0; i < d; i++) r[i]! /= length;
      add(r, this.#times(r, scratch));
    }
  }

  /** Places, of n from the top, of the Ritz pairs that go along unconverged. */
  #guards(n: number, top: number, bottom: number): number[] {
    const middle = Array.from({ length: n - top - bottom }, (_, i) => top + i);
    const low = bottom ? middle.slice(-GUARDS) : [];
    return [...new Set([...middle.slice(0, GUARDS), ...low])];
  }

  /** Search 2: Lanczos in the complement of the pairs. Finds what is wanted there, or the chance of what it has missed. */
  #explore(pairs: readonly Pair[], draws: number): { found: { x: Float64Array }[]; chance: Chance } {
    const d = this.#d;
    const n = d - pairs.length; // dimension of the complement
    if (n === 0) return { found: [], chance: () => 0 };
    using space = new Krylov(
      (x, out) => this.#times(x, out),
      this.#random.normal(d),
      pairs.map(({ x }) => x),
    );
    for (;;) {
      space.step();
      const m = space.size;
      const length = space.coupling[m - 1]!;
      const exact = space.exhausted;
      const spent = this.#spent(this.#reserve);
      if (exact || spent || m <= 8 || m % (m <= 64 ? 2 : 8) === 0) {
        const last = new Float64Array(m); // [m, 1]: of each eigenvector the last component alone
        last[m - 1] = 1;
        const T = space.tridiagonal;
        const { values, vectors } = tridiagonalEigen(...T, last); // ascending
        const [low, high] = [values[0]!, values[m - 1]!];
        this.#scale = Math.max(this.#scale, Math.abs(low), Math.abs(high));
        const news = this.#news(pairs, values);
        const residual = (j: number) => (exact ? 0 : length * Math.abs(vectors[j]!));
        if (news.length) {
          if (exact || spent || news.every((j) => residual(j) <= 0.5 * this.#enough)) {
            const S = tridiagonalEigen(...T).vectors; // [m, m]
            const more = this.#company(pairs.length, news, m);
            return {
              found: more.map((j) => ({ x: space.combine(S.subarray(j * m, (j + 1) * m)) })),
              chance: () => 1,
            };
          }
        } else {
          const chance: Chance = (bound, end) => {
            if (exact) return 0;
            const one = end === 'top' ? chanceAbove(bound, high, low, n, m) : chanceAbove(-bound, -low, -high, n, m);
            return Math.min(1, draws * one);
          };
          if (exact || spent || this.#safe(pairs, chance)) return { found: [], chance };
        }
      }
    }
  }

  /** Places in `values`, ascending, of those that belong among the wanted ones beside the pairs. */
  #news(pairs: readonly Pair[], values: Float64Array): number[] {
    // an eigenvalue is known to the square of the residual, and to rounding
    const tie = Math.max(this.#tol * this.#tol * this.#scale, FLOOR * this.#size);
    const all = [...pairs.map(({ value }) => ({ value, j: -1 })), ...Array.from(values, (value, j) => ({ value, j }))];
    // where two are the same, the one that is known
    const take = (from: typeof all, sign: 1 | -1, count: number) =>
      from
        .map((one) => ({ one, key: sign * one.value - (one.j < 0 ? 0 : tie) }))
        .sort((a, b) => b.key - a.key || a.one.j - b.one.j)
        .slice(0, count)
        .map(({ one }) => one);
    const [top, bottom] = this.#wanted(all.map(({ value }) => value).sort((a, b) => b - a));
    const upper = take(all, 1, top);
    // none serves both ends
    const rest = all.filter((one) => !upper.includes(one));
    return [...upper, ...take(rest, -1, bottom)].map(({ j }) => j).filter((j) => j >= 0);
  }

  /** The news, and guards beside them where there are too few. */
  #company(known: number, news: readonly number[], m: number): readonly number[] {
    const missing = this.#k + this.#bottom + GUARDS - known - news.length;
    const rest = Array.from({ length: m }, (_, i) => m - 1 - i).filter((j) => !news.includes(j));
    return [...news, ...rest.slice(0, Math.max(0, missing))];
  }

  /** Is the chance of a miss low enough for each of the k and of the bottom ones? */
  #safe(pairs: readonly Pair[], chance: Chance): boolean {
    const { top, bottom } = this.#ends(pairs);
    return (
      top.slice(0, this.#k).every((pair) => chance(this.#bound(pairs, pair, 1), 'top') <= this.#miss) &&
      bottom.every((pair) => chance(this.#bound(pairs, pair, -1), 'bottom') <= this.#miss)
    );
  }

  #ends(pairs: readonly Pair[]): { top: Pair[]; bottom: Pair[] } {
    const sorted = pairs.toSorted((a, b) => b.value - a.value);
    const [top, bottom] = this.#wanted(sorted.map(({ value }) => value));
    return { top: sorted.slice(0, top), bottom: sorted.slice(sorted.length - bottom).reverse() };
  }

  /** T: what B may not exceed if none beyond this pair is to have been missed; below it with sign −1. */
  #bound(pairs: readonly Pair[], { value }: Pair, sign: 1 | -1): number {
    const tau = sign * value + OVERTAKE * this.#scale;
    let T = tau;
    for (const { value, residual } of pairs) {
      const under = tau - sign * value;
      if (under > 0) T -= residual * (residual / under);
    }
    return sign * T;
  }

  #result(pairs: readonly Pair[], chance: Chance): LanczosResult {
    const { top, bottom } = this.#ends(pairs);
    const finished = (end: 'top' | 'bottom', sign: 1 | -1) => (pair: Pair) => ({
      value: pair.value,
      vector: pair.x,
      residual: pair.residual,
      missProbability: chance(this.#bound(pairs, pair, sign), end),
    });
    const [upper, lower] = [top.map(finished('top', 1)), bottom.map(finished('bottom', -1))];
    const sure = [...upper.slice(0, this.#k), ...lower].every(({ missProbability }) => missProbability <= this.#miss);
    return {
      top: upper,
      bottom: lower,
      vectors: pairs.map(({ x }) => x),
      products: this.products,
      converged: sure && [...upper, ...lower].every(({ residual }) => residual <= this.#enough),
    };
  }
}

type Chance = (bound: number, end: 'top' | 'bottom') => number;

function pair(x: Float64Array, Ax: Float64Array): Pair {
  const value = dot(x, Ax);
  return { value, x, Ax, residual: norm(addScaled(Ax.slice(), -value, x)) };
}

function normalised(x: Float64Array): Float64Array {
  const length = norm(x);
  for (let i = 0; i < x.length; i++) x[i]! /= length;
  return x;
}

/** [n, n], row-major, of the lower triangle. */
function dense(H: readonly Float64Array[]): Float64Array {
  const n = H.length;
  const A = new Float64Array(n * n);
  for (const [i, row] of H.entries()) A.set(row, i * n);
  return A;
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
