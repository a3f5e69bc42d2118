import { gradientDescentEdge } from '../theory/edges.ts';
import type { UpdateRule } from './update-rule.ts';

/** The options of {@link rmspropRule}. */
export interface RmsProp {
  /** What the average of squares keeps of itself at a step. */
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * s ← β₂s + (1 − β₂)g², θ ← θ − ηg/P with P = √s + ε, entry by entry; s begins at 0, as torch.optim.RMSprop has it.
 *
 * @see Tieleman and Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning.
 */
export function rmspropRule({ beta2, epsilon }: RmsProp): UpdateRule {
  let s = new Float64Array(0); // [d]
  let P = new Float64Array(0); // [d]
  return {
    update(g, _theta, eta, out) {
      if (s.length === 0) s = new Float64Array(g.length);
      if (P.length === 0) P = new Float64Array(g.length);
      for (let i = 0; i < out.length; i++) {
        s[i] = beta2 * s[i]! + (1 - beta2) * g[i]! * g[i]!;
        P[i] = Math.sqrt(s[i]!) + epsilon;
        out[i] = (-eta * g[i]!) / P[i]!;
      }
    },
    edge: (eta) => gradientDescentEdge(eta),
    preconditioner: () => P,
    snapshot: () => s,
    restore: (saved) => void (s = saved as Float64Array<ArrayBuffer>),
  };
}
