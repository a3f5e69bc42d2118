/** A sweep with a fit: how the drift of the conservation law grows with the learning rate. A misspelt column does not compile. */
import { last, take } from 'rxjs';
import {
  conservation,
  gaussianMixture,
  gradientDescent,
  logspace,
  mlp,
  objective,
  powerLaw,
  sweep,
  untilDiverged,
} from '../src/index.ts';

const steps = Number(process.argv[2] ?? 2_000);

const at = (seed: number) =>
  objective({
    model: mlp({ hidden: [16], activation: 'relu' }),
    loss: 'mse',
    data: gaussianMixture({ n: 60, d: 8, classes: 3, separation: 2 }),
    seed,
  });

sweep({ learningRate: logspace(1e-3, 1e-1, 12), seed: [1, 2, 3] }, ({ learningRate, seed }) => {
  const L = at(seed);
  return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(
    take(steps),
    conservation(),
    untilDiverged(),
    last(),
  );
})
  .pipe(powerLaw('learningRate', 'drift'))
  .subscribe(({ exponent, exponentLow, exponentHigh, r2 }) =>
    console.log(
      `drift ~ η^${exponent.toFixed(3)}, 95 % interval ${exponentLow.toFixed(3)} … ${exponentHigh.toFixed(3)}, R² ${r2.toFixed(4)}`,
    ),
  );
