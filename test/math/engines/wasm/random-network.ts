import fc from 'fast-check';
import { classified, type Dataset } from '../../../../src/math/data/dataset.ts';
import type { Network } from '../../../../src/math/engines/engine.ts';
import { type LossName, losses } from '../../../../src/math/losses/losses.ts';
import { type ActivationName, activations } from '../../../../src/math/models/activations.ts';
import { mlp, tensorsOf } from '../../../../src/math/models/mlp.ts';
import { type Evaluation, emptySums } from '../../../../src/math/objective.ts';
import { nativeRandom } from '../../../../src/math/random/native.ts';

export interface Shape {
  /** d, the hidden widths, k. */
  readonly widths: readonly number[];
  readonly n: number;
  readonly activation: ActivationName;
  readonly slope?: number | undefined;
  readonly bias: boolean;
  readonly loss: LossName;
  readonly seed: number;
}

export interface Drawn {
  readonly network: Network;
  readonly theta: Float64Array; // [d]
}

/** Networks of 1 to 5 matrices, on 1 to 600 samples, with widths on both sides of the kernels' tiles and blocks. */
export const shapes: fc.Arbitrary<Shape> = fc
  .record({
    first: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 21 }) }, fc.integer({ min: 250, max: 600 })),
    rest: fc.array(fc.integer({ min: 1, max: 21 }), { minLength: 1, maxLength: 5 }),
    n: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 21 }) }, fc.integer({ min: 250, max: 600 })),
    activation: fc.constantFrom(...(Object.keys(activations) as ActivationName[])),
    leak: fc.double({ min: -0.5, max: 1, noNaN: true }),
    bias: fc.boolean(),
    loss: fc.constantFrom<LossName[]>('cross-entropy', 'mse'),
    seed: fc.nat(),
  })
  .map(({ first, rest, leak, ...shape }) => ({
    ...shape,
    widths: [first, ...rest],
    slope: shape.activation === 'leaky-relu' ? leak : undefined,
  }));

/** A network with weights N(0, 2/fan_in) and biases N(0, ¼), so that every layer has a gradient worth comparing. */
export function build({ widths, n, activation, slope, bias, loss, seed }: Shape): Drawn {
  const random = nativeRandom(seed);
  const [d, k] = [widths[0]!, widths.at(-1)!];
  const x = random.normal(n * d); // [n, d]
  const labels = () => Int32Array.from(random.uniform(n), (u) => Math.floor(k * u)); // [n]
  const dataset: Dataset = loss === 'mse' ? { n, d, k, x, y: random.normal(n * k) } : classified(x, labels(), d, k);
  const model = mlp({ hidden: widths.slice(1, -1), activation, slope, bias });
  const tensors = tensorsOf(model, d, k);
  const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const theta = random.normal(dim); // [d]
  for (const { kind, offset, rows, cols } of tensors) {
    const scale = kind === 'weight' ? Math.sqrt(2 / cols) : 0.5;
    for (let i = offset; i < offset + rows * cols; i++) theta[i]! *= scale;
  }
  return { network: { tensors, dim, dataset, activation: model.activation, loss: losses[loss] }, theta };
}

export const plain: Shape = { widths: [5, 7, 3], n: 9, activation: 'relu', bias: true, loss: 'mse', seed: 1 };

/** L and ∇L at θ, in arrays of their own. */
export function at(evaluation: Evaluation, network: Network, theta: Float64Array) {
  const gradient = new Float64Array(network.dim); // [d]
  const sums = emptySums(network.tensors);
  return { loss: evaluation.evaluate(theta, gradient, sums), gradient, sums };
}

/** All products at the last evaluation: of v(seed) and u(seed). */
export function products(evaluation: Evaluation, { dim, dataset: { n, k } }: Network, seed: number) {
  const v = nativeRandom(seed).normal(dim);
  const u = nativeRandom(seed).normal(n * k);
  return {
    hvp: evaluation.hvp!(v, new Float64Array(dim)),
    gnvp: evaluation.gnvp!(v, new Float64Array(dim)),
    jvp: evaluation.jvp!(v, new Float64Array(n * k)),
    vjp: evaluation.vjp!(u, new Float64Array(dim)),
  };
}

/** z_1 … z_L at the last evaluation. */
export const preActivations = (evaluation: Evaluation, { tensors, dataset: { n } }: Network): Float64Array[] =>
  tensors
    .filter(({ kind }) => kind === 'weight')
    .map(({ layer, rows }) => evaluation.preActivations!(layer, new Float64Array(n * rows)));

/** ‖a − b‖/‖b‖, or ‖a − b‖ where b is zero. */
export function apart(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(size > 0 ? difference / size : difference);
}
