/** Pipeline of one run, which sweep-in-workers.ts names: a thread imports this file and calls `run` with a point. */
import { last, take } from 'rxjs';
import { conservation, gaussianMixture, gradientDescent, mlp, objective, untilDiverged } from '../src/index.ts';

interface Point {
  readonly learningRate: number;
  readonly seed: number;
  readonly steps: number;
}

export function run({ learningRate, seed, steps }: Point) {
  const L = objective({
    model: mlp({ hidden: [16], activation: 'relu' }),
    loss: 'mse',
    data: gaussianMixture({ n: 60, d: 8, classes: 3, separation: 2 }),
    seed,
  });
  return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(
    take(steps),
    conservation(),
    untilDiverged(),
    last(),
  );
}
