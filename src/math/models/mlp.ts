import { mostNumbers } from '../data/require-room.ts';
import type { Tensor } from '../objective.ts';
import type { Random } from '../random/random.ts';
import { requireOneOf } from '../require-one-of.ts';
import { requireOptions } from '../require-options.ts';
import { requireParts } from '../require-parts.ts';
import { type Activation, type ActivationName, activations } from './activations.ts';

/**
 * Multi-layer perceptron f(x) = W_L σ(… σ(W_1 x + b_1) …) + b_L. Its outer widths follow from the
 * data.
 */
export interface Mlp {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
}

/** Options of {@link mlp}. */
export interface MlpOptions {
  /** Widths of the hidden layers from input to output; none makes a linear model. */
  readonly hidden: readonly number[];
  /** Name of a built-in activation, or one of one's own. Default `relu`. */
  readonly activation?: ActivationName | Activation;
  /** Slope of leaky-relu left of zero. */
  readonly slope?: number | undefined;
  readonly bias?: boolean;
}

/**
 * Describes a network. With an activation of one's own the engine `typed-array` computes it.
 *
 * @throws {TypeError} if there is another option, `hidden` is no list, or `activation` lacks a
 *   part.
 * @throws {RangeError} if a width is not a positive integer, `slope` is given to another activation
 *   than leaky-relu, or an activation of one's own has the name of a built-in one.
 * @example mlp({ hidden: [64], activation: 'relu' })
 * @example
 * const sine: Activation = {
 *   name: 'sine',
 *   homogeneous: false,
 *   forward(z, h, slope, n) {
 *     for (let i = 0; i < n; i++) {
 *       h[i] = Math.sin(z[i]!);
 *       slope[i] = Math.cos(z[i]!);
 *     }
 *   },
 *   curvature(_z, h, _slope, out, n) {
 *     for (let i = 0; i < n; i++) out[i] = -h[i]!;
 *   },
 * };
 * const model = mlp({ hidden: [8], activation: sine });
 * const S = objective({ model, loss: 'mse', data: chebyshev({ n: 20, degree: 3 }) });
 * checkObjective(S).every(({ agrees }) => agrees); // true
 */
export function mlp(options: MlpOptions): Mlp {
  requireOptions('mlp', options, ['hidden', 'activation', 'slope', 'bias'] satisfies (keyof MlpOptions)[]);
  const { hidden, activation = 'relu', slope, bias = false } = options;
  if (!Array.isArray(hidden)) throw new TypeError(`mlp: hidden must be a list of widths, got ${hidden}`);
  if (typeof activation === 'object' && activation !== null) requireActivation(activation);
  else requireOneOf('mlp', { activation }, Object.keys(activations));
  const bad = hidden.find((width) => !(Number.isInteger(width) && width > 0));
  if (bad !== undefined) throw new RangeError(`mlp: widths must be positive integers, got ${bad}`);
  if (slope !== undefined && activation !== 'leaky-relu') {
    const { name } = typeof activation === 'object' ? activation : { name: activation };
    throw new RangeError(`mlp: slope belongs to leaky-relu, got it with ${name}`);
  }
  if (typeof bias !== 'boolean') throw new TypeError(`mlp: bias must be true or false, got ${bias}`);
  if (slope !== undefined && !Number.isFinite(slope)) throw new RangeError(`mlp: slope must be finite, got ${slope}`);
  const sigma = typeof activation === 'object' ? activation : activations[activation](slope);
  return { hidden: [...hidden], activation: sigma, bias };
}

/** Checks an activation of one's own, which no compiler may have seen. */
function requireActivation(activation: Activation): void {
  requireParts('mlp: activation', activation, {
    name: 'string',
    homogeneous: 'boolean',
    forward: 'function',
    ...(activation.curvature === undefined ? {} : { curvature: 'function' }),
  });
  if (!Object.hasOwn(activations, activation.name)) return;
  throw new RangeError(`mlp: activation.name must not be that of a built-in one, got ${activation.name}`);
}

/**
 * Lists the blocks of θ for inputs of width d and k outputs, in the order W_1, b_1, W_2, b_2, …
 *
 * @throws {RangeError} if they have more parameters than one array holds.
 */
export function tensorsOf({ hidden, bias }: Mlp, d: number, k: number): Tensor[] {
  const widths = [d, ...hidden, k];
  const tensors: Tensor[] = [];
  let offset = 0;
  const add = (kind: Tensor['kind'], layer: number, rows: number, cols: number) => {
    tensors.push({ name: `${kind === 'weight' ? 'W' : 'b'}${layer}`, kind, layer, offset, rows, cols });
    offset += rows * cols;
  };
  for (let layer = 1; layer < widths.length; layer++) {
    add('weight', layer, widths[layer]!, widths[layer - 1]!);
    if (bias) add('bias', layer, widths[layer]!, 1);
  }
  if (offset > mostNumbers) {
    throw new RangeError(
      `mlp: expected at most ${mostNumbers} parameters, got ${offset} with widths ${widths.join('-')}`,
    );
  }
  return tensors;
}

/** Draws θ₀ as PyTorch's nn.Linear does: W_l and b_l uniform in ±1/√fan_in, tensor by tensor. */
export function draw(tensors: readonly Tensor[], random: Random): Float64Array {
  const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const theta = new Float64Array(dim); // [d]
  let fanIn = 1;
  for (const { kind, offset, rows, cols } of tensors) {
    if (kind === 'weight') fanIn = cols;
    const bound = 1 / Math.sqrt(fanIn);
    theta.set(random.uniform(rows * cols, -bound, bound), offset);
  }
  return theta;
}
