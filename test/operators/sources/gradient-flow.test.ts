import { lastValueFrom, map, take, takeWhile, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { gradientFlow } from '../../../src/operators/sources/gradient-flow.ts';
import { norm } from '../../helpers/network.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const theta0 = Float64Array.of(1, -2, 0.5);
const h = [3, 1, 0.1];
const tolerances = [1e-4, 1e-6, 1e-8, 1e-10];

const until = (end: number, tolerance: number) =>
  lastValueFrom(
    gradientFlow({ objective: quadratic(...h), theta0, tolerance }).pipe(
      takeWhile(({ time }) => time < end, true),
      map(({ state, ...row }) => ({ ...row, ...state.copy() })),
      toArray(),
    ),
  );

describe('gradientFlow', () => {
  it.each(tolerances)(
    'follows e^(−ht)θ₀ on a quadratic within a few local errors at tolerance %s',
    async (tolerance) => {
      const rows = await until(5, tolerance);
      let sum = 0; // of the local errors so far, of which the flow to a minimum only lets shrink
      for (const { time, theta, localError, learningRate } of rows) {
        const off = norm(theta.map((x, i) => x - theta0[i]! * Math.exp(-h[i]! * time)));
        expect(off).toBeLessThanOrEqual(sum + 1e-14);
        expect(localError).toBeLessThanOrEqual(tolerance);
        expect(learningRate).toBeGreaterThan(0);
        sum += localError * Math.max(1, norm(theta));
      }
      expect(rows.length).toBeGreaterThan(5);
    },
  );

  it('has the time as the sum of the steps before, and the loss falls from row to row', async () => {
    const rows = await until(5, 1e-6);
    let time = 0;
    for (const [t, row] of rows.entries()) {
      expect(row.time).toBe(time);
      time += row.learningRate;
      if (t) expect(row.loss).toBeLessThan(rows[t - 1]!.loss);
    }
  });

  it('spends six gradients a try beside that of the row', () => {
    const over = watched(quadratic(...h));
    gradientFlow({ objective: over, theta0, tolerance: 1e-3 }).pipe(take(5)).subscribe();
    expect(over.watch).toMatchObject({ opened: 2, closed: 2 });
    expect((over.watch.evaluated - 5) % 6).toBe(0);
    expect(over.watch.evaluated).toBeGreaterThanOrEqual(35);
  });

  it('stands at a minimum, with steps as long as ever, and goes on where the gradient is no number', async () => {
    const still = await rowsOf(gradientFlow({ objective: quadratic(1), theta0: new Float64Array(1) }).pipe(take(300)));
    expect(still.at(-1)!.loss).toBe(0);
    expect(still.every(({ time }) => Number.isFinite(time))).toBe(true);
    const broken = await rowsOf(gradientFlow({ objective: quadratic(1), theta0: Float64Array.of(NaN) }).pipe(take(3)));
    expect(broken.map(({ loss }) => loss)).toEqual([NaN, NaN, NaN]);
  });

  describe('conserves every law, where gradient descent drifts at the same time', () => {
    const end = 8;
    const rates = [0.02, 0.1];
    const table = [1, 2, 3].flatMap((seed) =>
      (['identity', 'relu'] as const).flatMap((activation) => rates.map((eta) => [activation, seed, eta] as const)),
    );
    const tolerance = { identity: 1e-9, relu: 1e-6 };

    it.each(table)('%s, seed %s, η = %s', async (activation, seed, eta) => {
      const L = objective({
        model: mlp({ hidden: [6, 5], activation, bias: true }),
        loss: 'mse',
        data: gaussianMixture({ n: 30, d: 5, classes: 3, separation: 2 }),
        seed,
      });
      const start = { objective: L, theta0: L.start() };
      let allowed = 0; // 2 Σ localError·max(1, ‖θ‖²)
      const flow = gradientFlow({ ...start, tolerance: tolerance[activation] }).pipe(
        takeWhile(({ time }) => time < end),
        conservation(),
        map(({ drift, localError, state }) => {
          const before = allowed;
          allowed += 2 * localError * Math.max(1, norm(state.theta) ** 2);
          return { worst: Math.max(...drift.map(Math.abs)), allowed: before };
        }),
        toArray(),
      );
      for (const { worst, allowed } of await lastValueFrom(flow)) expect(worst).toBeLessThanOrEqual(allowed + 1e-13);
      const flown = Math.max(...(await lastValueFrom(flow)).map(({ worst }) => worst));
      const descended = gradientDescent({ ...start, learningRate: eta }).pipe(take(end / eta + 1), conservation());
      const { drift } = (await rowsOf(descended)).at(-1)!;
      const drifted = Math.max(...drift.map(Math.abs));
      expect(flown).toBeLessThan(20 * tolerance[activation]);
      expect(drifted).toBeGreaterThan(100 * flown);
    });
  });
});
