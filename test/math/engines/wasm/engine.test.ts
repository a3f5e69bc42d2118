import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../src/math/engines/engine.ts';
import * as typedArray from '../../../../src/math/engines/typed-array/engine.ts';
import { available, open } from '../../../../src/math/engines/wasm/engine.ts';
import type { Loss } from '../../../../src/math/losses/loss.ts';
import { type ActivationName, activations } from '../../../../src/math/models/activations.ts';
import { at, build, plain, products } from './random-network.ts';

const names = Object.keys(activations) as ActivationName[];

describe('an evaluation', () => {
  it('does not disturb another, nor what comes into its memory after it', () => {
    const one = build(plain);
    const two = build({
      ...plain,
      widths: [40, 30, 20, 10],
      n: 300,
      activation: 'tanh',
      loss: 'cross-entropy',
      seed: 2,
    });
    const alone = [one, two].map(({ network, theta }) => {
      const evaluation = open(network);
      const result = { ...at(evaluation, network, theta), ...products(evaluation, network, 5) };
      evaluation.close();
      return result;
    });
    const [a, b] = [open(one.network), open(two.network)];
    const [first, second] = [at(a, one.network, one.theta), at(b, two.network, two.theta)];
    expect({ ...first, ...products(a, one.network, 5) }).toEqual(alone[0]);
    a.close();
    const again = open(two.network);
    at(
      again,
      two.network,
      two.theta.map((w) => 2 * w),
    );
    expect({ ...second, ...products(b, two.network, 5) }).toEqual(alone[1]);
    again.close();
    b.close();
  });

  it('takes its products where it was evaluated, though the caller’s θ has moved on', () => {
    const { network, theta } = build(plain);
    const evaluation = open(network);
    at(evaluation, network, theta);
    const before = products(evaluation, network, 5);
    theta.fill(7);
    expect(products(evaluation, network, 5)).toEqual(before);
    evaluation.close();
  });

  it('hands out copies: what it wrote stays as it was', () => {
    const { network, theta } = build(plain);
    const evaluation = open(network);
    const { gradient } = at(evaluation, network, theta);
    const kept = gradient.slice();
    at(
      evaluation,
      network,
      theta.map((w) => 3 * w),
    );
    expect(gradient).toEqual(kept);
    evaluation.close();
  });

  it('cannot be used once closed, and may be closed twice', () => {
    const { network, theta } = build(plain);
    const evaluation = open(network);
    evaluation.close();
    evaluation.close();
    expect(() => at(evaluation, network, theta)).toThrow(new Error('wasm: the evaluation is closed'));
    expect(() => products(evaluation, network, 1)).toThrow(new Error('wasm: the evaluation is closed'));
    const [a, b] = [open(network), open(network)]; // not the same instance, though it came back twice
    const first = at(a, network, theta);
    at(
      b,
      network,
      theta.map((w) => -w),
    );
    expect({ ...first, ...products(a, network, 5) }).toEqual({ ...at(a, network, theta), ...products(a, network, 5) });
    a.close();
    b.close();
  });
});

describe('NaN and infinity', () => {
  it.each(names)('in a weight are data, as in the typed-array engine: %s', (activation) => {
    for (const loss of ['mse', 'cross-entropy'] as const) {
      for (const bad of [NaN, Infinity, -Infinity, 1e200]) {
        const { network, theta } = build({ ...plain, activation, loss });
        theta[3] = bad;
        const evaluation = open(network);
        const ours = at(evaluation, network, theta);
        const theirs = at(typedArray.open(network), network, theta);
        if (Number.isFinite(theirs.loss)) expect(ours.loss / theirs.loss).toBeCloseTo(1, 12);
        else expect(ours.loss).toBe(theirs.loss);
        // the last layer's gradient has not been through a kink, where 0 · ∞ is 0 here and NaN there
        const { offset } = network.tensors.at(-1)!;
        const finite = (g: Float64Array) => [...g.subarray(offset)].map(Number.isFinite);
        expect(finite(ours.gradient)).toEqual(finite(theirs.gradient));
        evaluation.close();
      }
    }
  });

  it('leaves no trace: a finite θ after it gives what it gave before', () => {
    const { network, theta } = build({ ...plain, activation: 'gelu' });
    const evaluation = open(network);
    const before = { ...at(evaluation, network, theta), ...products(evaluation, network, 5) };
    at(
      evaluation,
      network,
      theta.map(() => NaN),
    );
    products(evaluation, network, 5);
    expect({ ...at(evaluation, network, theta), ...products(evaluation, network, 5) }).toEqual(before);
    evaluation.close();
  });
});

describe('memory', () => {
  const resident = () => {
    globalThis.gc?.();
    return process.memoryUsage().rss;
  };

  it('does not grow over 10 000 short runs', () => {
    const small = build(plain);
    const large = build({ ...plain, widths: [30, 40, 5], n: 100 });
    const run = (count: number) => {
      for (let i = 0; i < count; i++) {
        const { network, theta } = i % 10 === 0 ? large : small;
        const evaluation = open(network);
        at(evaluation, network, theta);
        evaluation.close();
      }
    };
    run(2_000);
    const before = resident();
    run(10_000);
    // 10 000 instances of one 64 kB page would be 640 MB
    expect(resident() - before).toBeLessThan(50 * 2 ** 20);
  });

  it('that a run would not fit into is refused before it is taken, with the estimate', () => {
    const { network } = build(plain);
    const before = resident();
    const huge: Network = { ...network, dataset: { ...network.dataset, n: 2 ** 27 } };
    expect(() => open(huge)).toThrow(
      /^wasm: the workspace must fit into 4\.00 GiB, got an estimate of \d+(\.\d+)? GiB$/,
    );
    expect(() => open(huge)).toThrow(RangeError);
    expect(resident() - before).toBeLessThan(100 * 2 ** 20);
    expect(() => open(network, { limit: 10_000 })).toThrow(RangeError);
  });
});

describe('the kernels', () => {
  it('are available where WebAssembly has SIMD, as in every Node that we run on', () => {
    expect(available).toBe(true);
  });

  it('refuse an activation and a loss that they do not have', () => {
    const { network } = build(plain);
    const activation = { ...network.activation, name: 'swoosh' };
    expect(() => open({ ...network, activation })).toThrow(
      new RangeError('wasm: no kernel for activation swoosh; use the engine typed-array'),
    );
    const loss: Loss = { ...network.loss, name: 'hinge' };
    expect(() => open({ ...network, loss })).toThrow(
      new RangeError('wasm: no kernel for loss hinge; use the engine typed-array'),
    );
  });
});
