import type { Kernels } from '../../kernels/kernels.ts';
import type { Network } from '../engine.ts';
import type { Block, KeptArrays, LayerRows, Packed, WorkspaceLayout } from './workspace.ts';

/** Numbers that stand for these in assembly/finish.ts and assembly/activations.ts. */
const [ZERO, BIAS, SUM] = [0, 1, 2];
const [STORE, RELU, MASK, SCALE] = [0, 1, 2, 3];
const kinds = { identity: 0, relu: 1, 'leaky-relu': 2, tanh: 3, sigmoid: 4, softplus: 5, silu: 6, gelu: 7 };

/** Activation as the kernels know it. */
export interface Sigma {
  readonly kind: number;
  readonly left: number;
  readonly needs: KeptArrays;
}

/**
 * Returns the activation as the kernels know it.
 *
 * @throws {RangeError} if there is no kernel for it.
 */
export function sigmaOf({ name, left = Number.NaN, curvature }: Network['activation'], engine: string): Sigma {
  if (!(name in kinds)) {
    throw new RangeError(`${engine}: no kernel for activation ${name}; use the engine typed-array`);
  }
  const kind = kinds[left === 1 ? 'identity' : left === 0 ? 'relu' : (name as keyof typeof kinds)];
  const needs = {
    slope: kind > kinds.relu,
    bend: curvature !== undefined,
    z: kind === kinds.silu || kind === kinds.gelu,
  };
  return { kind, left, needs };
}

/**
 * Makes the passes of a block through all layers: sequences of kernels on the arrays of a
 * workspace.
 */
export function passes(kernels: Kernels, { layers, panel, input }: WorkspaceLayout, { kind, left, needs }: Sigma) {
  const curved = needs.bend;
  const top = layers.length - 1;

  /** Finish of a product that goes back through σ, and its factor. */
  const through = kind === kinds.relu ? MASK : kind === kinds.identity ? STORE : SCALE;
  const factor = ({ h, slope }: LayerRows) => (kind === kinds.relu ? h : slope);

  /** Packs the weights at `input` into panels: those of θ, or those of v. */
  function pack(which: 'theta' | 'v', memory: Float64Array): void {
    for (let l = 0; l <= top; l++) {
      const { W, b, width, ins, [which]: packed } = layers[l]!;
      kernels.packColumns(input + 8 * W.offset, packed.columns, width, ins);
      if (l > 0) kernels.packRows(input + 8 * W.offset, packed.rows, width, ins);
      if (b) memory.copyWithin(packed.bias / 8, input / 8 + b.offset, input / 8 + b.offset + width);
    }
  }

  /** C ← bias + (h of the layer below)·Wᵀ with the weights of θ or of v, finished. */
  function fromBelow(l: number, block: Block, { columns, bias }: Packed, C: number, finish: number, M: number): void {
    const { ins, width, b } = layers[l]!;
    const A = l > 0 ? block.layers[l - 1]!.h : block.tiles;
    const start = b ? BIAS : ZERO;
    kernels.times(A, l > 0 ? panel : 0, columns, C, panel, block.rows, ins, width, start, bias, finish, M);
  }

  function forward(block: Block): void {
    for (let l = 0; l < top; l++) {
      const { z, h, slope } = block.layers[l]!;
      const { theta, width } = layers[l]!;
      fromBelow(l, block, theta, z, kind === kinds.relu ? RELU : STORE, 0);
      if (needs.slope) kernels.activate(kind, left, z, h, slope, block.rows, width, panel);
    }
    fromBelow(top, block, layers[top]!.theta, block.layers[top]!.h, STORE, 0);
  }

  /** Propagates ∂L/∂z of the last layer back to the first. */
  function backward({ rows, layers: at }: Block): void {
    for (let l = top; l > 0; l--) {
      const { width, ins, theta } = layers[l]!;
      const below = at[l - 1]!;
      const [to, finish] = curved ? [below.back, STORE] : [below.delta, through];
      kernels.times(at[l]!.delta, panel, theta.rows, to, panel, rows, width, ins, ZERO, 0, finish, factor(below));
      if (curved) kernels.scale(to, below.slope, below.delta, rows, ins, panel);
    }
  }

  /** to [d] ← deltaᵀ·h_below of every layer, with delta or Rdelta; adds it to `to` if `add`. */
  function gradients({ rows, x, layers: at }: Block, which: 'delta' | 'Rdelta', to: number, add: boolean): void {
    for (let l = 0; l <= top; l++) {
      const { W, b, width, ins } = layers[l]!;
      const A = at[l]![which];
      kernels.outer(A, panel, l > 0 ? at[l - 1]!.h : x, panel, to + 8 * W.offset, rows, width, ins, add);
      if (b) kernels.columnSums(A, panel, to + 8 * b.offset, rows, width, add);
    }
  }

  /**
   * Writes Rz of every layer, the derivative of the pre-activations along v. That of the last is
   * J·v.
   */
  function push(block: Block): void {
    const { rows, layers: at } = block;
    for (let l = 0; l <= top; l++) {
      const { width, ins, theta, v } = layers[l]!;
      const { Rz, Rh, slope } = at[l]!;
      const finish = l === top || curved ? STORE : through;
      const M = factor(at[l]!);
      fromBelow(l, block, v, Rz, l > 0 ? STORE : finish, M);
      if (l > 0) {
        kernels.times(at[l - 1]!.Rh, panel, theta.columns, Rz, panel, rows, ins, width, SUM, 0, finish, M);
      }
      if (l < top && curved) kernels.scale(Rz, slope, Rh, rows, width, panel);
    }
  }

  /**
   * Returns the address of z of layer l, counted from 0. If h has overwritten z, it computes z
   * again in Rz, which is free between products.
   */
  function preActivations(l: number, block: Block): number {
    const { z, Rz } = block.layers[l]!;
    if (l === top || needs.z || kind === kinds.identity) return z;
    fromBelow(l, block, layers[l]!.theta, Rz, STORE, 0);
    return Rz;
  }

  /** bend ← ∂L/∂h·σ″(z) for the hidden layers. */
  function bend({ rows, layers: at }: Block): void {
    for (let l = 0; l < top; l++) {
      const { z, h, slope, back, bend } = at[l]!;
      kernels.curve(kind, z, h, slope, back, bend, rows, layers[l]!.width, panel);
    }
  }

  /**
   * Propagates Rdelta of the last layer back to all parameters: into ← Jᵀ·Rdelta; adds it to `into`
   * if `add`. After `push` and `bend`, `whole` adds the terms in which v changes the network that
   * ∂L/∂z is propagated through: into ← ∇²L·v.
   */
  function pull(block: Block, whole: boolean, into: number, add: boolean): void {
    const { rows, layers: at } = block;
    for (let l = top; l > 0; l--) {
      const { width, ins, theta, v } = layers[l]!;
      const { delta, Rdelta } = at[l]!;
      const below = at[l - 1]!;
      const { slope, bend, Rz, Rdelta: to } = below;
      const finish = curved && whole ? STORE : through;
      const M = factor(below);
      kernels.times(Rdelta, panel, theta.rows, to, panel, rows, width, ins, ZERO, 0, whole ? STORE : finish, M);
      if (!whole) continue;
      kernels.times(delta, panel, v.rows, to, panel, rows, width, ins, SUM, 0, finish, M);
      if (curved) kernels.addProduct(to, slope, bend, Rz, rows, ins, panel);
    }
    gradients(block, 'Rdelta', into, add);
    if (!whole) return;
    for (let l = 1; l <= top; l++) {
      const { W, width, ins } = layers[l]!;
      kernels.outer(at[l]!.delta, panel, at[l - 1]!.Rh, panel, into + 8 * W.offset, rows, width, ins, true);
    }
  }

  return { pack, forward, backward, gradients, push, preActivations, bend, pull };
}
