import { expBelow, log1p } from './functions';
import { all } from './vector';

/** Returns the address of column `a` of a row in panels. */
// @ts-ignore: decorator
@inline
function column(row: usize, panel: usize, a: i32): usize {
  return row + <usize>(a >> 2) * panel + ((<usize>(a & 3)) << 3);
}

/**
 * Returns Σ (F − Y)² over rows and columns; D ← c·(F − Y). Each panel has four sums over rows, one
 * per column: (s₀ + s₂) + (s₁ + s₃).
 */
export function mse(F: usize, Y: usize, D: usize, rows: i32, k: i32, panel: usize, c: f64): f64 {
  const length = (<usize>rows) << 5;
  const scale = all(c);
  let sum: f64 = 0;
  for (let j = 0; j < k; j += 4, F += panel, Y += panel, D += panel) {
    const cols = k - j;
    // columns beyond k must not count, NaN or not
    const mask0 = cols > 1 ? i64x2(-1, -1) : i64x2(-1, 0);
    const mask1 = cols > 3 ? i64x2(-1, -1) : cols > 2 ? i64x2(-1, 0) : i64x2(0, 0);
    let s0 = all(0);
    let s1 = s0;
    for (let i: usize = 0; i < length; i += 32) {
      const r0 = v128.and(f64x2.sub(v128.load(F + i), v128.load(Y + i)), mask0);
      const r1 = v128.and(f64x2.sub(v128.load(F + i, 16), v128.load(Y + i, 16)), mask1);
      s0 = f64x2.add(s0, f64x2.mul(r0, r0));
      s1 = f64x2.add(s1, f64x2.mul(r1, r1));
      v128.store(D + i, f64x2.mul(scale, r0));
      v128.store(D + i, f64x2.mul(scale, r1), 16);
    }
    s0 = f64x2.add(s0, s1);
    sum += f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  }
  return sum;
}

/** D ← c·U. */
export function mseHessian(U: usize, D: usize, rows: i32, k: i32, panel: usize, c: f64): void {
  const length = (<usize>rows) << 5;
  const scale = all(c);
  for (let j = 0; j < k; j += 4, U += panel, D += panel) {
    for (let i: usize = 0; i < length; i += 16) v128.store(D + i, f64x2.mul(scale, v128.load(U + i)));
  }
}

/**
 * Returns Σ −log softmax(F)[label] over rows; P ← softmax(F), D ← the derivative by F, divided by
 * `n`. It follows losses/cross-entropy.ts operation by operation, which says why.
 */
export function crossEntropy(F: usize, labels: usize, P: usize, D: usize, rows: i32, k: i32, panel: usize, n: f64): f64 {
  const count = all(n);
  let sum: f64 = 0;
  let before = all(0); // Σ of the other classes of the row before: log1p takes two rows at a time
  let marginBefore: f64 = 0;
  for (let i = 0; i < rows; i++, F += 32, P += 32, D += 32, labels += 4) {
    let top = 0;
    let max = load<f64>(F);
    for (let a = 1; a < k; a++) {
      const f = load<f64>(column(F, panel, a));
      if (f > max) {
        max = f;
        top = a;
      }
    }
    const largest = all(max);
    for (let a = 0; a < k; a += 2) {
      v128.store(column(P, panel, a), expBelow(f64x2.sub(v128.load(column(F, panel, a)), largest)));
    }
    if (max - max != 0) store<f64>(column(P, panel, top), 1); // exp 0 is 1, but ∞ − ∞ is NaN
    let others: f64 = 0;
    for (let a = 0; a < k; a++) if (a != top) others += load<f64>(column(P, panel, a));
    const label = load<i32>(labels);
    const margin = load<f64>(column(F, panel, label)) - max;
    if (i & 1) {
      const logs = log1p(f64x2.replace_lane(before, 1, others));
      sum += f64x2.extract_lane(logs, 0) - marginBefore;
      sum += f64x2.extract_lane(logs, 1) - margin;
    }
    before = all(others);
    marginBefore = margin;
    const whole = all(1 + others);
    for (let a = 0; a < k; a += 2) {
      const at = column(P, panel, a);
      const p = f64x2.div(v128.load(at), whole);
      v128.store(at, p);
      v128.store(column(D, panel, a), f64x2.div(p, count));
    }
    let wrong: f64 = 0;
    for (let a = 0; a < k; a++) if (a != label) wrong += load<f64>(column(P, panel, a));
    store<f64>(column(D, panel, label), -wrong / n);
  }
  if (rows & 1) sum += f64x2.extract_lane(log1p(before), 0) - marginBefore;
  return sum;
}

/** D ← ∇²ℓ·U, row after row. */
export function crossEntropyHessian(U: usize, P: usize, D: usize, rows: i32, k: i32, panel: usize, n: f64): void {
  for (let i = 0; i < rows; i++, U += 32, P += 32, D += 32) {
    let top = 0;
    for (let a = 1; a < k; a++) if (load<f64>(column(P, panel, a)) > load<f64>(column(P, panel, top))) top = a;
    const base = load<f64>(column(U, panel, top));
    let mean: f64 = 0;
    for (let a = 0; a < k; a++) {
      if (a != top) mean += load<f64>(column(P, panel, a)) * (load<f64>(column(U, panel, a)) - base);
    }
    for (let a = 0; a < k; a++) {
      const u = load<f64>(column(U, panel, a)) - base - mean;
      store<f64>(column(D, panel, a), (load<f64>(column(P, panel, a)) * u) / n);
    }
  }
}
