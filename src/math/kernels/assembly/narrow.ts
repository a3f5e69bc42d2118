import { BIAS, MASK, masked, RELU, relu, SCALE, SUM } from './finish';
import { madd, ROW } from './vector';

/**
 * Computes the first two columns of a panel of C ← A·B, in tiles of 8 rows by 2 columns. Parameters
 * are those of `times`.
 *
 * @param c Distance from C to the panel, and from M to its panel.
 * @returns Number of rows done: the largest multiple of 8.
 */
export function narrow(
  A: usize,
  aPanel: usize,
  B: usize,
  C: usize,
  c: usize,
  rows: i32,
  length: i32,
  start: i32,
  bias: usize,
  finish: i32,
  M: usize,
): i32 {
  const rest = aPanel - 24;
  let i = 0;
  for (; i + 8 <= rows; i += 8, A += 8 * ROW, c += 8 * ROW) {
    const to = C + c;
    let c0 = f64x2.splat(0);
    let c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
    if (start == SUM) {
      c0 = v128.load(to);
      c1 = v128.load(to, 32);
      c2 = v128.load(to, 64);
      c3 = v128.load(to, 96);
      c4 = v128.load(to, 128);
      c5 = v128.load(to, 160);
      c6 = v128.load(to, 192);
      c7 = v128.load(to, 224);
    } else if (start == BIAS) {
      c0 = v128.load(bias);
      c1 = c0;
      c2 = c0;
      c3 = c0;
      c4 = c0;
      c5 = c0;
      c6 = c0;
      c7 = c0;
    }
    let pa = A;
    let pb = B;
    let k = 0;
    do {
      const b = v128.load(pb);
      let a: v128;
      a = v128.load_splat<f64>(pa);
      c0 = madd(a, b, c0);
      a = v128.load_splat<f64>(pa, 32);
      c1 = madd(a, b, c1);
      a = v128.load_splat<f64>(pa, 64);
      c2 = madd(a, b, c2);
      a = v128.load_splat<f64>(pa, 96);
      c3 = madd(a, b, c3);
      if (k < 0) break; // never true: it ends the basic block, see times.ts
      a = v128.load_splat<f64>(pa, 128);
      c4 = madd(a, b, c4);
      a = v128.load_splat<f64>(pa, 160);
      c5 = madd(a, b, c5);
      a = v128.load_splat<f64>(pa, 192);
      c6 = madd(a, b, c6);
      a = v128.load_splat<f64>(pa, 224);
      c7 = madd(a, b, c7);
      k++;
      pa += k & 3 ? 8 : rest;
      pb += ROW;
    } while (k < length);
    if (finish == RELU) {
      c0 = relu(c0);
      c1 = relu(c1);
      c2 = relu(c2);
      c3 = relu(c3);
      c4 = relu(c4);
      c5 = relu(c5);
      c6 = relu(c6);
      c7 = relu(c7);
    } else if (finish == MASK) {
      const m = M + c;
      c0 = masked(c0, m);
      c1 = masked(c1, m + 32);
      c2 = masked(c2, m + 64);
      c3 = masked(c3, m + 96);
      c4 = masked(c4, m + 128);
      c5 = masked(c5, m + 160);
      c6 = masked(c6, m + 192);
      c7 = masked(c7, m + 224);
    } else if (finish == SCALE) {
      const m = M + c;
      c0 = f64x2.mul(c0, v128.load(m));
      c1 = f64x2.mul(c1, v128.load(m, 32));
      c2 = f64x2.mul(c2, v128.load(m, 64));
      c3 = f64x2.mul(c3, v128.load(m, 96));
      c4 = f64x2.mul(c4, v128.load(m, 128));
      c5 = f64x2.mul(c5, v128.load(m, 160));
      c6 = f64x2.mul(c6, v128.load(m, 192));
      c7 = f64x2.mul(c7, v128.load(m, 224));
    }
    v128.store(to, c0);
    v128.store(to, c1, 32);
    v128.store(to, c2, 64);
    v128.store(to, c3, 96);
    v128.store(to, c4, 128);
    v128.store(to, c5, 160);
    v128.store(to, c6, 192);
    v128.store(to, c7, 224);
  }
  return i;
}
