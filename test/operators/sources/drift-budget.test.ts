import { lastValueFrom, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective, type Risk } from '../../../src/math/risk.ts';
import { ramp } from '../../../src/math/schedules/ramp.ts';
import type { Schedule } from '../../../src/math/schedules/schedule.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import type { Step } from '../../../src/operators/sources/descend.ts';
import type { Descent } from '../../../src/operators/sources/descent.ts';
import { type DriftBudget, driftBudget } from '../../../src/operators/sources/drift-budget.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import type { Stream } from '../../../src/stream.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const steps = 2000;
const net = (seed: number, hidden = [8], activation: 'relu' | 'tanh' = 'relu') =>
  objective({
    model: mlp({ hidden, activation, bias: true }),
    loss: 'mse',
    data: gaussianMixture({ n: 24, d: 5, classes: 3, separation: 2 }),
    seed,
  });
const run = (L: Risk, options: DriftBudget, source: (of: Descent) => Stream<Step> = gradientDescent) =>
  source({ objective: L, theta0: L.start(), learningRate: driftBudget(options) });

/** Every row of 2000 steps, and the largest share of its budget that any law has used at any time. */
async function shares(source: Stream<Step>, budget: Schedule, laws: ('layer' | 'neuron')[] = ['layer'], count = steps) {
  const rows = await rowsOf(source.pipe(take(count + 1), conservation({ laws })));
  const layers = rows[0]!.weightNormSq.length - 1;
  const used = rows.flatMap(({ step, drift }) => {
    const worst = Math.max(...drift.subarray(0, layers).map(Math.abs));
    return worst === 0 ? [] : [worst / budget(step)];
  });
  return { rows, share: used.reduce((a, b) => Math.max(a, b), 0) };
}

describe('driftBudget', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'holds its budget exactly over 2000 steps on seed %s, and trains',
    async (seed) => {
      const top = 0.01;
      const budget = ramp(top, { steps, shape: seed % 2 ? 'linear' : 'cosine' });
      const L = net(seed, seed % 3 ? [8] : [6, 5, 4]);
      // layer laws beside neuron laws are added up in another order than the controller's
      const { rows, share } = await shares(
        run(L, { rate: 10, budget }),
        budget,
        seed % 2 ? ['layer'] : ['layer', 'neuron'],
      );
      expect(share).toBeLessThanOrEqual(1);
      expect(share).toBeGreaterThan(0.1); // it had something to hold
      expect(rows.at(-1)!.loss).toBeLessThan(0.5 * rows[0]!.loss);
      expect(rows).toHaveLength(steps + 1);
    },
  );

  it.each<[string, (of: Descent) => Stream<Step>]>([
    ['weight decay', (of) => gradientDescent({ ...of, weightDecay: 0.01 })],
    ['momentum', momentum],
    ['Nesterov’s', (of) => momentum({ ...of, nesterov: true })],
    ['Adam, which has no law', adam],
    ['mini-batches', (of) => sgd({ ...of, batch: 6, seed: 1 })],
  ])('holds it exactly with %s as well', async (_, source) => {
    const budget = ramp(0.02, { steps: 400 });
    const { share, rows } = await shares(run(net(3, [6, 5]), { rate: 1, budget }, source), budget, ['layer'], 500);
    expect(share).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(0.9);
    expect(rows.at(-1)!.loss).toBeLessThan(rows[0]!.loss);
  });

  it('holds it where gradient flow has no law, on tanh', async () => {
    const budget = ramp(0.05, { steps: 400 });
    const { share } = await shares(run(net(3, [6], 'tanh'), { rate: 1, budget }), budget, ['layer'], 500);
    expect(share).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(0.9);
  });

  it('holds a budget hardly above rounding', async () => {
    const { share, rows } = await shares(run(net(1), { rate: 1, budget: 2e-12 }), () => 2e-12);
    expect(share).toBeLessThanOrEqual(1);
    expect(rows.at(-1)!.loss).toBeLessThan(rows[0]!.loss);
  });

  it('takes the largest step: 1 % above it the budget or the cap would be broken', async () => {
    const top = 1e-3;
    const L = net(2);
    let bound = 0;
    await lastValueFrom(
      run(L, { rate: 1, budget: ramp(top, { steps: 50 }) }).pipe(
        take(50),
        conservation(),
        tap(({ state, step, learningRate, drift, ...row }) => {
          const { theta, update } = state;
          const [W1, b1, W2] = L.tensors;
          const C = (scale: number) => {
            const square = ({ offset, rows, cols }: typeof W1 & {}) => {
              let sum = 0;
              for (let i = offset; i < offset + rows * cols; i++) sum += (theta[i]! + scale * update[i]!) ** 2;
              return sum;
            };
            return square(W2!) - square(W1!) - square(b1!);
          };
          const C0 = row.conservation[0]! - drift[0]!;
          const allowed = (top * (step + 1)) / 50;
          if (Math.abs(C(1.01) - C0) > allowed) bound++;
          expect(Math.abs(C(1) - C0)).toBeLessThanOrEqual(allowed);
          expect(learningRate).toBeGreaterThan(0);
        }),
      ),
    );
    expect(bound).toBeGreaterThan(40);
  });

  it('stays below c/λ₁ of the true Hessian, which power iteration approaches from below', async () => {
    const L = net(5, [4]);
    const curvature = 0.5;
    const ratios: number[] = [];
    await lastValueFrom(
      run(L, { rate: 100, budget: 1e6, curvature }).pipe(
        take(60),
        tap(({ state, learningRate, step }) => {
          const H = new Float64Array(L.dim ** 2);
          const e = new Float64Array(L.dim);
          for (let i = 0; i < L.dim; i++) {
            e.fill(0)[i] = 1;
            H.set(state.hvp(e, new Float64Array(L.dim)), i * L.dim);
          }
          const values = eigenvaluesSymmetric(H, L.dim);
          const largest = Math.max(...values.map(Math.abs));
          if (step % 10 === 0) ratios.push((learningRate * largest) / curvature);
        }),
      ),
    );
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThanOrEqual(1 - 1e-12); // from below: the rate is not too small
      expect(ratio).toBeLessThan(2); // at c = 1 this is what keeps it below the edge
    }
  });

  it('takes c/λ₁ of P⁻¹H where the optimizer steps through P', async () => {
    const objective = quadratic(4, 1, 0.25);
    const theta0 = Float64Array.of(1, 1, 1);
    const rate = driftBudget({ rate: 100, budget: 1 });
    const [at] = await rowsOf(gradientDescent({ objective, theta0, learningRate: rate }).pipe(take(1)));
    expect(at!.learningRate).toBeCloseTo(1 / 4, 6);
    // after one step of Adam P = |g|(1 − β₁), so that P⁻¹H is the same in each direction: 1/(1 − β₁) = 10
    const [first] = await rowsOf(adam({ objective, theta0, learningRate: rate }).pipe(take(1)));
    expect(first!.learningRate).toBeCloseTo(1 / 10, 6);
  });

  it('is the rate itself where neither budget nor curvature is in the way', async () => {
    const { rows } = await shares(run(net(1), { rate: 1e-4, budget: 1e6 }), () => 1e6, ['layer'], 20);
    expect(rows.map(({ learningRate }) => learningRate)).toEqual(new Array(21).fill(1e-4));
  });

  it('stands still, its rows going on, where a constant budget is spent: the budget wins', async () => {
    const { rows, share } = await shares(run(net(1), { rate: 10, budget: 1e-3 }), () => 1e-3, ['layer'], 300);
    expect(share).toBeLessThanOrEqual(1);
    expect(rows).toHaveLength(301);
    const rates = rows.map(({ learningRate }) => learningRate);
    expect(rates[0]).toBeGreaterThan(1e-3);
    expect(rates.at(-1)!).toBeLessThan(1e-9);
    expect(rows.at(-1)!.loss).toBeCloseTo(rows[10]!.loss, 6);
  });

  it('refuses a budget below rounding, or one that decreases, when the run shows it', async () => {
    await expect(rowsOf(run(net(1), { rate: 1, budget: 1e-15 }).pipe(take(2)))).rejects.toThrow(
      /^driftBudget: budget must be above what rounding makes of C_l, here \d\.\de-13, got 1e-15$/,
    );
    const falling = (t: number) => (t < 3 ? 1 : 0.5);
    await expect(rowsOf(run(net(1), { rate: 1, budget: falling }).pipe(take(9)))).rejects.toThrow(
      new RangeError('driftBudget: budget must not decrease, got 0.5 after 1 at step 3'),
    );
  });

  it('does without laws on a network of one matrix', async () => {
    const L = net(1, []);
    const row = (await rowsOf(run(L, { rate: 10, budget: 1e-3 }).pipe(take(500)))).at(-1)!;
    expect(row.gradientNormSq[0]!).toBeLessThan(1e-6);
  });
});
