import { mostNumbers } from '../data/require-room.ts';
import type { Tensor } from '../objective.ts';
import type { Random } from '../random/random.ts';
import { requireOneOf } from '../require-one-of.ts';
import { requireOptions } from '../require-options.ts';
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
  readonly activation?: ActivationName;
  /** Slope of leaky-relu left of zero. */
  readonly slope?: number | undefined;
  readonly bias?: boolean;
}

/**
 * Describes a network.
 *
 * @throws {TypeError} if there is another option, or `hidden` is no list.
 * @throws {RangeError} if a width is not a positive integer, or `slope` is given to another
 *   activation than leaky-relu.
 * @example mlp({ hidden: [64], activation: 'relu' })
 */
export function mlp(options: MlpOptions): Mlp {
  requireOptions('mlp', options, ['hidden', 'activation', 'slope', 'bias'] satisfies (keyof MlpOptions)[]);
  const { hidden, activation = 'relu', slope, bias = false } = options;
  if (!Array.isArray(hidden)) throw new TypeError(`mlp: hidden must be a list of widths, got ${hidden}`);
  requireOneOf('mlp', { activation }, Object.keys(activations));
  const bad = hidden.find((width) => !(Number.isInteger(width) && width > 0));
  if (bad !== undefined) throw new RangeError(`mlp: widths must be positive integers, got ${bad}`);
  if (slope !== undefined && activation !== 'leaky-relu') {
    throw new RangeError(`mlp: slope belongs to leaky-relu, got it with ${activation}`);
  }
  if (typeof bias !== 'boolean') throw new TypeError(`mlp: bias must be true or false, got ${bias}`);
  if (slope !== undefined && !Number.isFinite(slope)) throw new RangeError(`mlp: slope must be finite, got ${slope}`);
  return { hidden: [...hidden], activation: activations[activation](slope), bias };
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
