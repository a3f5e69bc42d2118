import { madd, ROW } from './vector';

// @ts-ignore: decorator
@inline
function put(to: usize, c0: v128, c1: v128, add: bool): void {
  if (add) {
    v128.store(to, f64x2.add(v128.load(to), c0));
    v128.store(to, f64x2.add(v128.load(to, 16), c1), 16);
  } else {
    v128.store(to, c0);
    v128.store(to, c1, 16);
  }
}

/** Stores the first `cols` of the four sums of a tile's row, or adds them if `add`. */
function place(to: usize, c0: v128, c1: v128, cols: i32, add: bool): void {
  one(to, f64x2.extract_lane(c0, 0), add);
  if (cols > 1) one(to + 8, f64x2.extract_lane(c0, 1), add);
  if (cols > 2) one(to + 16, f64x2.extract_lane(c1, 0), add);
  if (cols > 3) one(to + 24, f64x2.extract_lane(c1, 1), add);
}

// @ts-ignore: decorator
@inline
function one(to: usize, sum: f64, add: bool): void {
  store<f64>(to, add ? load<f64>(to) + sum : sum);
}

/**
 * G [outs, ins] ← Aᵀ·B, or G ← G + Aᵀ·B if `add`; A [rows, outs] and B [rows, ins] in panels, G
 * row-major.
 *
 * Every entry is one sum over the rows, from first to last.
 */
export function outer(
  A: usize,
  aPanel: usize,
  B: usize,
  bPanel: usize,
  G: usize,
  rows: i32,
  outs: i32,
  ins: i32,
  add: bool,
): void {
  const stride = (<usize>ins) << 3;
  const lone = (outs & 3) == 1 || (outs & 3) == 2 ? outs & 3 : 0; // last rows of G, too few for a tile
  const tiled = outs - lone;
  for (let j = 0; j < ins; j += 4, B += bPanel) {
    const cols = min(ins - j, 4);
    let from = A;
    for (let i = 0; i < tiled; i += 4, from += aPanel) {
      let a: v128, b0: v128, b1: v128;
      let c00 = f64x2.splat(0);
      let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      let pa = from;
      let pb = B;
      const end = pb + ((<usize>rows) << 5);
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
      let to = G + <usize>i * stride + ((<usize>j) << 3);
      const height = min(tiled - i, 4);
      if (cols == 4 && height == 4) {
        put(to, c00, c01, add);
        to += stride;
        put(to, c10, c11, add);
        to += stride;
        put(to, c20, c21, add);
        to += stride;
        put(to, c30, c31, add);
      } else {
        place(to, c00, c01, cols, add);
        if (height > 1) place(to + stride, c10, c11, cols, add);
        if (height > 2) place(to + 2 * stride, c20, c21, cols, add);
        if (height > 3) place(to + 3 * stride, c30, c31, cols, add);
      }
    }
  }
  B -= <usize>((ins + 3) >> 2) * bPanel;
  const last = A + <usize>(tiled >> 2) * aPanel;
  for (let r = 0; r < lone; r++) {
    rowOuter(last + ((<usize>r) << 3), B, bPanel, G + <usize>(tiled + r) * stride, rows, ins, add);
  }
}

/**
 * Computes one row of G from two panels of B at a time: two sums alone would wait for each other.
 */
function rowOuter(A: usize, B: usize, bPanel: usize, G: usize, rows: i32, ins: i32, add: bool): void {
  const length = (<usize>rows) << 5;
  for (let j = 0; j < ins; j += 8, B += 2 * bPanel) {
    const cols = ins - j;
    const other: usize = cols > 4 ? bPanel : 0;
    let c0 = f64x2.splat(0);
    let c1 = c0, c2 = c0, c3 = c0;
    let pa = A;
    let p0 = B;
    let p1 = B + other;
    const end = A + length;
    do {
      const a = v128.load_splat<f64>(pa);
      c0 = madd(a, v128.load(p0), c0);
      c1 = madd(a, v128.load(p0, 16), c1);
      c2 = madd(a, v128.load(p1), c2);
      c3 = madd(a, v128.load(p1, 16), c3);
      pa += ROW;
      p0 += ROW;
      p1 += ROW;
    } while (pa != end);
    const to = G + ((<usize>j) << 3);
    place(to, c0, c1, min(cols, 4), add);
    if (cols > 4) place(to + 32, c2, c3, cols - 4, add);
  }
}
