import { describe, expect, it } from 'vitest';
import { chebyshev } from '../../src/math/data/chebyshev.ts';
import type { Data } from '../../src/math/data/dataset.ts';
import { classified } from '../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { xor } from '../../src/math/data/xor.ts';
import { engines } from '../../src/math/engines/engines.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective, type Problem } from '../../src/math/risk.ts';
import { at } from '../helpers/network.ts';

const problem: Problem = {
  model: mlp({ hidden: [5], bias: true }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 12, d: 4, classes: 3, separation: 2 }),
  seed: 7,
};

describe('objective', () => {
  it('is a function of the seed', () => {
    const [one, two, other] = [objective(problem), objective(problem), objective({ ...problem, seed: 8 })];
    expect(two.start()).toEqual(one.start());
    expect(two.dataset).toEqual(one.dataset);
    expect(other.start()).not.toEqual(one.start());
    expect(other.dataset.x).not.toEqual(one.dataset.x);
  });

  it('draws from torch’s stream and for seed 0 unless told otherwise', () => {
    const { seed: _, ...plain } = problem;
    const [bare, full] = [objective(plain), objective({ ...plain, seed: 0, random: 'torch', order: 'model-first' })];
    expect(bare.start()).toEqual(full.start());
    expect(bare.dataset).toEqual(full.dataset);
  });

  it('draws float32 numbers from torch’s stream and full doubles from the native one', () => {
    const single = (values: Float64Array) => values.every((x) => Math.fround(x) === x);
    const [torch, native] = [objective(problem), objective({ ...problem, random: 'native' })];
    expect([single(torch.start()), single(torch.dataset.x)]).toEqual([true, true]);
    expect([single(native.start()), single(native.dataset.x)]).toEqual([false, false]);
  });

  it('draws the model or the data first from the one stream, as it is told', () => {
    const modelFirst = objective(problem);
    const dataFirst = objective({ ...problem, order: 'data-first' });
    expect(dataFirst.start()).not.toEqual(modelFirst.start());
    expect(dataFirst.dataset.x).not.toEqual(modelFirst.dataset.x);
    // what is drawn first does not depend on what comes after it
    const wider = { ...problem, model: mlp({ hidden: [9], bias: true }) };
    expect(objective({ ...wider, order: 'data-first' }).dataset).toEqual(dataFirst.dataset);
    expect(objective(wider).dataset).not.toEqual(modelFirst.dataset);
    const longer = { ...problem, data: gaussianMixture({ n: 30, d: 4, classes: 3, separation: 1 }) };
    expect(objective(longer).start()).toEqual(modelFirst.start());
  });

  it('takes a data set as it is, and draws nothing for it', () => {
    const data = classified(Float64Array.of(1, 2, 3, 4), Int32Array.of(1, 0), 2, 2);
    const L = objective({ ...problem, data });
    expect(L.dataset).toBe(data);
    expect(objective({ ...problem, data, order: 'data-first' }).start()).toEqual(L.start());
  });

  it('hands out a fresh start each time', () => {
    const L = objective(problem);
    const start = L.start();
    start.fill(0);
    expect(L.start().some((w) => w !== 0)).toBe(true);
  });

  it('has a dimension, tensors and products that belong together', () => {
    const L = objective(problem);
    expect(L.dim).toBe(5 * 4 + 5 + 3 * 5 + 3);
    expect(L.start()).toHaveLength(L.dim);
    expect(L.tensors.map(({ name }) => name)).toEqual(['W1', 'b1', 'W2', 'b2']);
    expect(L.products).toEqual(engines['typed-array'].products);
    expect(L.facts.classes).toBe(L.dataset.k);
  });

  it('regards real targets as something to regress on, and as no classes', () => {
    const L = objective({
      model: mlp({ hidden: [3], activation: 'tanh' }),
      loss: 'mse',
      data: chebyshev({ n: 5, degree: 2 }),
    });
    expect(L.facts.classes).toBeUndefined();
    expect(at(L.open(), L, new Float64Array(L.dim)).loss).toBeCloseTo(
      L.dataset.y.reduce((sum, y) => sum + y * y, 0) / 5, // f = 0 at θ = 0
      14,
    );
  });

  it('refuses cross-entropy on data without classes', () => {
    expect(() => objective({ ...problem, data: chebyshev({ n: 5, degree: 2 }) })).toThrow(
      new TypeError('objective: cross-entropy needs data with classes, got real targets; use mse'),
    );
  });

  it('takes no loss that there is not', () => {
    // @ts-expect-error a misspelt loss
    const misspelt: Problem = { ...problem, loss: 'cross-entorpy' };
    expect(misspelt.loss).not.toBe('cross-entropy');
  });

  it('refuses data that are drawn with other widths than they declare', () => {
    const data: Data = { ...xor({ n: 4 }), d: 3 };
    expect(() => objective({ model: mlp({ hidden: [2] }), loss: 'mse', data })).toThrow(
      new TypeError('objective: the data must be drawn with d = 3 and k = 2 as declared, got 2 and 2'),
    );
  });
});
