import { chebyshev } from '../../src/math/data/chebyshev.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import type { Evaluation, Objective } from '../../src/math/objective.ts';
import { objective, type Risk } from '../../src/math/risk.ts';
import type { EdgeCase } from './reference.ts';

/** Cohen's Chebyshev task from the seed alone: tanh 1-30-20-1 with biases, MSE; its runs are at η = 0.1. */
export const chebyshevTask = (seed: number): Risk =>
  objective({
    model: mlp({ hidden: [30, 20], activation: 'tanh', bias: true }),
    loss: 'mse',
    data: chebyshev({ n: 20, degree: 6 }),
    seed,
  });

/** The same on the data of a file, with its θ₀. */
export function edgeTask(file: EdgeCase): { objective: Risk; theta0: Float64Array } {
  const [x, y] = [Float64Array.from(file.x), Float64Array.from(file.y)];
  return {
    objective: objective({
      model: mlp({ hidden: file.widths.slice(1, -1), activation: 'tanh', bias: true }),
      loss: 'mse',
      data: { n: x.length, d: 1, k: 1, x, y },
    }),
    theta0: Float64Array.from(file.parameters.flat()),
  };
}

/**
 * L(u, v) = f²/2 with f = u·v/√m, u, v ∈ ℝᵐ: the model in which Lewkowycz et al. 2020 (arXiv:2003.02218) derive the
 * catapult. λ₁ is (‖u‖² + ‖v‖²)/m where f = 0.
 */
export function twoLayers(m: number): Objective {
  const root = Math.sqrt(m);
  return {
    dim: 2 * m,
    tensors: [
      { name: 'W1', kind: 'weight', layer: 1, offset: 0, rows: m, cols: 1 },
      { name: 'W2', kind: 'weight', layer: 2, offset: m, rows: 1, cols: m },
    ],
    products: ['hvp'],
    facts: { precision: 'float64', pairs: [] },
    open(): Evaluation {
      const theta = new Float64Array(2 * m);
      let f = 0;
      const other = (i: number) => (i < m ? i + m : i - m);
      return {
        evaluate(at, gradient) {
          theta.set(at);
          f = 0;
          for (let i = 0; i < m; i++) f += (theta[i]! * theta[m + i]!) / root;
          for (let i = 0; i < 2 * m; i++) gradient[i] = (f * theta[other(i)]!) / root;
          return (f * f) / 2;
        },
        // ∇f(∇f·v) + f∇²f·v
        hvp(v, out) {
          let inner = 0;
          for (let i = 0; i < 2 * m; i++) inner += (theta[other(i)]! * v[i]!) / root;
          for (let i = 0; i < 2 * m; i++) out[i] = (inner * theta[other(i)]! + f * v[other(i)]!) / root;
          return out;
        },
        close() {},
      };
    },
  };
}
