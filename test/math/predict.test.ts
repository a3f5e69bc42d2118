import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective } from '../../src/math/risk.ts';
import { at, direct, networks } from '../helpers/network.ts';

describe('predict', () => {
  it('gives the outputs of the network written out', () => {
    fc.assert(
      fc.property(networks(), (small) => {
        const { L, theta } = small;
        const outputs = direct(small, theta).f.flat();
        const found = L.predict(theta, L.dataset.x);
        expect(found).toHaveLength(outputs.length);
        for (const [i, f] of outputs.entries()) expect(Math.abs(found[i]! - f)).toBeLessThan(1e-9 * (1 + Math.abs(f)));
      }),
      { numRuns: 50 },
    );
  });

  it.each(['typed-array', 'wasm'] as const)('gives the outputs of an evaluation, to the bit: %s', (engine) => {
    const data = gaussianMixture({ n: 150, d: 5, classes: 3, separation: 1 });
    for (const loss of ['mse', 'cross-entropy'] as const) {
      for (const activation of ['relu', 'identity', 'gelu'] as const) {
        const L = objective({ model: mlp({ hidden: [17, 9], activation, bias: true }), loss, data, engine });
        const evaluation = L.open();
        at(evaluation, L, L.start());
        const f = evaluation.preActivations!(3, new Float64Array(150 * 3));
        expect(L.predict(L.start(), L.dataset.x)).toEqual(f);
        // after a forward pass alone too
        evaluation.loss!(L.start().fill(0.1));
        evaluation.loss!(L.start());
        expect(evaluation.preActivations!(3, new Float64Array(150 * 3))).toEqual(f);
        evaluation.close();
        // each sample by itself
        for (const i of [0, 77, 149]) {
          const alone = L.predict(L.start(), L.dataset.x.slice(5 * i, 5 * i + 5));
          for (const [a, value] of alone.entries()) expect(value).toBeCloseTo(f[3 * i + a]!, 12);
        }
      }
    }
  });

  it('refuses a θ and an x of another length', () => {
    const data = gaussianMixture({ n: 4, d: 3, classes: 2, separation: 1 });
    const L = objective({ model: mlp({ hidden: [2] }), loss: 'mse', data });
    const x = new Float64Array(6);
    expect(() => L.predict(new Float64Array(3), x)).toThrow(
      new TypeError('predict: theta must have 10 entries, got 3'),
    );
    expect(() => L.predict(L.start(), new Float64Array(4))).toThrow(
      new TypeError('predict: x must have 3 entries a sample, got 4'),
    );
    expect(() => L.predict(L.start(), new Float64Array(0))).toThrow('predict: x must have 3 entries a sample, got 0');
  });
});
