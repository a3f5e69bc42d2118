import { type Dataset, type EngineName, mlp, nativeRandom, objective, type Risk } from '../src/index.ts';

/** Bias-free ReLU networks under full-batch MSE: samples, and widths from input to output. */
export const jobs: Readonly<Record<string, { readonly n: number; readonly widths: readonly number[] }>> = {
  tiny: { n: 32, widths: [4, 16, 1] },
  i: { n: 200, widths: [20, 64, 5] },
  ii: { n: 200, widths: [20, 256, 5] },
  iii: { n: 1000, widths: [784, 128, 10] },
  iv: { n: 2000, widths: [20, 32, 32, 32, 32, 5] },
};

/** The loss of a job on random inputs and targets, as the peer draws them. */
export function riskOf(job: string, engine: EngineName, threads = 1): Risk {
  const { n, widths } = jobs[job]!;
  const [d, k] = [widths[0]!, widths.at(-1)!];
  const random = nativeRandom(0);
  const data: Dataset = { n, d, k, x: random.normal(n * d), y: random.normal(n * k) };
  return objective({ model: mlp({ hidden: widths.slice(1, -1) }), loss: 'mse', data, seed: 0, engine, threads });
}
