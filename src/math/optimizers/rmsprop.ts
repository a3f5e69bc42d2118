import { gradientDescentEdge } from '../theory/edges.ts';
import type { UpdateRule } from './update-rule.ts';

/** Options of {@link rmspropRule}. */
export interface RmsProp {
  /** β₂: share of itself that the average of squared gradients keeps at a step. */
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Makes the rule s ← β₂s + (1 − β₂)g², θ ← θ − ηg/P, P = √s + ε, entry by entry. s begins at 0, as
 * in torch.optim.RMSprop.
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
