import { z } from 'zod';
import type { MatVec } from '../../../math/linalg/mat-vec.ts';
import type { Need } from '../../../requirements.ts';
import type { State } from '../../../state.ts';

/** Symmetric matrix at a row: its name in the documentation, its products, and their needs. */
export interface Matrix {
  readonly symbol: string;
  readonly needs: readonly Need[];
  readonly of: (state: State) => MatVec;
}

/** Matrices that the option `matrix` of a measure of curvature may name. */
export const matrices = {
  hessian: {
    symbol: 'the Hessian ∇²L(θₜ)',
    needs: ['hvp'],
    of: ({ hvp }) => hvp,
  },
  'gauss-newton': {
    symbol: 'the Gauss-Newton matrix Jᵀ(∇²ℓ)J',
    needs: ['gnvp'],
    of: ({ evaluation }) => evaluation.gnvp!,
  },
  // similar to P⁻¹∇²L, and symmetric
  preconditioned: {
    symbol: 'P^(−1/2)·∇²L(θₜ)·P^(−1/2), P the optimizer’s preconditioner',
    needs: ['hvp'],
    of({ hvp, preconditioner }) {
      if (!preconditioner) return hvp;
      const root = preconditioner.map((p) => 1 / Math.sqrt(p)); // [d]
      const scaled = new Float64Array(root.length); //             [d]
      return (v, out) => {
        for (let i = 0; i < v.length; i++) scaled[i] = root[i]! * v[i]!;
        hvp(scaled, out);
        for (let i = 0; i < out.length; i++) out[i]! *= root[i]!;
        return out;
      };
    },
  },
} satisfies Record<string, Matrix>;

export type MatrixName = keyof typeof matrices;
const matrixNames = Object.keys(matrices) as [MatrixName, ...MatrixName[]];

/** Schema of the option `matrix`. */
export const matrixOption = z
  .enum(matrixNames)
  .default('hessian')
  .meta({ description: 'matrix whose eigenvalues are measured' });
