import { layerPairs } from '../../src/math/models/layer-pairs.ts';
import type { Objective } from '../../src/math/objective.ts';
import { nativeRandom } from '../../src/math/random/native.ts';

/** L(W₁, W₂) = ½‖W₂W₁ − M‖², with W₁ [r, n] before W₂ [m, r] in θ: a linear network whose data are the identity. */
export function factorisation({ m = 3, r = 2, n = 4, seed = 0 } = {}) {
  const random = nativeRandom(seed);
  const M = random.normal(m * n); //          [m, n]
  const theta0 = random.normal(r * n + m * r); // [d]
  const R = new Float64Array(m * n); //       [m, n]
  const residual = (theta: Float64Array, base = M) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = -base[i * n + j]!;
        for (let a = 0; a < r; a++) sum += theta[r * n + i * r + a]! * theta[a * n + j]!;
        R[i * n + j] = sum;
      }
    }
    return R;
  };
  /** out ← out + (W₂ᵀR, RW₁ᵀ) */
  const pull = (theta: Float64Array, of: Float64Array, out: Float64Array) => {
    for (let a = 0; a < r; a++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          out[a * n + j]! += theta[r * n + i * r + a]! * of[i * n + j]!;
          out[r * n + i * r + a]! += of[i * n + j]! * theta[a * n + j]!;
        }
      }
    }
    return out;
  };
  const tensors = [
    { name: 'W1', kind: 'weight', layer: 1, offset: 0, rows: r, cols: n },
    { name: 'W2', kind: 'weight', layer: 2, offset: r * n, rows: m, cols: r },
  ] as const;
  return {
    theta0,
    tensors,
    pairs: layerPairs(tensors),
    loss: (theta: Float64Array) => residual(theta).reduce((sum, x) => sum + x * x, 0) / 2,
    gradient: (theta: Float64Array, out: Float64Array) => pull(theta, residual(theta), out.fill(0)),
    /** Derivative of the gradient along v, written out. */
    hvp(theta: Float64Array, v: Float64Array, out: Float64Array) {
      pull(v, residual(theta), out.fill(0));
      const along = new Float64Array(m * n); // V₂W₁ + W₂V₁
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          for (let a = 0; a < r; a++) {
            const [w1, v1] = [theta, v].map((x) => x[a * n + j]!) as [number, number];
            const [w2, v2] = [theta, v].map((x) => x[r * n + i * r + a]!) as [number, number];
            along[i * n + j]! += v2 * w1 + w2 * v1;
          }
        }
      }
      return pull(theta, along, out);
    },
  };
}

/** The factorisation as an objective written by hand, which leaves the sums alone. */
export function bare({ theta0, tensors, pairs, loss, gradient }: ReturnType<typeof factorisation>): Objective {
  return {
    dim: theta0.length,
    tensors,
    products: [],
    facts: { precision: 'float64', pairs },
    open: () => ({
      evaluate(theta, out) {
        gradient(theta, out);
        return loss(theta);
      },
      close() {},
    }),
  };
}
