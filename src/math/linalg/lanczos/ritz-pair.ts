import { addScaled, dot, norm } from '../vector.ts';

/** Known Ritz pair: an approximate eigenvalue and vector, with the product of the vector. */
export interface RitzPair {
  /** θ = xᵀA·x. */
  readonly value: number;
  /** [d], ‖x‖ = 1. */
  readonly x: Float64Array;
  /** A·x, [d]. */
  readonly Ax: Float64Array;
  /** ‖A·x − θx‖. */
  readonly residual: number;
}

export function ritzPairOf(x: Float64Array, Ax: Float64Array): RitzPair {
  const value = dot(x, Ax);
  return { value, x, Ax, residual: norm(addScaled(Ax.slice(), -value, x)) };
}
