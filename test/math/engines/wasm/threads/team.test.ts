import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Network } from '../../../../../src/math/engines/engine.ts';
import * as typedArray from '../../../../../src/math/engines/typed-array/engine.ts';
import { open } from '../../../../../src/math/engines/wasm/engine.ts';
import { sigmaOf } from '../../../../../src/math/engines/wasm/passes.ts';
import { helped, Team } from '../../../../../src/math/engines/wasm/threads/team.ts';
import { workOn } from '../../../../../src/math/engines/wasm/work.ts';
import { chainsOf, workspace } from '../../../../../src/math/engines/wasm/workspace.ts';
import { simd } from '../../../../../src/math/kernels/simd.ts';
import { activations } from '../../../../../src/math/models/activations.ts';
import { apart, at, build, plain, products, type Shape } from '../random-network.ts';

/** Any size is worth it here. */
const among = (threads: number) => ({ threads, worth: 0 });

/** All that an evaluation and its products write, at two points. */
function everything(network: Network, theta: Float64Array, threads: number) {
  const evaluation = open(network, among(threads));
  const first = { ...at(evaluation, network, theta), ...products(evaluation, network, 5) };
  const half = theta.map((w) => w / 2);
  const second = { ...at(evaluation, network, half), ...products(evaluation, network, 6) };
  evaluation.close();
  return { first, second };
}

/** Works until helpers have taken their part in it: they start while the caller goes on alone. */
async function helpIsThere(network: Network, theta: Float64Array, threads: number) {
  const evaluation = open(network, among(threads));
  const before = helped();
  const until = performance.now() + 30_000;
  while (helped() < before + 20 && performance.now() < until) {
    at(evaluation, network, theta);
    await new Promise((resolve) => setImmediate(resolve));
  }
  evaluation.close();
}

const wide: Shape = { ...plain, widths: [30, 40, 20, 5], n: 1500, activation: 'gelu', loss: 'cross-entropy' };

const shapes: fc.Arbitrary<Shape> = fc.record({
  widths: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 }),
  n: fc.oneof(fc.integer({ min: 257, max: 1100 }), fc.integer({ min: 4000, max: 5300 })),
  activation: fc.constantFrom(...(Object.keys(activations) as Shape['activation'][])),
  bias: fc.boolean(),
  loss: fc.constantFrom('cross-entropy', 'mse'),
  seed: fc.nat(),
});

describe('a run that is split over threads', () => {
  it('has the bits of one thread, with two and with three', async () => {
    const { network, theta } = build(wide);
    await helpIsThere(network, theta, 3);
    const alone = everything(network, theta, 1);
    const before = helped();
    for (let repeat = 0; repeat < 12; repeat++) {
      for (const threads of [2, 3]) expect(everything(network, theta, threads)).toEqual(alone);
    }
    // else the caller has done it all, and nothing was shown
    expect(helped()).toBeGreaterThan(before);
  });

  it('has them on any network, and agrees with the typed-array engine', async () => {
    const property = fc.property(shapes, (shape) => {
      const { network, theta } = build(shape);
      const alone = everything(network, theta, 1);
      for (const threads of [2, 3]) expect(everything(network, theta, threads)).toEqual(alone);
      const oracle = typedArray.open(network);
      const { loss, gradient } = at(oracle, network, theta);
      expect(Math.abs(alone.first.loss - loss)).toBeLessThanOrEqual(1e-12 * Math.abs(loss));
      expect(apart(alone.first.gradient, gradient)).toBeLessThanOrEqual(1e-12);
      expect(apart(alone.first.hvp, products(oracle, network, 5).hvp)).toBeLessThanOrEqual(1e-11);
    });
    fc.assert(property, { seed: 1, numRuns: 20 });
  });

  it('does not disturb another that is open meanwhile', () => {
    const [one, two] = [build(wide), build({ ...wide, n: 700, seed: 2, activation: 'relu' })];
    const [a, b] = [open(one.network, among(3)), open(two.network, among(2))];
    const [first, second] = [at(a, one.network, one.theta), at(b, two.network, two.theta)];
    const interleaved = [products(a, one.network, 5), products(b, two.network, 5)];
    a.close();
    b.close();
    expect({ ...first, ...interleaved[0] }).toEqual(everything(one.network, one.theta, 1).first);
    expect({ ...second, ...interleaved[1] }).toEqual(everything(two.network, two.theta, 1).first);
  });

  it('goes on alone where a helper fails before it has begun', async () => {
    const { network, theta } = build(wide);
    const { tensors, dim, dataset, loss } = network;
    const sigma = sigmaOf(network.activation, 'wasm');
    const shape = { tensors, dim, dataset: { n: dataset.n, d: dataset.d, k: dataset.k }, loss: { name: loss.name } };
    const plan = { size: shape, sigma, apart: true };
    const instance = simd.acquire(workspace(shape, sigma.needs, true).bytes, true);
    const work = workOn(instance.kernels, plan);
    const broken = new Team(2, { ...instance, module: {} }, plan, work);
    const before = helped();
    for (let repeat = 0; repeat < 20; repeat++) {
      broken.do('jvp');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(helped()).toBe(before);
    broken.close(false); // the threads go, and are made anew for the next
    simd.release(instance);
    await helpIsThere(network, theta, 2);
    expect(everything(network, theta, 2)).toEqual(everything(network, theta, 1));
  });

  it('leaves its memory to the next: 10 000 short ones do not grow it', async () => {
    const { network, theta } = build({ ...plain, n: 600 });
    const run = (count: number) => {
      for (let i = 0; i < count; i++) {
        const evaluation = open(network, among(2));
        at(evaluation, network, theta);
        evaluation.close();
      }
    };
    const resident = () => {
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    await helpIsThere(network, theta, 2);
    run(2_000);
    const before = resident();
    run(10_000);
    // 10 000 memories of two pages would be 1.3 GB
    expect(resident() - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe('chains', () => {
  it('take every block once, in order, and depend on their number alone', () => {
    for (const blocks of [1, 2, 15, 16, 17, 31, 196]) {
      const bounds = chainsOf(blocks);
      expect([bounds[0], bounds.at(-1)]).toEqual([0, blocks]);
      const lengths = bounds.slice(1).map((bound, c) => bound - bounds[c]!);
      expect(Math.min(...lengths)).toBeGreaterThan(0);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }
  });
});

describe('where threads cannot share memory', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('a run keeps to its own, with the same bits', async () => {
    const { network, theta } = build(wide);
    const expected = everything(network, theta, 1).first;
    vi.resetModules();
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const { open } = await import('../../../../../src/math/engines/wasm/engine.ts');
    const evaluation = open(network, among(2));
    expect({ ...at(evaluation, network, theta), ...products(evaluation, network, 5) }).toEqual(expected);
    evaluation.close();
  });
});
