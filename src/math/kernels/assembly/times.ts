import { BIAS, MASK, masked, RELU, relu, SCALE, STORE, SUM } from './finish';
import { narrow } from './narrow';
import { madd, ROW } from './vector';

/*
 * Loops over k are not unrolled within a basic block: V8 moves all loads of a basic block to its
 * top, and from 14 vectors on it spills registers. If one turn of a loop has four steps of k, the
 * exits between them end the basic blocks.
 */

/** Longest part of k. 4 rows of A and 4 columns of B, 8 kB each, then stay in the level 1 cache. */
const K_BLOCK: i32 = 256;
/** Panels of B that all tiles of rows use in turn: with K_BLOCK, 512 kB of the level 2 cache. */
const J_BLOCK: i32 = 64;

/**
 * C [rows, cols] ← finish(start + A·B), in panels.
 *
 * @param A [rows, k] in panels `aPanel` apart, or in tiles of 4 rows if `aPanel` is 0.
 * @param B [k, cols] in panels, as `packColumns` and `packRows` write it.
 * @param start 0: nothing; 1: the row `bias`; 2: C.
 * @param finish 0: nothing; 1: max(·, 0); 2: 0 if M ≤ 0; 3: times M; M [rows, cols] like C.
 */
export function times(
  A: usize,
  aPanel: usize,
  B: usize,
  C: usize,
  cPanel: usize,
  rows: i32,
  k: i32,
  cols: i32,
  start: i32,
  bias: usize,
  finish: i32,
  M: usize,
): void {
  const parts = (k + K_BLOCK - 1) / K_BLOCK;
  const part = ((k + parts - 1) / parts + 3) & ~3;
  const panels = (cols + 3) >> 2;
  // a last panel of one or two columns is a narrow product
  const wide = aPanel && (cols & 3) && (cols & 3) < 3 ? panels - 1 : panels;
  const bPanel = (<usize>k) << 5;
  for (let k0 = 0; k0 < k; k0 += part) {
    const length = min(part, k - k0);
    const A0 = A + (aPanel ? <usize>(k0 >> 2) * aPanel : (<usize>k0) << 5);
    const B0 = B + ((<usize>k0) << 5);
    const first = k0 == 0 ? start : SUM;
    const last = k0 + length == k ? finish : STORE;
    for (let j0 = 0; j0 < wide; j0 += J_BLOCK) {
      tiles(A0, aPanel, bPanel, B0, C, cPanel, 0, rows, length, j0, min(j0 + J_BLOCK, wide), first, bias, last, M);
    }
    if (wide < panels) {
      const done = narrow(A0, aPanel, B0 + <usize>wide * bPanel, C, <usize>wide * cPanel, rows, length, first, bias + ((<usize>wide) << 5), last, M);
      tiles(A0, aPanel, bPanel, B0, C, cPanel, done, rows, length, wide, panels, first, bias, last, M);
    }
  }
}

/** Computes the tiles of panels j0 … j1 − 1, from row `from` on, over one part of k. */
function tiles(
  A: usize,
  aPanel: usize,
  bPanel: usize,
  B: usize,
  C: usize,
  cPanel: usize,
  from: i32,
  rows: i32,
  length: i32,
  j0: i32,
  j1: i32,
  start: i32,
  bias: usize,
  finish: i32,
  M: usize,
): void {
  const aTile: usize = aPanel ? 4 * ROW : bPanel;
  let at = A + <usize>(from >> 2) * aTile;
  let row = <usize>j0 * cPanel + ((<usize>from) << 5);
  for (let i = from; i < rows; i += 4, at += aTile, row += 4 * ROW) {
    let to = row;
    let b = B + <usize>j0 * bPanel;
    for (let j = j0; j < j1; j++, to += cPanel, b += bPanel) {
      const c = C + to;
      let a: v128, b0: v128, b1: v128;
      let c00 = f64x2.splat(0);
      let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      if (start == SUM) {
        c00 = v128.load(c);
        c01 = v128.load(c, 16);
        c10 = v128.load(c, 32);
        c11 = v128.load(c, 48);
        c20 = v128.load(c, 64);
        c21 = v128.load(c, 80);
        c30 = v128.load(c, 96);
        c31 = v128.load(c, 112);
      } else if (start == BIAS) {
        const p = bias + ((<usize>j) << 5);
        c00 = v128.load(p);
        c01 = v128.load(p, 16);
        c10 = c00;
        c11 = c01;
        c20 = c00;
        c21 = c01;
        c30 = c00;
        c31 = c01;
      }
      let pa = at;
      let pb = b;
      if (aPanel) {
        const rest = aPanel - 24;
        let k = length;
        do {
          b0 = v128.load(pb);
          b1 = v128.load(pb, 16);
          a = v128.load_splat<f64>(pa);
          c00 = madd(a, b0, c00);
          c01 = madd(a, b1, c01);
          a = v128.load_splat<f64>(pa, 32);
          c10 = madd(a, b0, c10);
          c11 = madd(a, b1, c11);
          a = v128.load_splat<f64>(pa, 64);
          c20 = madd(a, b0, c20);
          c21 = madd(a, b1, c21);
          a = v128.load_splat<f64>(pa, 96);
          c30 = madd(a, b0, c30);
          c31 = madd(a, b1, c31);
          if (k == 1) break;
          pa += 8;
          b0 = v128.load(pb, 32);
          b1 = v128.load(pb, 48);
          a = v128.load_splat<f64>(pa);
          c00 = madd(a, b0, c00);
          c01 = madd(a, b1, c01);
          a = v128.load_splat<f64>(pa, 32);
          c10 = madd(a, b0, c10);
          c11 = madd(a, b1, c11);
          a = v128.load_splat<f64>(pa, 64);
          c20 = madd(a, b0, c20);
          c21 = madd(a, b1, c21);
          a = v128.load_splat<f64>(pa, 96);
          c30 = madd(a, b0, c30);
          c31 = madd(a, b1, c31);
          if (k == 2) break;
          pa += 8;
          b0 = v128.load(pb, 64);
          b1 = v128.load(pb, 80);
          a = v128.load_splat<f64>(pa);
          c00 = madd(a, b0, c00);
          c01 = madd(a, b1, c01);
          a = v128.load_splat<f64>(pa, 32);
          c10 = madd(a, b0, c10);
          c11 = madd(a, b1, c11);
          a = v128.load_splat<f64>(pa, 64);
          c20 = madd(a, b0, c20);
          c21 = madd(a, b1, c21);
          a = v128.load_splat<f64>(pa, 96);
          c30 = madd(a, b0, c30);
          c31 = madd(a, b1, c31);
          if (k == 3) break;
          pa += 8;
          b0 = v128.load(pb, 96);
          b1 = v128.load(pb, 112);
          a = v128.load_splat<f64>(pa);
          c00 = madd(a, b0, c00);
          c01 = madd(a, b1, c01);
          a = v128.load_splat<f64>(pa, 32);
          c10 = madd(a, b0, c10);
          c11 = madd(a, b1, c11);
          a = v128.load_splat<f64>(pa, 64);
          c20 = madd(a, b0, c20);
          c21 = madd(a, b1, c21);
          a = v128.load_splat<f64>(pa, 96);
          c30 = madd(a, b0, c30);
          c31 = madd(a, b1, c31);
          pa += rest;
          pb += 128;
          k -= 4;
        } while (k);
      } else {
        const end = pb + ((<usize>length) << 5);
        do {
          b0 = v128.load(pb);
          b1 = v128.load(pb, 16);
          a = v128.load_splat<f64>(pa);
          c00 = madd(a, b0, c00);
          c01 = madd(a, b1, c01);
          a = v128.load_splat<f64>(pa, 8);
          c10 = madd(a, b0, c10);
          c11 = madd(a, b1, c11);
          a = v128.load_splat<f64>(pa, 16);
          c20 = madd(a, b0, c20);
          c21 = madd(a, b1, c21);
          a = v128.load_splat<f64>(pa, 24);
          c30 = madd(a, b0, c30);
          c31 = madd(a, b1, c31);
          pa += ROW;
          pb += ROW;
        } while (pb != end);
      }
      if (finish == RELU) {
        c00 = relu(c00);
        c01 = relu(c01);
        c10 = relu(c10);
        c11 = relu(c11);
        c20 = relu(c20);
        c21 = relu(c21);
        c30 = relu(c30);
        c31 = relu(c31);
      } else if (finish == MASK) {
        const m = M + to;
        c00 = masked(c00, m);
        c01 = masked(c01, m + 16);
        c10 = masked(c10, m + 32);
        c11 = masked(c11, m + 48);
        c20 = masked(c20, m + 64);
        c21 = masked(c21, m + 80);
        c30 = masked(c30, m + 96);
        c31 = masked(c31, m + 112);
      } else if (finish == SCALE) {
        const m = M + to;
        c00 = f64x2.mul(c00, v128.load(m));
        c01 = f64x2.mul(c01, v128.load(m, 16));
        c10 = f64x2.mul(c10, v128.load(m, 32));
        c11 = f64x2.mul(c11, v128.load(m, 48));
        c20 = f64x2.mul(c20, v128.load(m, 64));
        c21 = f64x2.mul(c21, v128.load(m, 80));
        c30 = f64x2.mul(c30, v128.load(m, 96));
        c31 = f64x2.mul(c31, v128.load(m, 112));
      }
      v128.store(c, c00);
      v128.store(c, c01, 16);
      v128.store(c, c10, 32);
      v128.store(c, c11, 48);
      v128.store(c, c20, 64);
      v128.store(c, c21, 80);
      v128.store(c, c30, 96);
      v128.store(c, c31, 112);
    }
  }
}
