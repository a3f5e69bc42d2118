/**
 * A seeded source of draws. What is drawn depends on the seed and on the order of the calls alone.
 *
 * `round` and `norm` belong to it because a stream that repeats another program's draws must repeat that program's
 * precision as well: PyTorch's are float32.
 */
export interface Random {
  /** `size` numbers uniform on [low, high). */
  uniform(size: number, low?: number, high?: number): Float64Array;
  /** `size` standard normal numbers, in one call. */
  normal(size: number): Float64Array;
  /** A uniformly random order of 0 ... n − 1. */
  permutation(n: number): Int32Array;
  /** The nearest number of the stream's precision. */
  round(x: number): number;
  /** Euclidean norm of `row`, summed as the stream's precision and order of summation have it. */
  norm(row: Float64Array): number;
}
