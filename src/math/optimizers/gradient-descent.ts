import { memoryless } from '../memory.ts';
import { gradientDescentEdge } from '../theory/edges.ts';
import type { UpdateRule } from './update-rule.ts';

/** Makes the rule θ ← θ − η(g + wθ), with weight decay w. */
export function gradientDescentRule(weightDecay = 0): UpdateRule {
  const w = weightDecay;
  const edge = (eta: number) => gradientDescentEdge(eta, w);
  if (w === 0) {
    return {
      update(g, _theta, eta, out) {
        for (let i = 0; i < out.length; i++) out[i] = -eta * g[i]!;
      },
      sums(of, eta, out) {
        for (let t = 0; t < out.inner.length; t++) {
          out.inner[t] = -eta * of.inner[t]!;
          out.normSq[t] = eta * eta * of.gradientNormSq[t]!;
        }
      },
      edge,
      ...memoryless,
    };
  }
  return {
    update(g, theta, eta, out) {
      for (let i = 0; i < out.length; i++) out[i] = -eta * (g[i]! + w * theta[i]!);
    },
    sums(of, eta, out) {
      for (let t = 0; t < out.inner.length; t++) {
        const thetaSq = of.weightNormSq[t]!;
        const inner = of.inner[t]!;
        out.inner[t] = -eta * (inner + w * thetaSq);
        out.normSq[t] = eta * eta * (of.gradientNormSq[t]! + 2 * w * inner + w * w * thetaSq);
      }
    },
    edge,
    ...memoryless,
  };
}
