import { maxAbs } from './vector.ts';

/** Machine epsilon, 2⁻⁵². */
const EPSILON = Number.EPSILON;
/**
 * Bound of the sweeps per eigenvalue; QL takes 1.7 on average and never 10 in practice (Parlett
 * §8.15).
 */
const MAX_SWEEPS = 60;

/**
 * Computes the eigenvalues of the symmetric tridiagonal T ∈ ℝⁿˣⁿ, ascending, by QL with Wilkinson's
 * shift.
 *
 * - error: a few ε·‖T‖ each
 * - cost:  about 1.7 n²/2 rotations
 *
 * @param diagonal [n]
 * @param coupling [n − 1]; entry i couples i and i + 1. Not changed, nor is `diagonal`.
 * @returns [n]; all NaN if an entry is NaN or infinite.
 * @throws {RangeError} if the lengths do not fit.
 * @example tridiagonalEigenvalues(Float64Array.of(2, 2), Float64Array.of(1)); // [1, 3]
 * @see Parlett, The Symmetric Eigenvalue Problem (SIAM 1998), §§8.11–8.13.
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, coupling: Float64Array): Float64Array {
  const values = diagonal.slice(); // [n]
  return ql(values, padded(diagonal, coupling), undefined, 0) ? values.sort() : values.fill(NaN);
}

/** Eigenvalues in ascending order, and a row of components of the eigenvector to each. */
export interface Eigen {
  readonly values: Float64Array; //  [n]
  readonly vectors: Float64Array; // [n, width], row-major
}

/**
 * Computes the eigenvalues of the symmetric tridiagonal T = S·Λ·Sᵀ ∈ ℝⁿˣⁿ, and Sᵀ·B for a B ∈ ℝⁿˣʷ.
 *
 * B selects what row j of the result has of eigenvector j: all of it (default, the identity); its
 * first and last component (the first and last column of the identity; O(n²) rather than O(n³)); or
 * an eigenvector of A = Q·T·Qᵀ (B = Qᵀ).
 *
 * - error: a few ε·‖T‖ in the values; ‖T·s − λs‖ likewise; rows orthonormal to a few n·ε
 * - cost:  about 1.7 n²/2 rotations of two rows of `width` numbers
 *
 * @param diagonal [n]
 * @param coupling [n − 1]
 * @param rows B, [n, width], row-major; overwritten, and permuted into the result. Default the
 *   identity.
 * @returns values and rows all NaN if an entry of T is NaN or infinite.
 * @throws {RangeError} if the lengths do not fit.
 * @example
 * // ±[.7071, −.7071], ±[.7071, .7071]
 * tridiagonalEigen(Float64Array.of(2, 2), Float64Array.of(1)).vectors;
 * @see Golub and Welsch, Calculation of Gauss quadrature rules (Math. Comp. 23, 1969), for the
 *   components alone.
 */
export function tridiagonalEigen(
  diagonal: Float64Array,
  coupling: Float64Array,
  rows: Float64Array = identity(diagonal.length),
): Eigen {
  const n = diagonal.length;
  const width = n === 0 ? 0 : rows.length / n;
  if (!Number.isInteger(width)) {
    throw new RangeError(`tridiagonalEigen: rows must hold ${n} rows of equal length, got ${rows.length} numbers`);
  }
  const found = diagonal.slice(); // [n]
  const finite = ql(found, padded(diagonal, coupling), rows, width);
  if (!finite) return { values: found.fill(NaN), vectors: rows.fill(NaN) };
  const order = Array.from(found.keys()).sort((i, j) => found[i]! - found[j]! || i - j);
  const values = new Float64Array(n); //          [n]
  const vectors = new Float64Array(n * width); // [n, width]
  for (const [to, from] of order.entries()) {
    values[to] = found[from]!;
    vectors.set(rows.subarray(from * width, (from + 1) * width), to * width);
  }
  return { values, vectors };
}

function identity(n: number): Float64Array {
  const I = new Float64Array(n * n); // [n, n]
  for (let i = 0; i < n; i++) I[i * n + i] = 1;
  return I;
}

/** Returns the couplings with a zero behind them, [n]. */
function padded(diagonal: Float64Array, coupling: Float64Array): Float64Array {
  const n = diagonal.length;
  if (coupling.length !== Math.max(0, n - 1)) {
    throw new RangeError(
      `tridiagonal: ${n} diagonal entries take ${Math.max(0, n - 1)} couplings, got ${coupling.length}`,
    );
  }
  const e = new Float64Array(n); // [n]
  e.set(coupling);
  return e;
}

/**
 * Replaces d by the eigenvalues of T, in no order, and applies the rotations to `rows`. Returns
 * false, with d and rows unusable, if T is not finite.
 *
 * A coupling counts as zero below ε times its neighbours on the diagonal, or below ε²·‖T‖. T is
 * scaled to ‖T‖ ≈ 1 by a power of two, so that no square overflows.
 */
function ql(d: Float64Array, e: Float64Array, rows: Float64Array | undefined, width: number): boolean {
  const n = d.length;
  const max = Math.max(maxAbs(d), maxAbs(e));
  if (!(max < Infinity)) return false;
  if (max === 0) return true;
  const unit = powerOfTwo(max);
  for (let i = 0; i < n; i++) {
    d[i]! /= unit;
    e[i]! /= unit;
  }
  const cosine = new Float64Array(n); // [n], of the rotations of one sweep
  const sine = new Float64Array(n); //   [n]
  for (let first = 0; first < n; first++) {
    for (let sweep = 0; ; sweep++) {
      let last = first; // of the block that begins at `first` and is coupled throughout
      while (last < n - 1) {
        const size = Math.abs(e[last]!);
        if (size <= EPSILON * (Math.abs(d[last]!) + Math.abs(d[last + 1]!)) || size <= EPSILON * EPSILON) break;
        last++;
      }
      if (last === first) break;
      if (sweep === MAX_SWEEPS)
        throw new RangeError(`tridiagonal: QL must converge within ${MAX_SWEEPS} sweeps, and did not`);

      // Wilkinson's shift: the eigenvalue of the leading 2 × 2 block nearer to d[first].
      const delta = (d[first + 1]! - d[first]!) / (2 * e[first]!);
      const root = Math.sqrt(delta * delta + 1);
      let g = d[last]! - d[first]! + e[first]! / (delta + (delta >= 0 ? root : -root));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = last - 1;
      for (; i >= first; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p; // the coupling vanished: T splits here
          e[last] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        const t = d[i + 1]! - p;
        const q = (d[i]! - t) * s + 2 * c * b;
        p = s * q;
        d[i + 1] = t + p;
        g = c * q - b;
        cosine[i] = c;
        sine[i] = s;
      }
      if (rows !== undefined) rotate(rows, width, cosine, sine, last, i + 1);
      if (i >= first) continue;
      d[first]! -= p;
      e[first] = g;
      e[last] = 0;
    }
  }
  for (let i = 0; i < n; i++) d[i]! *= unit;
  return true;
}

/**
 * Applies the rotations of one sweep, from rows (last − 1, last) up to rows (first, first + 1), two
 * at a time, so that the row between them is read and written once.
 */
function rotate(
  rows: Float64Array,
  width: number,
  cosine: Float64Array,
  sine: Float64Array,
  last: number,
  first: number,
): void {
  let i = last - 1;
  for (; i > first; i -= 2) {
    const x = (i - 1) * width;
    const y = x + width;
    const z = y + width;
    const c1 = cosine[i]!;
    const s1 = sine[i]!;
    const c2 = cosine[i - 1]!;
    const s2 = sine[i - 1]!;
    for (let k = 0; k < width; k++) {
      const v = rows[y + k]!;
      const w = rows[z + k]!;
      const u = rows[x + k]!;
      const between = c1 * v - s1 * w;
      rows[z + k] = s1 * v + c1 * w;
      rows[x + k] = c2 * u - s2 * between;
      rows[y + k] = s2 * u + c2 * between;
    }
  }
  if (i < first) return;
  const x = i * width;
  const y = x + width;
  const c = cosine[i]!;
  const s = sine[i]!;
  for (let k = 0; k < width; k++) {
    const u = rows[x + k]!;
    const v = rows[y + k]!;
    rows[x + k] = c * u - s * v;
    rows[y + k] = s * u + c * v;
  }
}

/** Returns the power of two in (x/2, x] for a finite x > 0, but none whose reciprocal overflows. */
export function powerOfTwo(x: number): number {
  let p = 1;
  while (p > x && p > 1e-300) p *= 0.5;
  while (p <= x / 2) p *= 2;
  return p;
}
