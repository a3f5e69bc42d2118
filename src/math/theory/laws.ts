import type { ObjectiveFacts, Tensor } from '../objective.ts';
import { requireOneOf } from '../require-one-of.ts';
import { requireOptions } from '../require-options.ts';
import { SUM_BLOCK } from '../sum-block.ts';

/** Family of laws; {@link lawsOf} says what each conserves. */
export type LawKind = 'layer' | 'neuron' | 'matrix';

/** Law that an entry of a list column stands for. */
export interface Law {
  readonly kind: LawKind;
  /** l: the law couples layer l with layer l + 1. */
  readonly layer: number;
  /** Hidden neuron of a neuron law, or row of an entry of a whole matrix; counted from 0. */
  readonly neuron: number | null;
  readonly label: string;
}

/** Entries of B from `from` up to `to`, reported as the one entry or as the norm of all. */
export type Range = readonly [from: number, to: number, as: 'entry' | 'norm'];

/**
 * Family of conservation laws as one symmetric bilinear form B on parameter-shaped vectors.
 *
 * The ledger consists of values of B: C = B(θ, θ), δ = B(g, g), A = B(θ, g). A step D changes C by
 * exactly 2B(θ, D) + B(D, D).
 */
export interface Laws {
  readonly laws: readonly Law[];
  /** Number of entries of B(u, v). */
  readonly size: number;
  /** Entries of B that each law is reported by. */
  readonly ranges: readonly Range[];
  /** out ← B(u, v). */
  form(u: Float64Array, v: Float64Array, out: Float64Array): void;
  /**
   * out ← B(u, v) from the inner products ⟨u_b, v_b⟩ of each tensor; absent if these do not
   * suffice.
   */
  ofSums?(inner: Float64Array, out: Float64Array): void;
}

/** Options of {@link lawsOf}. */
export interface LawOptions {
  readonly laws?: readonly LawKind[];
  /** False: the quantity without b_l, as the paper measures it; with biases it is not conserved. */
  readonly biases?: boolean;
  /** Form in which a matrix law is reported: its Frobenius norm, or entry by entry. */
  readonly matrix?: 'norm' | 'whole';
}

/** Blocks that enter the laws of layer l. */
interface LayerBlocks {
  readonly layer: number;
  readonly below: Tensor;
  readonly above: Tensor;
  readonly bias: Tensor | undefined;
  readonly index: { readonly below: number; readonly above: number; readonly bias: number };
}

function blocksOf({ tensors, facts }: Paired, biases: boolean): LayerBlocks[] {
  return facts.pairs.map(({ layer, below, above, bias: between }) => {
    const bias = biases ? (between ?? -1) : -1;
    return {
      layer,
      below: tensors[below]!,
      above: tensors[above]!,
      bias: tensors[bias],
      index: { below, above, bias },
    };
  });
}

/** Part of an objective that its laws follow from. */
export interface Paired {
  readonly tensors: readonly Tensor[];
  readonly facts: Pick<ObjectiveFacts, 'pairs'>;
}

/**
 * Makes the laws of an objective from its pairs of blocks, always in the order layer, neuron,
 * matrix.
 *
 * - layer:  ‖W_(l+1)‖² − ‖W_l‖² − ‖b_l‖², one per hidden layer, conserved if σ is homogeneous
 * - neuron: ‖W_(l+1)[:,j]‖² − ‖W_l[j,:]‖² − b_l[j]², one per hidden neuron, conserved if σ is
 *   homogeneous
 * - matrix: W_(l+1)ᵀW_(l+1) − W_l W_lᵀ − b_l b_lᵀ, conserved in linear networks
 *
 * @throws {RangeError} if a family of laws or a way to store them is unknown.
 * @example
 * lawsOf(L, { laws: ['layer', 'neuron'] }).laws.map(({ label }) => label); // ['‖W2‖² − ‖W1‖²', …]
 * @see Du, Hu and Lee 2018, arXiv:1806.00900.
 */
export function lawsOf(of: Paired, options: LawOptions = {}): Laws {
  const known = ['laws', 'biases', 'matrix'] satisfies (keyof LawOptions)[];
  const { laws = ['layer'], biases = true, matrix = 'norm' } = requireOptions('lawsOf', options, known);
  for (const law of laws) requireOneOf('lawsOf', { law }, ['layer', 'neuron', 'matrix']);
  requireOneOf('lawsOf', { matrix }, ['norm', 'whole']);
  const over = blocksOf(of, biases);
  const families = [
    laws.includes('layer') ? [layerLaws(over)] : [],
    laws.includes('neuron') ? over.map(neuronLaws) : [],
    laws.includes('matrix') ? over.map((pair) => matrixLaw(pair, matrix)) : [],
  ].flat();
  const [only] = families;
  return families.length === 1 ? only! : concatenated(families);
}

function concatenated(families: readonly Laws[]): Laws {
  let size = 0;
  const placed = families.map((family) => ({ family, offset: (size += family.size) - family.size }));
  return {
    laws: families.flatMap((family) => family.laws),
    size,
    ranges: placed.flatMap(({ family, offset }) =>
      family.ranges.map(([from, to, as]): Range => [from + offset, to + offset, as]),
    ),
    form(u, v, out) {
      for (const { family, offset } of placed) family.form(u, v, out.subarray(offset, offset + family.size));
    },
  };
}

const singles = (size: number) => Array.from({ length: size }, (_, i): Range => [i, i + 1, 'entry']);

function layerLaws(over: readonly LayerBlocks[]): Laws {
  const inner = (u: Float64Array, v: Float64Array, tensor: Tensor | undefined) => {
    let sum = 0;
    if (!tensor) return sum;
    const end = tensor.offset + tensor.rows * tensor.cols;
    for (let from = tensor.offset; from < end; from += SUM_BLOCK) {
      const to = Math.min(from + SUM_BLOCK, end);
      let ofBlock = 0;
      for (let i = from; i < to; i++) ofBlock += u[i]! * v[i]!;
      sum += ofBlock;
    }
    return sum;
  };
  return {
    laws: over.map(({ layer, bias }) => ({
      kind: 'layer',
      layer,
      neuron: null,
      label: `‖W${layer + 1}‖² − ‖W${layer}‖²${bias ? ` − ‖b${layer}‖²` : ''}`,
    })),
    size: over.length,
    ranges: singles(over.length),
    form(u, v, out) {
      for (const [i, { above, below, bias }] of over.entries()) {
        out[i] = inner(u, v, above) - inner(u, v, below) - inner(u, v, bias);
      }
    },
    ofSums(sums, out) {
      for (let i = 0; i < over.length; i++) {
        const { above, below, bias } = over[i]!.index;
        out[i] = sums[above]! - sums[below]! - (bias < 0 ? 0 : sums[bias]!);
      }
    },
  };
}

function neuronLaws({ layer, above, below, bias }: LayerBlocks): Laws {
  const width = below.rows;
  return {
    laws: Array.from({ length: width }, (_, j) => ({
      kind: 'neuron',
      layer,
      neuron: j,
      label: `‖W${layer + 1}[:,${j}]‖² − ‖W${layer}[${j},:]‖²${bias ? ` − b${layer}[${j}]²` : ''}`,
    })),
    size: width,
    ranges: singles(width),
    form(u, v, out) {
      out.fill(0);
      for (let r = 0, i = above.offset; r < above.rows; r++) {
        for (let j = 0; j < width; j++, i++) out[j] = out[j]! + u[i]! * v[i]!;
      }
      for (let j = 0, i = below.offset; j < width; j++) {
        let sum = bias ? u[bias.offset + j]! * v[bias.offset + j]! : 0;
        for (const end = i + below.cols; i < end; i++) sum += u[i]! * v[i]!;
        out[j] = out[j]! - sum;
      }
    },
  };
}

function matrixLaw({ layer, above, below, bias }: LayerBlocks, stored: 'norm' | 'whole'): Laws {
  const width = below.rows;
  const name = `W${layer + 1}ᵀW${layer + 1} − W${layer}W${layer}ᵀ${bias ? ` − b${layer}b${layer}ᵀ` : ''}`;
  const whole = Array.from({ length: width * width }, (_, e) => {
    const i = Math.floor(e / width);
    return { kind: 'matrix' as const, layer, neuron: i, label: `(${name})[${i},${e % width}]` };
  });
  return {
    laws: stored === 'whole' ? whole : [{ kind: 'matrix', layer, neuron: null, label: `‖${name}‖` }],
    size: width * width,
    ranges: stored === 'whole' ? singles(width * width) : [[0, width * width, 'norm']],
    form(u, v, out) {
      // symmetric part of uᵀv, so that B(θ, D) is half the change of C by D in first order
      for (let i = 0; i < width; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let r = 0, a = above.offset; r < above.rows; r++, a += width) {
            sum += u[a + i]! * v[a + j]! + u[a + j]! * v[a + i]!;
          }
          const p = below.offset + i * below.cols;
          const q = below.offset + j * below.cols;
          for (let c = 0; c < below.cols; c++) sum -= u[p + c]! * v[q + c]! + u[q + c]! * v[p + c]!;
          if (bias) {
            sum -= u[bias.offset + i]! * v[bias.offset + j]! + u[bias.offset + j]! * v[bias.offset + i]!;
          }
          out[i * width + j] = out[j * width + i] = sum / 2;
        }
      }
    },
  };
}
