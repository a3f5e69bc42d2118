import { normalDensity, normalDistribution } from '../erf.ts';
import { exp, log1p, tanh as tanhOf } from '../functions.ts';

/**
 * Activation σ, applied entry by entry to the pre-activations of a layer. `mlp` takes one of one's
 * own; `checkObjective` compares its derivatives with differences.
 *
 * Each function loops over the `n` leading entries itself, so that an engine makes one call per
 * layer. Functions of `Math` but sqrt may differ in the last bit between versions of Node.
 */
export interface Activation {
  /** Name in messages and facts, not that of a built-in activation. */
  readonly name: string;
  /** True if σ(cz) = cσ(z) for c > 0: then, and only then, gradient flow conserves C_l. */
  readonly homogeneous: boolean;
  /** σ′(z) for z ≤ 0, if σ is piecewise linear with σ′(z) = 1 for z > 0; absent if σ is smooth. */
  readonly left?: number;
  /** h ← σ(z), slope ← σ′(z). */
  forward(z: Float64Array, h: Float64Array, slope: Float64Array, n: number): void;
  /** out ← σ″(z), from z, h = σ(z) and slope = σ′(z); absent if σ″ is zero almost everywhere. */
  curvature?(z: Float64Array, h: Float64Array, slope: Float64Array, out: Float64Array, n: number): void;
}

/** Makes σ(z) = z for z > 0, else left·z; σ′(0) = left, as in PyTorch. */
const piecewise = (name: string, left: number): Activation => ({
  name,
  homogeneous: true,
  left,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const s = z[i]! > 0 ? 1 : left;
      slope[i] = s;
      // NaN must stay NaN, and 0 · ∞ must not arise
      h[i] = s === 0 ? Math.max(0, z[i]!) : s * z[i]!;
    }
  },
});

const identity: Activation = piecewise('identity', 1);
export const relu: Activation = piecewise('relu', 0);
export const leakyRelu = (slope = 0.01): Activation => piecewise('leaky-relu', slope);

const tanh: Activation = {
  name: 'tanh',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const t = tanhOf(z[i]!);
      h[i] = t;
      slope[i] = 1 - t * t;
    }
  },
  curvature(_z, h, slope, out, n) {
    for (let i = 0; i < n; i++) out[i] = -2 * h[i]! * slope[i]!;
  },
};

/** 1/(1 + e⁻ᶻ). */
export const sigmoid: Activation = {
  name: 'sigmoid',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const e = exp(-Math.abs(z[i]!));
      const p = 1 / (1 + e);
      const q = e / (1 + e);
      h[i] = z[i]! < 0 ? q : p;
      slope[i] = p * q;
    }
  },
  curvature(_z, h, slope, out, n) {
    for (let i = 0; i < n; i++) out[i] = slope[i]! * (1 - 2 * h[i]!);
  },
};

/**
 * log(1 + eᶻ). PyTorch's default takes z in its place above 20, which differs by less than 3·10⁻⁹.
 */
export const softplus: Activation = {
  name: 'softplus',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const e = exp(-Math.abs(z[i]!));
      h[i] = Math.max(z[i]!, 0) + log1p(e);
      slope[i] = (z[i]! < 0 ? e : 1) / (1 + e);
    }
  },
  curvature(_z, _h, slope, out, n) {
    for (let i = 0; i < n; i++) out[i] = slope[i]! * (1 - slope[i]!);
  },
};

/**
 * z/(1 + e⁻ᶻ), also called swish (Hendrycks and Gimpel, arXiv:1606.08415; Ramachandran et al.,
 * arXiv:1710.05941).
 */
export const silu: Activation = {
  name: 'silu',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const e = exp(-Math.abs(z[i]!));
      const p = 1 / (1 + e);
      const q = e / (1 + e);
      const s = z[i]! < 0 ? q : p;
      // e⁻ᶻ may underflow, and 0 · ∞ must not arise
      h[i] = s === 0 ? 0 : z[i]! * s;
      slope[i] = q === 0 ? s : s + z[i]! * (p * q);
    }
  },
  curvature(z, _h, _slope, out, n) {
    for (let i = 0; i < n; i++) {
      const e = exp(-Math.abs(z[i]!));
      const p = 1 / (1 + e);
      const q = e / (1 + e);
      out[i] = q === 0 ? 0 : p * q * (2 + Math.abs(z[i]!) * (q - p));
    }
  },
};

/** z·Φ(z), Φ the standard normal distribution; not its tanh approximation (arXiv:1606.08415). */
export const gelu: Activation = {
  name: 'gelu',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      const cdf = normalDistribution(z[i]!);
      const pdf = normalDensity(z[i]!);
      // the tail may underflow, and 0 · ∞ must not arise
      h[i] = cdf === 0 ? 0 : z[i]! * cdf;
      slope[i] = pdf === 0 ? cdf : cdf + z[i]! * pdf;
    }
  },
  curvature(z, _h, _slope, out, n) {
    for (let i = 0; i < n; i++) {
      const pdf = normalDensity(z[i]!);
      out[i] = pdf === 0 ? 0 : pdf * (2 - z[i]! * z[i]!);
    }
  },
};

/** Activations by their names in specs. */
export const activations = {
  identity: () => identity,
  relu: () => relu,
  'leaky-relu': leakyRelu,
  tanh: () => tanh,
  sigmoid: () => sigmoid,
  softplus: () => softplus,
  silu: () => silu,
  gelu: () => gelu,
};
/** Name of an activation in specs. */
export type ActivationName = keyof typeof activations;
