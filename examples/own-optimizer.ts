/** An optimizer of one's own, Lion, on a loss of one's own, with the same measures as any other. */
import { lastValueFrom, take } from 'rxjs';
import { z } from 'zod';
import {
  conservation,
  gradientDescent,
  hessian,
  nativeRandom,
  objectiveOf,
  optimizer,
  type StartedObjective,
  sweep,
  toArrow,
} from '../src/index.ts';

const steps = Number(process.argv[2] ?? 2_000);

/** Chen et al. 2023, arXiv:2302.06675. */
const lion = optimizer('lion', {
  options: z.strictObject({
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.99),
  }),
  rule: ({ beta1, beta2 }, { objective }) => {
    let m = new Float64Array(objective.dim); // [d]
    return {
      update(g, _theta, eta, out) {
        for (let i = 0; i < out.length; i++) {
          out[i] = -eta * Math.sign(beta1 * m[i]! + (1 - beta1) * g[i]!);
          m[i] = beta2 * m[i]! + (1 - beta2) * g[i]!;
        }
      },
      edge: () => NaN, // no curvature at which it becomes unstable is known
      snapshot: () => m,
      restore: (saved) => void (m = saved as Float64Array<ArrayBuffer>),
    };
  },
});

/** L(W₁, W₂) = ½‖W₂W₁ − M‖², both 3 × 3, which has the law of a linear network. */
function factorisation(seed: number): StartedObjective {
  const [n, random] = [3, nativeRandom(seed)];
  const M = random.normal(n * n); //   [n, n]
  const R = new Float64Array(n * n); // [n, n]
  const residual = (theta: Float64Array) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = -M[i * n + j]!;
        for (let a = 0; a < n; a++) sum += theta[n * n + i * n + a]! * theta[a * n + j]!;
        R[i * n + j] = sum;
      }
    }
    return R;
  };
  return objectiveOf({
    name: 'factorisation',
    theta0: random.normal(2 * n * n).map((w) => w / 2),
    tensors: [
      { rows: n, cols: n },
      { rows: n, cols: n },
    ],
    pairs: [{ layer: 1, below: 0, above: 1 }],
    loss: (theta) => residual(theta).reduce((sum, r) => sum + r * r, 0) / 2,
    gradient(theta, out) {
      residual(theta);
      out.fill(0);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let a = 0; a < n; a++) {
            out[a * n + j]! += theta[n * n + i * n + a]! * R[i * n + j]!; //         W₂ᵀR
            out[n * n + i * n + a]! += R[i * n + j]! * theta[a * n + j]!; // RW₁ᵀ
          }
        }
      }
    },
  });
}

const optimizers = { lion, 'gradient descent': gradientDescent };
const runs = sweep({ optimizer: ['lion', 'gradient descent'] as const, seed: [1, 2] }, ({ optimizer, seed }) => {
  const L = factorisation(seed);
  return optimizers[optimizer]({ objective: L, theta0: L.start(), learningRate: 1e-3 }).pipe(
    take(steps + 1),
    conservation(),
    hessian({ every: 100 }),
  );
});
await lastValueFrom(runs.pipe(toArrow('output/own-optimizer/steps.arrow')));
runs.subscribe(({ optimizer, seed, step, loss, drift, symmetry }) => {
  if (step === steps)
    console.log(`${optimizer}, seed ${seed}: loss ${loss}, drift ${drift[0]}, symmetry ${symmetry[0]}`);
});
