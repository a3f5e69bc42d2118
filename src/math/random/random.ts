/**
 * Seeded source of draws. They depend on the seed and on the order of the calls alone.
 *
 * A stream that repeats another program's draws must repeat its precision as well, as PyTorch's
 * float32; so `round` and `norm` belong to the stream.
 */
export interface Random {
  /** Draws `size` numbers uniform on [low, high). */
  uniform(size: number, low?: number, high?: number): Float64Array;
  /** Draws `size` standard normal numbers. Two calls may differ from one of both sizes. */
  normal(size: number): Float64Array;
  /** Draws a uniformly random order of 0 … n − 1. */
  permutation(n: number): Int32Array;
  /** Rounds to the stream's precision. */
  round(x: number): number;
  /** Computes the Euclidean norm of `row` in the stream's precision and order of summation. */
  norm(row: Float64Array): number;
}
