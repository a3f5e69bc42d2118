/** Start of a tile's sums: zero, the row `bias`, or the tile as it is. */
export const ZERO: i32 = 0;
export const BIAS: i32 = 1;
export const SUM: i32 = 2;

/** Finish of a tile: none, max(·, 0), 0 if M ≤ 0, or times M. */
export const STORE: i32 = 0;
export const RELU: i32 = 1;
export const MASK: i32 = 2;
export const SCALE: i32 = 3;

// @ts-ignore: decorator
@inline
export function relu(c: v128): v128 {
  return v128.andnot(c, f64x2.le(c, f64x2.splat(0))); // NaN stays NaN
}

// @ts-ignore: decorator
@inline
export function masked(c: v128, m: usize): v128 {
  return v128.and(c, f64x2.gt(v128.load(m), f64x2.splat(0)));
}
