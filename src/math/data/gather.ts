import type { Dataset } from './dataset.ts';

/** Makes room for `n` samples of a data set, all of them zero. */
export const emptied = ({ d, k, labels }: Dataset, n: number): Dataset => ({
  ...{ n, d, k },
  x: new Float64Array(n * d), // [n, d]
  y: new Float64Array(n * k), // [n, k]
  ...(labels && { labels: new Int32Array(n) }), // [n]
});

/**
 * Writes the samples `rows` of a data set over those of `out`.
 *
 * @throws {TypeError} if there are not as many as `out` has room for. @throws {RangeError} if one
 *   is not there.
 */
export function gather({ n, d, k, x, y, labels }: Dataset, rows: Int32Array, out: Dataset): void {
  if (rows.length !== out.n) throw new TypeError(`gather: expected ${out.n} rows, got ${rows.length}`);
  for (const [i, row] of rows.entries()) {
    if (!(row >= 0 && row < n)) throw new RangeError(`gather: rows must lie in 0 … ${n - 1}, got ${row}`);
    out.x.set(x.subarray(row * d, (row + 1) * d), i * d);
    out.y.set(y.subarray(row * k, (row + 1) * k), i * k);
    if (labels) out.labels![i] = labels[row]!;
  }
}
