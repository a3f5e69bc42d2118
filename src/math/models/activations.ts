import { tanh as tanhOf } from '../functions.ts';

/**
 * σ, applied entry by entry to the pre-activations of a layer.
 *
 * Each function loops over the `n` leading entries itself, so that an engine makes one call a layer.
 */
export interface Activation {
  readonly name: string;
  /** σ(cz) = cσ(z) for c > 0: then, and only then, gradient flow conserves C_l. */
  readonly homogeneous: boolean;
  /** h ← σ(z), slope ← σ′(z). */
  forward(z: Float64Array, h: Float64Array, slope: Float64Array, n: number): void;
  /** out ← σ″(z), by way of h = σ(z) and slope = σ′(z); absent where it is zero almost everywhere. */
  curvature?(h: Float64Array, slope: Float64Array, out: Float64Array, n: number): void;
}

/** σ(z) = z for z > 0, else slope·z; σ′(0) is the slope on the left, as in PyTorch. */
const piecewise = (name: string, left: number): Activation => ({
  name,
  homogeneous: true,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const s = z[i]! > 0 ? 1 : left;
      slope[i] = s;
      // NaN must stay NaN, and 0 · ∞ must not arise
      h[i] = s === 0 ? Math.max(0, z[i]!) : s * z[i]!;
    }
  },
});

export const identity: Activation = piecewise('identity', 1);
export const relu: Activation = piecewise('relu', 0);
export const leakyRelu = (slope = 0.01): Activation => piecewise('leaky-relu', slope);

export const tanh: Activation = {
  name: 'tanh',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const t = tanhOf(z[i]!);
      h[i] = t;
      slope[i] = 1 - t * t;
    }
  },
  curvature(h, slope, out, n) {
    for (let i = 0; i < n; i++) out[i] = -2 * h[i]! * slope[i]!;
  },
};

/** Every activation by its name in specs. */
export const activations = { identity: () => identity, relu: () => relu, 'leaky-relu': leakyRelu, tanh: () => tanh };
export type ActivationName = keyof typeof activations;
