import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engines } from '../../../src/math/engines/engines.ts';
import { losses } from '../../../src/math/losses/losses.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { direct, networks, type Small } from '../../helpers/network.ts';
import { at, build, plain, preActivations, products, shapes } from './wasm/random-network.ts';

const eps = Number.EPSILON;

const networkOf = ({ plan: { widths, activation, slope, bias, loss }, L }: Small) => ({
  ...{ tensors: L.tensors, dim: L.dim, dataset: L.dataset, loss: losses[loss] },
  activation: mlp({ hidden: widths.slice(1, -1), activation, slope, bias }).activation,
});

describe.each(['typed-array', 'wasm'] as const)('the pre-activations of the %s engine', (name) => {
  const { open, products: offered } = engines[name];

  it('are those of the network written out sample by sample, outputs and all', () => {
    expect(offered).toContain('preActivations');
    fc.assert(
      fc.property(networks(), (small) => {
        const network = networkOf(small);
        const evaluation = open(network);
        at(evaluation, network, small.theta);
        const z = preActivations(evaluation, network);
        evaluation.close();
        const expected = direct(small, small.theta);
        expect(z).toHaveLength(small.plan.widths.length - 1);
        // a few roundings a layer of sums over at most 7 terms, each as large as the largest on the way
        const size = Math.max(1, ...expected.z.flat().map(Math.abs));
        for (const [l, layer] of expected.z.entries()) {
          for (const [e, value] of layer.entries()) {
            expect(Math.abs(z[l]![e]! - value)).toBeLessThanOrEqual(256 * eps * (l + 1) * size);
          }
        }
      }),
    );
  });

  it('leave what comes after them as it was to the bit: products, and the next evaluation', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { network, theta } = build(shape);
        const then = theta.map((w) => w / 2);
        const [plainly, asked] = [open(network), open(network)];
        const ask = () => preActivations(asked, network);
        expect(at(asked, network, theta)).toEqual(at(plainly, network, theta));
        const first = ask();
        for (const seed of [5, 6]) {
          expect(products(asked, network, seed)).toEqual(products(plainly, network, seed));
          expect(ask()).toEqual(first);
        }
        const v = theta.map((w) => 1 - w);
        const hvp = (evaluation: typeof asked) => evaluation.hvp!(v, new Float64Array(network.dim));
        expect(hvp(asked)).toEqual(hvp(plainly));
        expect(at(asked, network, then)).toEqual(at(plainly, network, then));
        expect(ask()).toEqual(preActivations(plainly, network));
        plainly.close();
        asked.close();
      }),
      { numRuns: 60 },
    );
  });

  it('are copies: what was written stays as it was', () => {
    const { network, theta } = build(plain);
    const evaluation = open(network);
    at(evaluation, network, theta);
    const z = preActivations(evaluation, network);
    const kept = z.map((layer) => layer.slice());
    at(
      evaluation,
      network,
      theta.map((w) => 3 * w),
    );
    expect(z).toEqual(kept);
    evaluation.close();
  });

  it.each([0, 3, 1.5, Number.NaN])('are refused of a layer that is not there: %s', (layer) => {
    const { network, theta } = build(plain);
    const evaluation = open(network);
    at(evaluation, network, theta);
    expect(() => evaluation.preActivations!(layer, new Float64Array(99))).toThrow(
      new RangeError(`${name}: layer must be an integer from 1 to 2, got ${layer}`),
    );
    evaluation.close();
  });
});

it('cannot be asked of a wasm evaluation that is closed', () => {
  const { network, theta } = build(plain);
  const evaluation = engines.wasm.open(network);
  at(evaluation, network, theta);
  evaluation.close();
  expect(() => preActivations(evaluation, network)).toThrow(new Error('wasm: the evaluation is closed'));
});
