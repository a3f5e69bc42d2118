import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Batches } from '../../../src/math/data/batches.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { fingerprint } from '../../../src/math/random/fingerprint.ts';
import { objective } from '../../../src/math/risk.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import type { OptionsOf } from '../../../src/options.ts';
import { norm } from '../../helpers/network.ts';
import { rowsOf } from '../../helpers/operators.ts';

const L = objective({
  model: mlp({ hidden: [6], activation: 'relu', bias: true }),
  loss: 'mse',
  data: gaussianMixture({ n: 11, d: 3, classes: 3, separation: 1 }),
  seed: 2,
});
const start = { objective: L, theta0: L.start(), learningRate: 0.1 };
const copies = (options: OptionsOf<typeof sgd> & { readonly seed: number }, rows = 8) =>
  lastValueFrom(
    sgd({ ...start, ...options }).pipe(
      take(rows),
      map(({ state }) => ({ ...state.copy(), step: state.stepGradient.slice(), inner: state.stepSums.inner.slice() })),
      toArray(),
    ),
  );

describe('sgd', () => {
  it('steps by the mean gradient of the batches of its order, sample by sample', async () => {
    const each = L.batches!.open(1);
    const order = new Batches(11, 4, fingerprint('batches 9'));
    const sums = () => new Float64Array(L.tensors.length);
    for (const { theta, update, step, inner } of await copies({ batch: 4, seed: 9 })) {
      const mean = new Float64Array(L.dim);
      for (const row of order.next()) {
        const g = new Float64Array(L.dim);
        each.select(Int32Array.of(row));
        each.evaluate(theta, g, { weightNormSq: sums(), gradientNormSq: sums(), inner: sums() });
        for (let i = 0; i < g.length; i++) mean[i]! += g[i]! / 4;
      }
      expect(norm(step.map((g, i) => g - mean[i]!))).toBeLessThanOrEqual(1e-14 * norm(mean)); // sums in another order
      expect(update).toEqual(step.map((g) => -0.1 * g));
      for (const [t, { offset, rows, cols }] of L.tensors.entries()) {
        let expected = 0;
        for (let i = offset; i < offset + rows * cols; i++) expected += theta[i]! * step[i]!;
        expect(inner[t]).toBeCloseTo(expected, 13);
      }
    }
    each.close();
  });

  it('is gradient descent, or the heavy ball, where the batch is all there is, but for the order of the sums', async () => {
    const last = async (rows: ReturnType<typeof gradientDescent>) => (await rowsOf(rows.pipe(take(40)))).at(-1)!.loss;
    const batch = { batch: 11, seed: 1 };
    expect((await last(sgd({ ...start, ...batch }))) / (await last(gradientDescent(start)))).toBeCloseTo(1, 12);
    const decaying = { beta: 0.8, weightDecay: 0.01 };
    expect(
      (await last(sgd({ ...start, ...batch, ...decaying }))) / (await last(momentum({ ...start, ...decaying }))),
    ).toBeCloseTo(1, 12);
  });

  it('has the ledger of its batches: drift = η²S, with S of the gradients it steps by', async () => {
    const rows = await rowsOf(sgd({ ...start, batch: 3, seed: 4 }).pipe(take(200), conservation()));
    const { drift, imbalanceSum, symmetry } = rows.at(-1)!;
    expect(Math.abs(drift[0]! / (0.01 * imbalanceSum[0]!) - 1)).toBeLessThan(1e-10);
    expect(Math.abs(symmetry[0]!)).toBeLessThan(1e-15);
    // and not that of the whole objective, whose gradients the rows show
    const whole = rows
      .slice(0, -1)
      .reduce((sum, { gradientNormSq }) => sum + gradientNormSq[1]! - gradientNormSq[0]!, 0);
    expect(Math.abs(drift[0]! / (0.01 * whole) - 1)).toBeGreaterThan(0.05);
  });

  it('takes another order for another seed', async () => {
    const [one, two] = [await copies({ batch: 4, seed: 1 }), await copies({ batch: 4, seed: 2 })];
    expect(one[0]!.theta).toEqual(two[0]!.theta);
    expect(one[0]!.step).not.toEqual(two[0]!.step);
  });
});
