import fc from 'fast-check';
import { classified, type Dataset } from '../../src/math/data/dataset.ts';
import { erf } from '../../src/math/erf.ts';
import type { LossName } from '../../src/math/losses/losses.ts';
import { type ActivationName, activations as all } from '../../src/math/models/activations.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { type Evaluation, emptySums } from '../../src/math/objective.ts';
import { nativeRandom } from '../../src/math/random/native.ts';
import { objective, type Risk } from '../../src/math/risk.ts';

/** Parts of a small random network; shrinks towards small ones. */
export interface Plan {
  /** d, the hidden widths, k. */
  readonly widths: readonly number[];
  readonly activation: ActivationName;
  readonly slope: number | undefined;
  readonly bias: boolean;
  readonly loss: LossName;
  readonly n: number;
  readonly seed: number;
}

export interface Small {
  readonly plan: Plan;
  readonly L: Risk;
  readonly theta: Float64Array; // [d]
}

export const homogeneous: readonly ActivationName[] = ['identity', 'relu', 'leaky-relu'];
export const smooth: readonly ActivationName[] = ['identity', 'tanh', 'sigmoid', 'softplus', 'silu', 'gelu'];

export interface Kinds {
  readonly activations?: readonly ActivationName[];
  readonly losses?: readonly LossName[];
  /** Weight matrices. */
  readonly depth?: readonly [number, number];
  readonly bias?: boolean;
}

/** Networks of 2 to 8 matrices and widths 1 to 7 on 1 to 6 samples. */
export const networks = ({
  activations = Object.keys(all) as ActivationName[],
  losses = ['cross-entropy', 'mse'],
  depth = [2, 8],
  bias,
}: Kinds = {}): fc.Arbitrary<Small> =>
  fc
    .record({
      widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: depth[0] + 1, maxLength: depth[1] + 1 }),
      activation: fc.constantFrom(...activations),
      leak: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      bias: bias === undefined ? fc.boolean() : fc.constant(bias),
      loss: fc.constantFrom(...losses),
      n: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(),
    })
    .map(({ leak, ...plan }) => build({ ...plan, slope: plan.activation === 'leaky-relu' ? leak : undefined }));

/**
 * The network of a plan, with weights N(0, 2/fan_in): a deep one then neither dies out nor explodes, so that every
 * layer has a gradient worth comparing.
 */
export function build(plan: Plan): Small {
  const { widths, activation, slope, bias, loss, n, seed } = plan;
  const random = nativeRandom(seed);
  const [d, k] = [widths[0]!, widths.at(-1)!];
  const x = random.normal(n * d); // [n, d]
  const labels = new Int32Array(n).map(() => Math.floor(k * random.uniform(1)[0]!)); // [n]
  const dataset: Dataset = loss === 'mse' ? { n, d, k, x, y: random.normal(n * k) } : classified(x, labels, d, k);
  const L = objective({
    engine: 'typed-array',
    model: mlp({ hidden: widths.slice(1, -1), activation, slope, bias }),
    loss,
    data: dataset,
    random: 'native',
    seed,
  });
  const theta = random.normal(L.dim); // [d]
  for (const { kind, offset, rows, cols } of L.tensors) {
    const scale = kind === 'weight' ? Math.sqrt(2 / cols) : 0.5;
    for (let i = offset; i < offset + rows * cols; i++) theta[i]! *= scale;
  }
  return { plan, L, theta };
}

/** L and ∇L at θ, in arrays of their own. */
export function at(evaluation: Evaluation, L: Risk, theta: Float64Array) {
  const gradient = new Float64Array(L.dim); // [d]
  const sums = emptySums(L.tensors);
  const loss = evaluation.evaluate(theta, gradient, sums);
  return { loss, gradient, sums };
}

/**
 * The network written out sample by sample with the host's own functions: a second route to the loss, and to the
 * pre-activations that say on which side of a kink each neuron is.
 */
export function direct(
  { plan, L }: Small,
  theta: Float64Array,
): { loss: number; f: number[][]; hidden: number[]; z: number[][] } {
  const { n, d, k, x, y, labels } = L.dataset;
  const { activation, slope = 0 } = plan;
  const sigma = {
    identity: (z: number) => z,
    relu: (z: number) => Math.max(z, 0),
    tanh: Math.tanh,
    sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
    softplus: (z: number) => Math.log1p(Math.exp(z)),
    silu: (z: number) => z / (1 + Math.exp(-z)),
    gelu: (z: number) => (z / 2) * (1 + erf(z * Math.SQRT1_2)), // the host has none
  };
  const act = activation === 'leaky-relu' ? (z: number) => (z > 0 ? z : slope * z) : sigma[activation];
  const layers = plan.widths.length - 1;
  const hidden: number[] = [];
  const f: number[][] = [];
  const zs: number[][] = plan.widths.slice(1).map(() => []); // z_1 … z_L, each [n, width of l]
  let loss = 0;
  for (let i = 0; i < n; i++) {
    let h = Array.from(x.subarray(i * d, (i + 1) * d));
    for (let l = 1; l <= layers; l++) {
      const W = L.tensors.find((t) => t.kind === 'weight' && t.layer === l)!;
      const b = L.tensors.find((t) => t.kind === 'bias' && t.layer === l);
      const z = Array.from({ length: W.rows }, (_, r) => {
        let sum = b ? theta[b.offset + r]! : 0;
        for (let c = 0; c < W.cols; c++) sum += theta[W.offset + r * W.cols + c]! * h[c]!;
        return sum;
      });
      if (l < layers) hidden.push(...z);
      zs[l - 1]!.push(...z);
      h = l < layers ? z.map(act) : z;
    }
    f.push(h);
    if (plan.loss === 'mse') loss += h.reduce((sum, fa, a) => sum + (fa - y[i * k + a]!) ** 2, 0) / (n * k);
    else {
      const max = Math.max(...h);
      loss += (max + Math.log(h.reduce((sum, fa) => sum + Math.exp(fa - max), 0)) - h[labels![i]!]!) / n;
    }
  }
  return { loss, f, hidden, z: zs };
}

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
export const combine = (a: number, u: Float64Array, b: number, v: Float64Array): Float64Array =>
  u.map((value, i) => a * value + b * v[i]!);
/** v[i] = sin(i + 1), the probe of the reference files. */
export const probe = (d: number): Float64Array => new Float64Array(d).map((_, i) => Math.sin(i + 1));
