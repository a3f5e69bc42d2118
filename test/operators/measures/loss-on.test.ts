import { lastValueFrom, map, type ObservedValueOf, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { chebyshev } from '../../../src/math/data/chebyshev.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { split } from '../../../src/math/data/split.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective, type Risk } from '../../../src/math/risk.ts';
import { lossOn } from '../../../src/operators/measures/loss-on.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { at } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const data = gaussianMixture({ n: 40, d: 3, classes: 2, separation: 1 });
const model = mlp({ hidden: [5], bias: true });
const whole = objective({ model, loss: 'cross-entropy', data, engine: 'typed-array' });
const { train, test } = split(whole.dataset, { test: 0.4 });
const L = whole.on(train);
const run = (over: Risk = L) => gradientDescent({ objective: over, theta0: L.start(), learningRate: 0.3 });

describe('lossOn', () => {
  keepsStreamLaws(
    () => lossOn(L.on(test)),
    () => {
      const over = watched(L);
      return { rows: run({ ...L, ...over }), made: () => over.watch.evaluated };
    },
  );

  it('is the loss of another objective at the same θ, and the gap is what it is above the training loss', async () => {
    const rows = await lastValueFrom(
      run().pipe(
        take(30),
        lossOn(L.on(test)),
        map(({ state, ...row }) => ({ ...row, theta: state.copy().theta })),
        toArray(),
      ),
    );
    // by another route: an objective of these samples alone, with all of its gradient
    const other = objective({ model, loss: 'cross-entropy', data: test, engine: 'typed-array' });
    const evaluation = other.open();
    for (const { theta, loss, testLoss, generalisationGap } of rows) {
      expect(testLoss).toBe(at(evaluation, other, theta).loss);
      expect(generalisationGap).toBe(testLoss - loss);
    }
    // the mean over all samples is that over both parts
    const last = rows.at(-1)!;
    const both = (train.n * last.loss + test.n * last.testLoss) / whole.dataset.n;
    expect(at(whole.open(), whole, last.theta).loss).toBeCloseTo(both, 14);
    expect(last.testLoss).not.toBe(last.loss);
  });

  it('measures several sets, each under its name, at its own cadence', async () => {
    const rows = await rowsOf(
      run().pipe(take(5), lossOn(L.on(test), { every: 2 }), lossOn(L.on(train), { name: 'same' })),
    );
    for (const { step, loss, testLoss, generalisationGap, sameLoss, sameGap } of rows) {
      expect(sameLoss).toBe(loss);
      expect(sameGap).toBe(0);
      expect(testLoss === null).toBe(step % 2 === 1);
      expect(generalisationGap === null).toBe(step % 2 === 1);
    }
  });

  it('measures at the steps of a list', async () => {
    const rows = await rowsOf(run().pipe(take(6), lossOn(L.on(test), { every: [0, 1, 4] })));
    expect(rows.flatMap(({ step, testLoss }) => (testLoss === null ? [] : [step]))).toEqual([0, 1, 4]);
  });

  it('opens a workspace for each subscriber at its first row, and closes it with it', async () => {
    const other = watched(L.on(test));
    const measured = run().pipe(take(3), lossOn(other));
    expect(other.watch.opened).toBe(0);
    await Promise.all([rowsOf(measured), rowsOf(measured)]);
    expect(other.watch).toMatchObject({ opened: 2, closed: 2 });
    const failing = run().pipe(
      lossOn(other),
      map(() => {
        throw new Error('below');
      }),
    );
    await expect(lastValueFrom(failing)).rejects.toThrow('below');
    expect(other.watch).toMatchObject({ opened: 3, closed: 3 });
  });

  it('takes an objective without a forward pass alone', async () => {
    const [theta0, far] = [Float64Array.of(1, 2), quadratic(6, 2)];
    const rows = gradientDescent({ objective: quadratic(3, 1), theta0, learningRate: 0.1 });
    const [first] = await rowsOf(rows.pipe(take(1), lossOn(far)));
    expect([first!.loss, first!.testLoss, first!.generalisationGap]).toEqual([3.5, 7, 3.5]);
  });

  it('is refused when the chain is assembled, if the objective is of another network', () => {
    const refused = (problem: object) => () =>
      run().pipe(lossOn(objective({ model, loss: 'cross-entropy', data, ...problem })));
    expect(refused({ model: mlp({ hidden: [4], bias: true }) })).toThrow(
      new TypeError(
        'lossOn: the objective must have the blocks of the run, 5 × 3, 5 × 1, 2 × 5, 2 × 1, got 4 × 3, 4 × 1, 2 × 4, 2 × 1',
      ),
    );
    expect(refused({ model: mlp({ hidden: [5], bias: true, activation: 'tanh' }) })).toThrow(
      new TypeError('lossOn: the objective must have the activation of the run, relu, got tanh'),
    );
    expect(refused({ loss: 'mse' })).toThrow(
      new TypeError('lossOn: the objective must have the loss of the run, cross-entropy, got mse'),
    );
  });

  it('is refused inside a sweep at the first run that it does not suit', async () => {
    const swept = sweep({ width: [5, 6] }, ({ width }) => {
      const over = objective({ model: mlp({ hidden: [width], bias: true }), loss: 'cross-entropy', data: train });
      return gradientDescent({ objective: over, theta0: over.start(), learningRate: 0.1 }).pipe(take(1));
    });
    await expect(rowsOf(swept.pipe(lossOn(L.on(test))))).rejects.toThrow('lossOn: the objective must have the blocks');
  });

  it('refuses what is no objective, and a name that is no word', () => {
    expect(() => lossOn(test as never)).toThrow(/^lossOn: on: must be an objective, as L.on\(samples\) is, got /);
    expect(() => lossOn(L, { name: 'my set' })).toThrow('lossOn: name');
    expect(() => lossOn(L, { evry: 2 } as object)).toThrow('lossOn: expected options among on, name, every, got evry');
  });

  it('adds its columns to the type of the row', () => {
    const measured = run().pipe(lossOn(L), lossOn(L, { name: 'shifted', every: 5 }));
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row>().toHaveProperty('generalisationGap').toBeNumber();
    expectTypeOf<Row['testLoss']>().toBeNumber();
    expectTypeOf<Row['shiftedLoss']>().toEqualTypeOf<number | null>();
    expectTypeOf<Row['shiftedGap']>().toEqualTypeOf<number | null>();
    expect(measured.columns).toMatchObject({
      generalisationGap: { label: 'generalisation gap', unit: '1', nullable: false },
      shiftedLoss: { label: 'shifted loss', nullable: true },
    });
  });
});

describe('a risk on other samples', () => {
  it('has the network, the start and the facts of the first, and its own samples', () => {
    const other = L.on(test);
    expect(other.start()).toEqual(L.start());
    expect(other.tensors).toEqual(L.tensors);
    expect(other.dataset).toBe(test);
    expect(other.facts).toEqual({ ...L.facts, samples: test.n });
    expect(L.test).toBeUndefined();
    expect(L.on({ ...train, test }).test!.dataset).toBe(test);
  });

  it('is refused where inputs or outputs are others', () => {
    const regression = chebyshev({ n: 5, degree: 2 });
    expect(() => L.on(regression.draw({} as never))).toThrow(
      new TypeError('objective: other data must have the 3 inputs and 2 outputs of the network, got 1 and 1'),
    );
  });
});
