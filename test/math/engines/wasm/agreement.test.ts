import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as typedArray from '../../../../src/math/engines/typed-array/engine.ts';
import * as wasm from '../../../../src/math/engines/wasm/engine.ts';
import { type ActivationName, activations } from '../../../../src/math/models/activations.ts';
import { nativeRandom } from '../../../../src/math/random/native.ts';
import { apart, at, build, plain, preActivations, products, type Shape, shapes } from './random-network.ts';

// the same seed each time: that relative errors stay small is likely, not certain, where terms cancel
const runs = { seed: 1, numRuns: 400 };

function agrees(shape: Shape): void {
  const { network, theta } = build(shape);
  const [ours, theirs] = [wasm.open(network), typedArray.open(network)];
  const [a, b] = [at(ours, network, theta), at(theirs, network, theta)];
  expect(Math.abs(a.loss - b.loss)).toBeLessThanOrEqual(1e-12 * Math.abs(b.loss));
  expect(apart(a.gradient, b.gradient)).toBeLessThanOrEqual(1e-12);
  for (const sum of ['weightNormSq', 'gradientNormSq', 'inner'] as const) {
    expect(apart(a.sums[sum], b.sums[sum])).toBeLessThanOrEqual(1e-12);
  }
  const [mine, other] = [products(ours, network, shape.seed), products(theirs, network, shape.seed)];
  for (const name of ['hvp', 'gnvp', 'jvp', 'vjp'] as const) {
    expect(apart(mine[name], other[name]), name).toBeLessThanOrEqual(1e-11);
  }
  const theirZ = preActivations(theirs, network);
  for (const [l, z] of preActivations(ours, network).entries()) {
    expect(apart(z, theirZ[l]!), `z${l + 1}`).toBeLessThanOrEqual(1e-12);
  }
  // a forward pass alone, elsewhere and back: the same bits, and what follows it as if it had not been
  for (const [engine, { loss, gradient }] of [
    [ours, a],
    [theirs, b],
  ] as const) {
    engine.loss!(theta.map((t) => 2 * t));
    expect(engine.loss!(theta)).toBe(loss);
    expect(at(engine, network, theta).gradient).toEqual(gradient);
  }
  ours.close();
}

describe('the wasm engine', () => {
  it('agrees with the typed-array engine on any network', () => {
    fc.assert(fc.property(shapes, agrees), runs);
  });

  it.each(Object.keys(activations) as ActivationName[])('agrees on deep networks of %s', (activation) => {
    for (const loss of ['cross-entropy', 'mse'] as const) {
      agrees({ widths: [6, 13, 8, 5, 10, 3], n: 270, activation, bias: true, loss, seed: 3 });
    }
  });

  it.each(['sigmoid', 'softplus', 'silu', 'gelu'] as const)(
    'has the gradient and the Hessian product of difference quotients: %s',
    (activation) => {
      const { network, theta } = build({ ...plain, widths: [4, 6, 5, 3], activation });
      const evaluation = wasm.open(network);
      const v = nativeRandom(3).normal(network.dim);
      const step = 1e-5;
      const near = (t: number) =>
        at(
          evaluation,
          network,
          theta.map((w, i) => w + t * v[i]!),
        );
      const [below, above] = [near(-step), near(step)];
      const { gradient } = near(0);
      const Hv = evaluation.hvp!(v, new Float64Array(network.dim));
      const slope = gradient.reduce((sum, g, i) => sum + g * v[i]!, 0);
      // h²/6 of the third derivatives, and rounding ε/h
      expect(Math.abs((above.loss - below.loss) / (2 * step) / slope - 1)).toBeLessThan(1e-7);
      expect(
        apart(
          Hv,
          above.gradient.map((g, i) => (g - below.gradient[i]!) / (2 * step)),
        ),
      ).toBeLessThan(1e-7);
      evaluation.close();
    },
  );
});
