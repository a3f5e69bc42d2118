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

/** How an optimizer turns the gradient of a step into its update; what it remembers it can put down and take up again. */
export interface Rule {
  /** out ← θₜ₊₁ − θₜ, which is linear in the learning rate. [d] */
  update(gradient: Float64Array, theta: Float64Array, learningRate: number, out: Float64Array): void;
  /** ⟨θ, D⟩ and ‖D‖² per tensor, where the rule knows them from the gradient's without a pass of its own. */
  sums?(of: Sums, learningRate: number, out: UpdateSums): void;
  /** The eigenvalue of P⁻¹∇²L, of ∇²L where there is no P, above which the update is unstable. */
  edge(learningRate: number): number;
  /** The diagonal of P [d], of an update through P⁻¹: at θₜ, once `update` has been called. Borrowed, as the gradient is. */
  preconditioner?(): Float64Array;
  /** What the last update was made from, where that was not the gradient of the whole objective. Borrowed. */
  from?(): Gradient;
  /** Is that of fewer samples than the objective is over? Then `edge` is one of the batch sharpness. */
  readonly partial?: boolean;
  /** The learning rate that the last update was made with, of a rule that chooses it itself. */
  chosen?(): number;
  /** Cells of columns of its own, after `update`. */
  cells?(): Readonly<Record<string, unknown>>;
  snapshot(): unknown;
  restore(saved: unknown): void;
  /** Frees what the rule has opened. */
  close?(): void;
}

/** A rule that remembers nothing. */
export const memoryless = { snapshot: () => null, restore: () => {} };
