import type { Kernels } from '../../kernels/kernels.ts';
import type { Block, WorkspaceLayout, WorkspaceSize } from './workspace.ts';

/**
 * Loss of one block. Outputs are in `h` of the last layer, and their derivatives along v in `Rz`.
 */
export interface BlockLoss {
  /** Divisor of the sum over blocks. */
  readonly count: number;
  /** Returns the block's part of the sum, and writes `delta`. */
  value(block: Block): number;
  /** Rdelta ← ∇²ℓ·Rz at the outputs of the last `value`. */
  hessian(block: Block): void;
}

export function lossOn(
  kernels: Kernels,
  { layers, panel }: WorkspaceLayout,
  { dataset, loss }: WorkspaceSize,
): BlockLoss {
  const { n, k } = dataset;
  const top = layers.length - 1;
  const scale = 2 / (n * k);
  if (loss.name === 'mse') {
    return {
      count: n * k,
      value({ rows, y, layers }) {
        const { h, delta } = layers[top]!;
        return kernels.mse(h, y, delta, rows, k, panel, scale);
      },
      hessian({ rows, layers }) {
        const { Rz, Rdelta } = layers[top]!;
        kernels.mseHessian(Rz, Rdelta, rows, k, panel, scale);
      },
    };
  }
  return {
    count: n,
    value({ rows, y, memo, layers }) {
      const { h, delta } = layers[top]!;
      return kernels.crossEntropy(h, y, memo, delta, rows, k, panel, n);
    },
    hessian({ rows, memo, layers }) {
      const { Rz, Rdelta } = layers[top]!;
      kernels.crossEntropyHessian(Rz, memo, Rdelta, rows, k, panel, n);
    },
  };
}
