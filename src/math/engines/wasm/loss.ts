import type { Kernels } from '../../kernels/kernels.ts';
import type { Block, Shape, Workspace } from './workspace.ts';

/** ℓ of one block of rows, on the outputs in `h` of the last layer and their derivatives in `Rz`. */
export interface BlockLoss {
  /** What the sum over blocks is to be divided by. */
  readonly count: number;
  /** The block's part of the sum; writes `delta`. */
  value(block: Block): number;
  /** Rdelta ← ∇²ℓ·Rz, at the outputs of the last `value`. */
  hessian(block: Block): void;
}

export function lossOn(kernels: Kernels, { layers, panel }: Workspace, { dataset, loss }: Shape): BlockLoss {
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
