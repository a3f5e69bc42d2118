import { heavyBallEdge, nesterovEdge } from '../theory/edges.ts';
import type { UpdateRule } from './update-rule.ts';

/** Options of {@link momentumRule}. */
export interface Momentum {
  /** β: share of itself that the buffer v keeps at a step. */
  readonly beta: number;
  /** τ: v takes up (1 − τ) of the gradient; τ = β makes it a running average. */
  readonly dampening?: number;
  /** True makes the update from g + βv. */
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/**
 * Makes Polyak's heavy ball, v ← βv + (1 − τ)g, θ ← θ − ηv, or Nesterov's θ ← θ − η(g + βv). Weight
 * decay w adds wθ to g.
 *
 * The first v is g, whatever τ is, as in PyTorch's torch.optim.SGD.
 *
 * @see Polyak 1964; Sutskever, Martens, Dahl and Hinton 2013, for the form of Nesterov's.
 */
export function momentumRule({ beta, dampening = 0, nesterov = false, weightDecay = 0 }: Momentum): UpdateRule {
  const w = weightDecay;
  let v: Float64Array | undefined; // [d]
  return {
    update(gradient, theta, eta, out) {
      const taken = v ? 1 - dampening : 1;
      v ??= new Float64Array(gradient.length);
      for (let i = 0; i < out.length; i++) {
        const g = w === 0 ? gradient[i]! : gradient[i]! + w * theta[i]!;
        v[i] = beta * v[i]! + taken * g;
        out[i] = -eta * (nesterov ? g + beta * v[i]! : v[i]!);
      }
    },
    edge: (eta) => (nesterov ? nesterovEdge : heavyBallEdge)(eta, { beta, dampening, weightDecay }),
    snapshot: () => v,
    restore: (saved) => void (v = saved as Float64Array | undefined),
  };
}
