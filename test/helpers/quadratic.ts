import type { Evaluation, Objective } from '../../src/math/objective.ts';

/** L(θ) = ½ Σᵢ hᵢθᵢ²: its Hessian is diag(h), so every step and every curvature has a closed form. */
export function quadratic(...h: number[]): Objective {
  const d = h.length;
  const scaled = (v: Float64Array, out: Float64Array) => {
    for (let i = 0; i < d; i++) out[i] = h[i]! * v[i]!;
    return out;
  };
  const same = (v: Float64Array, out: Float64Array) => {
    out.set(v);
    return out;
  };
  return {
    dim: d,
    tensors: [{ name: 'W1', kind: 'weight', layer: 1, offset: 0, rows: 1, cols: d }],
    products: ['hvp', 'gnvp', 'jvp', 'vjp'],
    facts: { precision: 'float64', pairs: [] },
    open: (): Evaluation => ({
      evaluate(theta, gradient, sums) {
        scaled(theta, gradient);
        const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
        sums.weightNormSq[0] = dot(theta, theta);
        sums.gradientNormSq[0] = dot(gradient, gradient);
        sums.inner[0] = dot(theta, gradient);
        return 0.5 * dot(theta, gradient);
      },
      hvp: scaled,
      // the outputs are θ itself, and ℓ(f) = ½ Σ hᵢfᵢ²
      gnvp: scaled,
      jvp: same,
      vjp: same,
      close() {},
    }),
  };
}

/** Counts of what was asked of an objective's evaluations. */
export interface Watch {
  opened: number;
  closed: number;
  evaluated: number;
}

/** The same objective, with a count of what is asked of it; `fail` may throw in place of an evaluation. */
export function watched(
  objective: Objective,
  fail: (evaluated: number) => void = () => {},
): Objective & { watch: Watch } {
  const watch: Watch = { opened: 0, closed: 0, evaluated: 0 };
  return {
    ...objective,
    watch,
    open() {
      watch.opened++;
      const inner = objective.open();
      return {
        ...inner,
        evaluate(theta, gradient, sums) {
          fail(watch.evaluated++);
          return inner.evaluate(theta, gradient, sums);
        },
        close() {
          watch.closed++;
          inner.close();
        },
      };
    },
  };
}
