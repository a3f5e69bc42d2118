/** Gradient flow keeps the law that gradient descent breaks: the drift of both at the same time ηt, as a table. */
import { lastValueFrom, map, take, takeWhile, toArray } from 'rxjs';
import { conservation, gaussianMixture, gradientDescent, gradientFlow, mlp, objective } from '../src/index.ts';

const [end, seeds] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 3)];
const tolerance = 1e-6;
const rates = [0.01, 0.03, 0.1, 0.3];

interface Kept {
  readonly learningRate: number;
  readonly loss: number;
  readonly drift: number;
}
const kept = ({ learningRate, loss, drift }: { learningRate: number; loss: number; drift: Float64Array }): Kept => ({
  ...{ learningRate, loss },
  drift: Math.max(...drift.map(Math.abs)),
});

/** One line: the time at the last row, its loss, and the largest |C(t) − C(0)| up to it. */
function print(seed: number, method: string, rows: readonly Kept[]): void {
  const time = rows.slice(0, -1).reduce((sum, { learningRate }) => sum + learningRate, 0);
  const drift = Math.max(...rows.map(({ drift }) => drift));
  console.log([seed, method, rows.length - 1, time.toFixed(2), rows.at(-1)!.loss, drift].join());
}

console.log('seed,method,steps,time,loss,drift');
for (let seed = 1; seed <= seeds; seed++) {
  const L = objective({
    model: mlp({ hidden: [16], activation: 'relu' }),
    loss: 'mse',
    data: gaussianMixture({ n: 60, d: 8, classes: 3, separation: 2 }),
    seed,
  });
  const start = { objective: L, theta0: L.start() };

  const flow = gradientFlow({ ...start, tolerance }).pipe(
    takeWhile(({ time }) => time <= end),
    conservation(),
  );
  print(seed, 'flow', await lastValueFrom(flow.pipe(map(kept), toArray())));
  for (const learningRate of rates) {
    const steps = Math.round(end / learningRate);
    const descent = gradientDescent({ ...start, learningRate }).pipe(take(steps + 1), conservation());
    const rows = await lastValueFrom(descent.pipe(map(kept), toArray()));
    print(seed, `descent ${learningRate}`, rows);
  }
}
