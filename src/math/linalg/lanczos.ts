import type { Random } from '../random/random.ts';
import type { MatVec } from './mat-vec.ts';
import { tridiagonalEigen } from './tridiagonal.ts';
import { addScaled, dot, norm } from './vector.ts';

export interface LanczosOptions {
  /** Where start vectors are drawn from: the first one, and one more wherever the Krylov space ends early. */
  readonly random: Random;
  /** First direction, [d], of any length but zero. Default a fresh random one, on which the guarantee below rests. */
  readonly start?: Float64Array;
  /** ‖A·x − θx‖ to stop at, relative to |θ|. Default 1e-6. */
  readonly tol?: number;
  /** Products to spend at most, the one that checks the residual included. Default min(d, 300) + 1. */
  readonly maxProducts?: number;
}

export interface LanczosResult {
  /** θ = xᵀA·x, approximately the largest algebraic eigenvalue; NaN once a product was not finite. */
  readonly value: number;
  /** x, [d], ‖x‖ = 1; NaN throughout once a product was not finite. */
  readonly vector: Float64Array;
  /** ‖A·x − θx‖ from a product of x itself: some eigenvalue lies within it of θ. */
  readonly residual: number;
  /** Products of A spent. */
  readonly products: number;
  /** residual ≤ tol·|θ|, or at the rounding of the products, 2⁻⁴⁴·‖A‖, which is all that a value of 0 can reach. */
  readonly converged: boolean;
  /** Dimension of the space that x was sought in. */
  readonly dimension: number;
}

/** 2⁻⁴⁴, in units of ‖A‖: 256 ε, what sums of some thousand terms leave of a product's last digits. */
const FLOOR = 2 ** -44;
/** A coupling below this, in units of ‖A‖, is the rounding of the reorthogonalisation: the space is invariant. */
const INVARIANT = 2 ** -49;
/** Every product is looked at up to here; then one in `size / CHECK_ALL`, for a look costs O(size²). */
const CHECK_ALL = 32;

/**
 * The largest algebraic eigenvalue of a symmetric A ∈ ℝᵈˣᵈ by Lanczos from a cold start.
 *
 * A·Q = Q·T + β·q·eᵀ, every new q orthogonalised twice against all before it (once leaves the rounding of what was
 * removed, twice does not). The top Ritz pair (θ, s) of T has ‖A·Qs − θQs‖ = β·|s_last|; when that says it is small
 * enough, one more product measures it, and only the measured one counts.
 *
 * The residual bounds the distance to *an* eigenvalue. That it is the largest rests on a random start, which has a part
 * along every eigenvector; where a product maps the space so far into itself, the search goes on from one fresh random
 * direction in the complement until that has settled too.
 *
 * - cost:  `products` products, as many vectors of d doubles, and 8·d·products² operations to reorthogonalise
 * - error: `residual`; with a gap γ to the next eigenvalue, |θ − λ| ≤ residual²/γ
 *
 * @param matvec y ← A·x
 * @throws {RangeError} if d or maxProducts is not a positive integer, tol not in (0, 1), or start not a finite nonzero
 *   vector of length d.
 * @example lanczos((x, out) => { out.set(x.map((xi, i) => -i * xi)); return out; }, 100, { random }).value; // 0
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), ch. 13, and §6.9 for "twice is enough".
 * @see Kuczyński and Woźniakowski, Estimating the largest eigenvalue by the power and Lanczos algorithms with a random
 *   start (SIAM J. Matrix Anal. Appl. 13, 1992).
 */
export function lanczos(
  matvec: MatVec,
  d: number,
  { random, start, tol = 1e-6, maxProducts = Math.min(d, 300) + 1 }: LanczosOptions,
): LanczosResult {
  if (!(Number.isInteger(d) && d > 0)) throw new RangeError(`lanczos: d must be a positive integer, got ${d}`);
  if (!(tol > 0 && tol < 1)) throw new RangeError(`lanczos: tol must lie in (0, 1), got ${tol}`);
  if (!(Number.isInteger(maxProducts) && maxProducts > 0)) {
    throw new RangeError(`lanczos: maxProducts must be a positive integer, got ${maxProducts}`);
  }
  if (start !== undefined && start.length !== d) {
    throw new RangeError(`lanczos: start must have length ${d}, got ${start.length}`);
  }

  const basis: Float64Array[] = []; // Q, [·][d]
  let block: Block = { from: 0, diagonal: [], coupling: [] };
  let best: Ritz | undefined; // of the blocks that ended
  let size = 0; //   ‖A‖ as far as seen
  let margin = 1; // fraction of the tolerance at which the next check is worth its product
  let products = 0;

  let w = start?.slice() ?? random.normal(d); // [d], the next direction, then its product
  let length = norm(w);
  if (start !== undefined && !(length > 0 && length < Infinity)) {
    throw new RangeError(`lanczos: start must be finite and not zero, got a norm of ${length}`);
  }
  for (;;) {
    for (let i = 0; i < d; i++) w[i]! /= length;
    const q = w;
    basis.push(q);
    w = new Float64Array(d);
    matvec(q, w);
    products++;
    const alpha = dot(q, w);
    const reach = norm(w);
    if (!(reach < Infinity && Math.abs(alpha) < Infinity)) return lost(d, products, basis.length);
    size = Math.max(size, reach);
    length = orthogonalise(w, basis, reach);
    block.diagonal.push(alpha);

    const n = block.diagonal.length;
    const full = basis.length === d;
    const invariant = full || length <= INVARIANT * size;
    const spent = products >= maxProducts - 1;
    if (invariant || spent || n <= CHECK_ALL || n % Math.floor((2 * n) / CHECK_ALL) === 0) {
      const ritz = top(block, invariant ? 0 : length);
      const found = best !== undefined && best.value > ritz.value ? best : ritz;
      const enough = Math.max(tol * Math.abs(found.value), FLOOR * size);
      // a space that ended early says nothing of its complement: a block there must settle as well
      const complete = full || block.from > 0 || !invariant;
      if (spent || (complete && ritz.residual <= margin * enough)) {
        const pair =
          basis.length === 1 ? { value: alpha, vector: q, residual: length } : measured(matvec, basis, found);
        if (basis.length > 1) products++;
        if (!(pair.residual < Infinity)) return lost(d, products, basis.length);
        const converged = pair.residual <= Math.max(tol * Math.abs(pair.value), FLOOR * size);
        if (converged || invariant || products >= maxProducts - 1) {
          return { ...pair, products, converged, dimension: basis.length };
        }
        margin *= enough / (4 * pair.residual); // the Lanczos relation was too bright
      }
      if (invariant) best = found;
    }
    if (!invariant) {
      block.coupling.push(length);
      continue;
    }
    block = { from: basis.length, diagonal: [], coupling: [] };
    w = random.normal(d);
    length = orthogonalise(w, basis, norm(w));
  }
}

/** A run of coupled columns of T, and of Q from column `from` on. */
interface Block {
  readonly from: number;
  readonly diagonal: number[]; // [n]
  readonly coupling: number[]; // [n − 1]
}

/** The top Ritz value of a block, and its residual by the Lanczos relation. */
interface Ritz {
  readonly value: number;
  readonly residual: number;
  readonly block: Block;
}

function top(block: Block, beta: number): Ritz {
  const n = block.diagonal.length;
  const last = new Float64Array(n); // [n, 1]: of each eigenvector the last component alone
  last[n - 1] = 1;
  const { values, vectors } = tridiagonalEigen(
    Float64Array.from(block.diagonal),
    Float64Array.from(block.coupling),
    last,
  );
  return { value: values[n - 1]!, residual: beta * Math.abs(vectors[n - 1]!), block };
}

/** x = Q·s, then θ = xᵀA·x and ‖A·x − θx‖ from one product. */
function measured(matvec: MatVec, basis: readonly Float64Array[], { block }: Ritz) {
  const n = block.diagonal.length;
  const T = tridiagonalEigen(Float64Array.from(block.diagonal), Float64Array.from(block.coupling));
  const s = T.vectors.subarray((n - 1) * n); // [n]
  const d = basis[0]!.length;
  const vector = new Float64Array(d); // [d]
  for (let j = 0; j < n; j++) addScaled(vector, s[j]!, basis[block.from + j]!);
  const length = norm(vector);
  for (let i = 0; i < d; i++) vector[i]! /= length;
  const Ax = new Float64Array(d); // [d]
  matvec(vector, Ax);
  const value = dot(vector, Ax);
  return { value, vector, residual: norm(addScaled(Ax, -value, vector)) };
}

/** w ← (I − QQᵀ)·w, in two passes and in more as long as w shrinks under them. Returns ‖w‖. */
function orthogonalise(w: Float64Array, basis: readonly Float64Array[], length: number): number {
  let before = length;
  for (let pass = 1; ; pass++) {
    for (const q of basis) addScaled(w, -dot(q, w), q);
    const after = norm(w);
    if (pass >= 2 && (after >= 0.5 * before || pass === 5)) return after;
    before = after;
  }
}

const lost = (d: number, products: number, dimension: number): LanczosResult => ({
  value: NaN,
  vector: new Float64Array(d).fill(NaN),
  residual: NaN,
  products,
  converged: false,
  dimension,
});
