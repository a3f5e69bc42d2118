/*
 * Entry by entry over panels of `rows` rows, `panel` bytes apart. Columns that the last panel has
 * beyond those of the matrix are computed and never read.
 */

/** R ← R·S + K·Z: the derivative of ∂L/∂z = ∂L/∂h·σ′(z) along v, with K = ∂L/∂h·σ″(z). */
export function addProduct(R: usize, S: usize, K: usize, Z: usize, rows: i32, cols: i32, panel: usize): void {
  const length = (<usize>rows) << 5;
  for (let j = 0; j < cols; j += 4, R += panel, S += panel, K += panel, Z += panel) {
    for (let i: usize = 0; i < length; i += 16) {
      const bent = f64x2.mul(v128.load(K + i), v128.load(Z + i));
      v128.store(R + i, f64x2.add(f64x2.mul(v128.load(R + i), v128.load(S + i)), bent));
    }
  }
}

/** out ← A·S, entry by entry. */
export function scale(A: usize, S: usize, out: usize, rows: i32, cols: i32, panel: usize): void {
  const length = (<usize>rows) << 5;
  for (let j = 0; j < cols; j += 4, A += panel, S += panel, out += panel) {
    for (let i: usize = 0; i < length; i += 16) v128.store(out + i, f64x2.mul(v128.load(A + i), v128.load(S + i)));
  }
}

/**
 * out [cols] ← sums of the columns of A; adds them to `out` if `add`. Each is the sum over even
 * rows plus the sum over odd rows.
 */
export function columnSums(A: usize, panel: usize, out: usize, rows: i32, cols: i32, add: bool): void {
  for (let j = 0; j < cols; j += 4, A += panel, out += 32) {
    let even0 = f64x2.splat(0);
    let even1 = even0, odd0 = even0, odd1 = even0;
    let a = A;
    for (let i = 1; i < rows; i += 2, a += 64) {
      even0 = f64x2.add(even0, v128.load(a));
      even1 = f64x2.add(even1, v128.load(a, 16));
      odd0 = f64x2.add(odd0, v128.load(a, 32));
      odd1 = f64x2.add(odd1, v128.load(a, 48));
    }
    if (rows & 1) {
      even0 = f64x2.add(even0, v128.load(a));
      even1 = f64x2.add(even1, v128.load(a, 16));
    }
    even0 = f64x2.add(even0, odd0);
    even1 = f64x2.add(even1, odd1);
    const left = cols - j;
    const at = out;
    store<f64>(at, f64x2.extract_lane(even0, 0) + (add ? load<f64>(at) : 0));
    if (left > 1) store<f64>(at, f64x2.extract_lane(even0, 1) + (add ? load<f64>(at, 8) : 0), 8);
    if (left > 2) store<f64>(at, f64x2.extract_lane(even1, 0) + (add ? load<f64>(at, 16) : 0), 16);
    if (left > 3) store<f64>(at, f64x2.extract_lane(even1, 1) + (add ? load<f64>(at, 24) : 0), 24);
  }
}

// @ts-ignore: decorator
@inline
function total(even: v128, odd: v128): f64 {
  const s = f64x2.add(even, odd);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** out ← ‖w‖², ‖g‖², ⟨w, g⟩ of two vectors of `n` doubles, each as four interleaved sums. */
export function norms(w: usize, g: usize, n: i32, out: usize): void {
  let ww0 = f64x2.splat(0);
  let ww1 = ww0, gg0 = ww0, gg1 = ww0, wg0 = ww0, wg1 = ww0;
  let i: usize = 0;
  const end = (<usize>n) << 3;
  for (; i + 32 <= end; i += 32) {
    const w0 = v128.load(w + i);
    const w1 = v128.load(w + i, 16);
    const g0 = v128.load(g + i);
    const g1 = v128.load(g + i, 16);
    ww0 = f64x2.add(ww0, f64x2.mul(w0, w0));
    ww1 = f64x2.add(ww1, f64x2.mul(w1, w1));
    gg0 = f64x2.add(gg0, f64x2.mul(g0, g0));
    gg1 = f64x2.add(gg1, f64x2.mul(g1, g1));
    wg0 = f64x2.add(wg0, f64x2.mul(w0, g0));
    wg1 = f64x2.add(wg1, f64x2.mul(w1, g1));
  }
  let ww = total(ww0, ww1);
  let gg = total(gg0, gg1);
  let wg = total(wg0, wg1);
  for (; i < end; i += 8) {
    const x = load<f64>(w + i);
    const y = load<f64>(g + i);
    ww += x * x;
    gg += y * y;
    wg += x * y;
  }
  store<f64>(out, ww);
  store<f64>(out, gg, 8);
  store<f64>(out, wg, 16);
}

/** out ← out + A over `n` doubles. */
export function add(A: usize, out: usize, n: i32): void {
  let i: usize = 0;
  const end = (<usize>n) << 3;
  for (; i + 16 <= end; i += 16) v128.store(out + i, f64x2.add(v128.load(out + i), v128.load(A + i)));
  if (i < end) store<f64>(out + i, load<f64>(out + i) + load<f64>(A + i));
}
