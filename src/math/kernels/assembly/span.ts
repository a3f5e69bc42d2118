/*
 * Span Q: `count` vectors one after the other, each `stride` bytes long and padded with zeros to a
 * multiple of 4 doubles. A sum over entries is (s₀ + s₂) + (s₁ + s₃), with sums over the indices
 * i ≡ 0, 1, 2, 3 (mod 4). Loops take four vectors at a time, and so read w once for four. The exit
 * in the middle of a loop keeps V8 from moving all loads to its top.
 */

// @ts-ignore: decorator
@inline
function total(s: v128, r: v128): f64 {
  const both = f64x2.add(s, r);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** out [count] ← Q·w. */
export function inner(w: usize, Q: usize, count: i32, stride: usize, out: usize): void {
  let j = 0;
  for (; j + 4 <= count; j += 4, Q += stride << 2, out += 32) {
    const b = Q + stride;
    const c = b + stride;
    const e = c + stride;
    let sa = f64x2.splat(0);
    let sb = sa, sc = sa, se = sa, ra = sa, rb = sa, rc = sa, re = sa;
    for (let i: usize = 0; i < stride; i += 32) {
      const x = v128.load(w + i);
      sa = f64x2.add(sa, f64x2.mul(x, v128.load(Q + i)));
      sb = f64x2.add(sb, f64x2.mul(x, v128.load(b + i)));
      sc = f64x2.add(sc, f64x2.mul(x, v128.load(c + i)));
      se = f64x2.add(se, f64x2.mul(x, v128.load(e + i)));
      if (i + 16 >= stride) break;
      const y = v128.load(w + i, 16);
      ra = f64x2.add(ra, f64x2.mul(y, v128.load(Q + i, 16)));
      rb = f64x2.add(rb, f64x2.mul(y, v128.load(b + i, 16)));
      rc = f64x2.add(rc, f64x2.mul(y, v128.load(c + i, 16)));
      re = f64x2.add(re, f64x2.mul(y, v128.load(e + i, 16)));
    }
    store<f64>(out, total(sa, ra));
    store<f64>(out, total(sb, rb), 8);
    store<f64>(out, total(sc, rc), 16);
    store<f64>(out, total(se, re), 24);
  }
  for (; j < count; j++, Q += stride, out += 8) {
    let s = f64x2.splat(0);
    let r = s;
    for (let i: usize = 0; i < stride; i += 32) {
      s = f64x2.add(s, f64x2.mul(v128.load(w + i), v128.load(Q + i)));
      r = f64x2.add(r, f64x2.mul(v128.load(w + i, 16), v128.load(Q + i, 16)));
    }
    store<f64>(out, total(s, r));
  }
}

/** out ← out + Qᵀs; s [count]. */
export function combine(s: usize, Q: usize, count: i32, stride: usize, out: usize): void {
  let j = 0;
  for (; j + 4 <= count; j += 4, Q += stride << 2, s += 32) {
    const b = Q + stride;
    const c = b + stride;
    const e = c + stride;
    const sa = v128.load64_splat(s);
    const sb = v128.load64_splat(s, 8);
    const sc = v128.load64_splat(s, 16);
    const se = v128.load64_splat(s, 24);
    for (let i: usize = 0; i < stride; i += 16) {
      const first = f64x2.add(f64x2.mul(sa, v128.load(Q + i)), f64x2.mul(sb, v128.load(b + i)));
      const second = f64x2.add(f64x2.mul(sc, v128.load(c + i)), f64x2.mul(se, v128.load(e + i)));
      v128.store(out + i, f64x2.add(v128.load(out + i), f64x2.add(first, second)));
    }
  }
  for (; j < count; j++, Q += stride, s += 8) {
    const sa = v128.load64_splat(s);
    for (let i: usize = 0; i < stride; i += 16) {
      v128.store(out + i, f64x2.add(v128.load(out + i), f64x2.mul(sa, v128.load(Q + i))));
    }
  }
}

/**
 * w ← (I − QᵀQ)·w for orthonormal vectors, four at a time. `sums` is 32 bytes of scratch memory.
 */
export function project(w: usize, Q: usize, count: i32, stride: usize, sums: usize): void {
  for (let j = 0; j < count; j += 4, Q += stride << 2) {
    const four = min(4, count - j);
    if (four < 4) {
      // one by one
      for (let i = 0; i < four; i++) less(w, Q + <usize>i * stride, 1, stride, sums);
    } else less(w, Q, 4, stride, sums);
  }
}

function less(w: usize, Q: usize, count: i32, stride: usize, sums: usize): void {
  inner(w, Q, count, stride, sums);
  for (let j = 0; j < count; j++) store<f64>(sums + (j << 3), -load<f64>(sums + (j << 3)));
  combine(sums, Q, count, stride, w);
}
