/** Cost of a budget for the drift: ten seeds, the drift budget beside every constant learning rate. */
import { lastValueFrom, map, take, toArray } from 'rxjs';
import {
  conservation,
  driftBudget,
  gaussianMixture,
  gradientDescent,
  type LearningRate,
  mlp,
  objective,
  type Risk,
  ramp,
} from '../src/index.ts';

const [steps, seeds] = [Number(process.argv[2] ?? 2_000), Number(process.argv[3] ?? 10)];
const budget = 0.01;
const rates = [0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1];

const at = (seed: number) =>
  objective({
    model: mlp({ hidden: [64], activation: 'relu' }),
    loss: 'mse',
    data: gaussianMixture({ n: 200, d: 20, classes: 5, separation: 2 }),
    seed,
  });

/** The final loss of a run, and the largest |C(t) − C(0)| on its way. */
async function run(L: Risk, learningRate: LearningRate) {
  const rows = await lastValueFrom(
    gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(
      take(steps + 1),
      conservation(),
      map(({ loss, drift }) => ({ loss, drift: Math.max(...drift.map(Math.abs)) })),
      toArray(),
    ),
  );
  return { loss: rows.at(-1)!.loss, drift: Math.max(...rows.map(({ drift }) => drift)) };
}

const e = (x: number) => x.toExponential(2).padStart(9);
console.log(`seed  budget: loss, drift    best rate within it: η, loss, drift    best rate: η, loss, drift`);
for (let seed = 1; seed <= seeds; seed++) {
  const L = at(seed);
  const held = await run(L, driftBudget({ rate: 10, budget: ramp(budget, { steps }) }));
  const constant = await Promise.all(rates.map(async (rate) => ({ rate, ...(await run(L, rate)) })));
  const byLoss = constant.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
  const told = (best: (typeof constant)[number] | undefined) =>
    best ? `${String(best.rate).padStart(6)} ${e(best.loss)} ${e(best.drift)}` : 'none'.padEnd(26);
  const within = byLoss.find(({ drift }) => drift <= budget);
  console.log(
    `${String(seed).padStart(4)} ${e(held.loss)} ${e(held.drift)}     ${told(within)}        ${told(byLoss[0])}`,
  );
}
