/** Bytes of a panel's row: 4 doubles. */
export const ROW: usize = 32;

/** Returns c + a·b, each operation rounded. The build `FMA` rounds once if the processor can. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  // @ts-ignore: given on the command line
  if (isDefined(FMA)) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}

/** Returns mask ? a : b, bit by bit. */
// @ts-ignore: decorator
@inline
export function choose(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

// @ts-ignore: decorator
@inline
export function all(x: f64): v128 {
  return f64x2.splat(x);
}
