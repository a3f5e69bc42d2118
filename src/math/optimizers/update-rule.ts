import type { Memory } from '../memory.ts';
import type { Sums, Tensor } from '../objective.ts';

/** Inner products of an update D, one entry per tensor. */
export interface UpdateSums {
  readonly inner: Float64Array; //  ⟨θ_b, D_b⟩ [tensors]
  readonly normSq: Float64Array; // ‖D_b‖²     [tensors]
}

/** Room for the sums of an update of these tensors. */
export const emptyUpdateSums = ({ length }: readonly Tensor[]): UpdateSums => ({
  inner: new Float64Array(length), //  [tensors]
  normSq: new Float64Array(length), // [tensors]
});

/** A gradient with the inner products that come with it. */
export interface Gradient {
  readonly gradient: Float64Array; // [d]
  readonly sums: Sums;
}

/**
 * Rule by which an optimizer turns the gradient into the next step, with what it remembers.
 *
 * @example
 * const signDescent = (): UpdateRule => ({
 *   update(gradient, _theta, eta, out) {
 *     for (let i = 0; i < out.length; i++) out[i] = -eta * Math.sign(gradient[i]!);
 *   },
 *   edge: () => NaN, // no curvature at which it becomes unstable is known
 *   ...memoryless,
 * });
 */
export interface UpdateRule extends Memory {
  /**
   * out ← θₜ₊₁ − θₜ, linear in the learning rate unless {@link actualLearningRate} is there. [d]
   */
  update(gradient: Float64Array, theta: Float64Array, learningRate: number, out: Float64Array): void;
  /** Fills ⟨θ, D⟩ and ‖D‖² per tensor, if they follow from the sums of the gradient. */
  sums?(of: Sums, learningRate: number, out: UpdateSums): void;
  /**
   * Eigenvalue of P⁻¹∇²L (of ∇²L if there is no P) above which the update is unstable; NaN:
   * unknown.
   */
  edge(learningRate: number): number;
  /** Diagonal of P [d] at θₜ, of an update through P⁻¹; valid after `update`. Borrowed. */
  preconditioner?(): Float64Array;
  /** Gradient that the last update was made from, if not that of the whole objective. Borrowed. */
  stepGradient?(): Gradient;
  /**
   * True if that gradient is one of a mini-batch; `edge` is then compared with the batch sharpness.
   */
  readonly usesMiniBatch?: boolean;
  /** Learning rate of the last update, of a rule that chooses it itself. */
  actualLearningRate?(): number;
  /** Cells of the rule's own columns, after `update`. */
  ownColumns?(): Readonly<Record<string, unknown>>;
  /** Frees what the rule has opened. */
  close?(): void;
}
