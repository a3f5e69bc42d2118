/** The edge of stability as it happens: a line for each change of regime, with what it is told by. */
import { take } from 'rxjs';
import { chebyshev, edgeOfStability, events, gradientDescent, hessian, mlp, objective, toArrow } from '../src/index.ts';

const L = objective({
  model: mlp({ hidden: [30, 20], activation: 'tanh', bias: true }),
  loss: 'mse',
  data: chebyshev({ n: 20, degree: 6 }),
  seed: 42,
});

const steps = Number(process.argv[2] ?? 6_000);

gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 })
  .pipe(
    take(steps + 1),
    hessian({ every: 25 }), // + sharpness, ...: null on the rows in between
    edgeOfStability(), //      + regime, crossingStep, onsetStep, crossingForecast, ...: needs every step
    toArrow('output/edge-of-stability/steps.arrow'),
    events(), //               from here on rows are the changes of regime
    toArrow('output/edge-of-stability/events.arrow'),
  )
  .subscribe(({ step, to, loss, stabilityRatio, crossingStep, onsetStep }) =>
    console.log(
      `step ${step}: ${to}; loss ${loss.toFixed(3)}, λ/edge ${stabilityRatio?.toFixed(2)}, crossed at ${crossingStep ?? '–'}, first rise of the loss at ${onsetStep ?? '–'}`,
    ),
  );
