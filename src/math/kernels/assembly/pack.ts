/** B [ins, outs] ← Wᵀ in panels; W [outs, ins] row-major. Columns beyond those of Wᵀ are zero. */
export function packColumns(W: usize, B: usize, outs: i32, ins: i32): void {
  const stride = (<usize>ins) << 3;
  const zero = f64x2.splat(0);
  for (let o = 0; o < outs; o += 4) {
    const cols = outs - o;
    const w0 = W + <usize>o * stride;
    const w1 = w0 + stride;
    const w2 = w1 + stride;
    const w3 = w2 + stride;
    let k: usize = 0;
    if (cols >= 4) {
      for (; k + 16 <= stride; k += 16, B += 64) {
        const r0 = v128.load(w0 + k);
        const r1 = v128.load(w1 + k);
        const r2 = v128.load(w2 + k);
        const r3 = v128.load(w3 + k);
        v128.store(B, v128.shuffle<f64>(r0, r1, 0, 2));
        v128.store(B, v128.shuffle<f64>(r2, r3, 0, 2), 16);
        v128.store(B, v128.shuffle<f64>(r0, r1, 1, 3), 32);
        v128.store(B, v128.shuffle<f64>(r2, r3, 1, 3), 48);
      }
    }
    for (; k < stride; k += 8, B += 32) {
      v128.store(B, zero);
      v128.store(B, zero, 16);
      store<f64>(B, load<f64>(w0 + k));
      if (cols > 1) store<f64>(B, load<f64>(w1 + k), 8);
      if (cols > 2) store<f64>(B, load<f64>(w2 + k), 16);
      if (cols > 3) store<f64>(B, load<f64>(w3 + k), 24);
    }
  }
}

/** B [outs, ins] ← W in panels; W row-major. Columns beyond those of W are zero. */
export function packRows(W: usize, B: usize, outs: i32, ins: i32): void {
  const stride = (<usize>ins) << 3;
  const zero = f64x2.splat(0);
  for (let j = 0; j < ins; j += 4) {
    const cols = ins - j;
    let w = W + ((<usize>j) << 3);
    for (let o = 0; o < outs; o++, w += stride, B += 32) {
      if (cols >= 4) {
        v128.store(B, v128.load(w));
        v128.store(B, v128.load(w, 16), 16);
      } else {
        v128.store(B, zero);
        v128.store(B, zero, 16);
        store<f64>(B, load<f64>(w));
        if (cols > 1) store<f64>(B, load<f64>(w, 8), 8);
        if (cols > 2) store<f64>(B, load<f64>(w, 16), 16);
      }
    }
  }
}
