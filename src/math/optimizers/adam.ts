import { adamEdge } from '../theory/edges.ts';
import type { UpdateRule } from './update-rule.ts';

/** Options of {@link adamRule}. */
export interface Adam {
  /** β₁: share of itself that the average of gradients keeps at a step. */
  readonly beta1: number;
  /** β₂: share of itself that the average of squared gradients keeps at a step. */
  readonly beta2: number;
  readonly epsilon: number;
  /** w, decoupled as in AdamW: θ shrinks by 1 − ηw, besides the step through P⁻¹. */
  readonly weightDecay?: number;
}

/** Averages m and s after t updates, and the powers β₁ᵗ, β₂ᵗ. */
interface Moments {
  m: Float64Array; // [d]
  s: Float64Array; // [d]
  power1: number;
  power2: number;
}

/**
 * Makes Adam's rule, entry by entry at update t = 1, 2, …:
 *
 *     m ← β₁m + (1 − β₁)g,  s ← β₂s + (1 − β₂)g²
 *     P = (1 − β₁ᵗ)(√(s/(1 − β₂ᵗ)) + ε)
 *     θ ← (1 − ηw)θ − ηm/P
 *
 * P holds both bias corrections, so that it is the preconditioner of the step.
 *
 * @see Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101; Cohen et
 *   al. 2022, arXiv:2207.14484, for P.
 */
export function adamRule({ beta1, beta2, epsilon, weightDecay = 0 }: Adam): UpdateRule {
  const w = weightDecay;
  let moments: Moments | undefined;
  let P = new Float64Array(0); // [d]
  return {
    update(g, theta, eta, out) {
      moments ??= { m: new Float64Array(g.length), s: new Float64Array(g.length), power1: 1, power2: 1 };
      if (P.length === 0) P = new Float64Array(g.length);
      const { m, s } = moments;
      const left1 = 1 - (moments.power1 *= beta1);
      const root2 = Math.sqrt(1 - (moments.power2 *= beta2));
      for (let i = 0; i < out.length; i++) {
        m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
        s[i] = beta2 * s[i]! + (1 - beta2) * g[i]! * g[i]!;
        P[i] = left1 * (Math.sqrt(s[i]!) / root2 + epsilon);
        out[i] = -eta * (w === 0 ? m[i]! / P[i]! : m[i]! / P[i]! + w * theta[i]!);
      }
    },
    edge: (eta) => adamEdge(eta, beta1, w),
    preconditioner: () => P,
    snapshot: () => moments,
    restore: (saved) => void (moments = saved as Moments | undefined),
  };
}
