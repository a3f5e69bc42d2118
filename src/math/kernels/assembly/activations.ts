import { expBelow, gaussian, log1p, normalDensity, normalDistribution, tanh } from './functions';
import { all, choose } from './vector';

/*
 * Activations of src/math/models/activations.ts, operation by operation, two doubles at a time.
 * relu and identity need no pass of their own. Passes skip vectors beyond the last column of a
 * panel.
 */

const LEAKY: i32 = 2;
const TANH: i32 = 3;
const SIGMOID: i32 = 4;
const SOFTPLUS: i32 = 5;
const SILU: i32 = 6;
const GELU: i32 = 7;

// @ts-ignore: decorator
@inline
function forward(kind: i32, left: f64, from: usize, to: usize, slope: usize): void {
  const z = v128.load(from);
  const zero = all(0);
  const one = all(1);
  if (kind == LEAKY) {
    const s = choose(f64x2.gt(z, zero), one, all(left));
    v128.store(to, f64x2.mul(s, z));
    v128.store(slope, s);
    return;
  }
  if (kind == TANH) {
    const t = tanh(z);
    v128.store(to, t);
    v128.store(slope, f64x2.sub(one, f64x2.mul(t, t)));
    return;
  }
  if (kind == GELU) {
    const g = gaussian(z);
    const cdf = normalDistribution(z, g);
    const pdf = normalDensity(z, g);
    v128.store(to, v128.andnot(f64x2.mul(z, cdf), f64x2.eq(cdf, zero)));
    v128.store(slope, choose(f64x2.eq(pdf, zero), cdf, f64x2.add(cdf, f64x2.mul(z, pdf))));
    return;
  }
  const e = expBelow(f64x2.neg(f64x2.abs(z)));
  const below = f64x2.lt(z, zero);
  const d = f64x2.add(one, e);
  if (kind == SOFTPLUS) {
    v128.store(to, f64x2.add(v128.andnot(z, below), log1p(e)));
    v128.store(slope, f64x2.div(choose(below, e, one), d));
    return;
  }
  const p = f64x2.div(one, d);
  const q = f64x2.div(e, d);
  const s = choose(below, q, p);
  const pq = f64x2.mul(p, q);
  if (kind == SIGMOID) {
    v128.store(to, s);
    v128.store(slope, pq);
  } else {
    v128.store(to, v128.andnot(f64x2.mul(z, s), f64x2.eq(s, zero)));
    v128.store(slope, choose(f64x2.eq(q, zero), s, f64x2.add(s, f64x2.mul(z, pq))));
  }
}

/** H ← σ(Z), S ← σ′(Z); Z and H may be the same. */
export function activate(
  kind: i32,
  left: f64,
  Z: usize,
  H: usize,
  S: usize,
  rows: i32,
  cols: i32,
  panel: usize,
): void {
  const length = (<usize>rows) << 5;
  for (let j = 0; j < cols; j += 4, Z += panel, H += panel, S += panel) {
    const step: usize = cols - j > 2 ? 16 : 32;
    for (let i: usize = 0; i < length; i += step) forward(kind, left, Z + i, H + i, S + i);
  }
}

// @ts-ignore: decorator
@inline
function second(kind: i32, z: usize, h: usize, slope: usize): v128 {
  const one = all(1);
  const s = v128.load(slope);
  if (kind == TANH) return f64x2.mul(f64x2.mul(all(-2), v128.load(h)), s);
  if (kind == SIGMOID) return f64x2.mul(s, f64x2.sub(one, f64x2.mul(all(2), v128.load(h))));
  if (kind == SOFTPLUS) return f64x2.mul(s, f64x2.sub(one, s));
  const x = v128.load(z);
  if (kind == GELU) {
    const pdf = normalDensity(x, gaussian(x));
    return v128.andnot(f64x2.mul(pdf, f64x2.sub(all(2), f64x2.mul(x, x))), f64x2.eq(pdf, all(0)));
  }
  const e = expBelow(f64x2.neg(f64x2.abs(x)));
  const d = f64x2.add(one, e);
  const p = f64x2.div(one, d);
  const q = f64x2.div(e, d);
  const y = f64x2.mul(f64x2.mul(p, q), f64x2.add(all(2), f64x2.mul(f64x2.abs(x), f64x2.sub(q, p))));
  return v128.andnot(y, f64x2.eq(q, all(0)));
}

/** K ← B·σ″(Z), with B = ∂L/∂h: a term in the derivative of ∂L/∂z along v. */
export function curve(
  kind: i32,
  Z: usize,
  H: usize,
  S: usize,
  B: usize,
  K: usize,
  rows: i32,
  cols: i32,
  panel: usize,
): void {
  const length = (<usize>rows) << 5;
  for (let j = 0; j < cols; j += 4, Z += panel, H += panel, S += panel, B += panel, K += panel) {
    const step: usize = cols - j > 2 ? 16 : 32;
    for (let i: usize = 0; i < length; i += step) {
      v128.store(K + i, f64x2.mul(v128.load(B + i), second(kind, Z + i, H + i, S + i)));
    }
  }
}
