/** A pipeline in code: which operators measure what, and where, is the order of the chain. */
import { lastValueFrom, take } from 'rxjs';
import {
  bool,
  conservation,
  derive,
  every,
  gaussianMixture,
  gradientDescent,
  mlp,
  objective,
  sharpness,
  toArrow,
} from '../src/index.ts';

const L = objective({
  model: mlp({ hidden: [64], activation: 'relu' }),
  loss: 'mse',
  data: gaussianMixture({ n: 200, d: 20, classes: 5, separation: 2 }),
  seed: 0,
});

const steps = Number(process.argv[2] ?? 5_000);

const last = await lastValueFrom(
  gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.02 }).pipe(
    take(steps),
    conservation(), //                 + conservation, drift, imbalanceSum, ledgerResidual: sums over every step, so above every()
    every(10), //                      keep rows 0, 10, 20, ...: the dearer measures only there
    sharpness(), //                    + sharpness, sharpnessResidual, ...
    derive({ risen: bool('has λ₁ reached 2/η?') }, ({ sharpness, learningRate }) => ({
      risen: sharpness * learningRate >= 2,
    })),
    toArrow('output/custom-pipeline/steps.arrow'),
  ),
);

console.log(
  `step ${last.step}: loss ${last.loss}, drift ${last.drift[0]}, sharpness ${last.sharpness}, risen ${last.risen}`,
);
