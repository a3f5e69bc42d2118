import type { ProductName, Tensor } from '../../objective.ts';
import { fillSums } from '../../sums.ts';
import type { Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { requireFit } from '../require-fit.ts';
import { requireLayer } from '../require-layer.ts';
import { addToRows, multiply, sumRows, transpose } from './kernels.ts';

export const name = 'typed-array';
export const bits = 'typed-array';
export const precision = 'float64';
export const products: readonly ProductName[] = ['hvp', 'gnvp', 'jvp', 'vjp', 'preActivations'];

/**
 * Arrays of a layer z = W·h_below + b, h = σ(z) at the point of the last evaluation; R… is the
 * derivative along v.
 */
function layer(W: Tensor, b: Tensor | undefined, n: number) {
  const samples = () => new Float64Array(n * W.rows); // [n, out]
  return {
    W,
    b,
    width: W.rows,
    z: samples(),
    h: samples(),
    slope: samples(), //  σ′(z)
    bend: samples(), //   σ″(z)
    back: samples(), //   ∂L/∂h
    delta: samples(), //  ∂L/∂z
    Rz: samples(),
    Rh: samples(),
    Rdelta: samples(),
    hT: samples(), //     [out, n], as the next three
    deltaT: samples(),
    RhT: samples(),
    RdeltaT: samples(),
    Wt: new Float64Array(W.rows * W.cols), // [in, out]
    Vt: new Float64Array(W.rows * W.cols), // [in, out]; V is the part of v that belongs to W
  };
}

/** Largest workspace of one run in bytes: 8 GiB, twice what a WebAssembly pointer reaches. */
const LIMIT = 2 ** 33;

/** Number of arrays [n, out] in a {@link layer}. */
const PER_SAMPLE = 13;

/** Returns the bytes that {@link open} allocates. */
export function bytesOf({ tensors, dim, dataset: { n, d, k } }: NetworkSize): number {
  const doubles = tensors
    .filter(({ kind }) => kind === 'weight')
    .reduce((sum, { rows, cols }) => sum + PER_SAMPLE * n * rows + 2 * rows * cols, n * (d + k) + dim);
  return 8 * doubles;
}

/** @throws {RangeError} if the workspace would not fit into 8 GiB. */
export const requireRoom = (size: NetworkSize): void => requireFit(name, bytesOf(size), LIMIT);

/**
 * Opens a network in plain loops over typed arrays, one array per quantity of the textbook. Other
 * engines are tested against it. Every product is A·Bᵀ with rows in memory order; the transposes
 * that it needs cost O(n·width).
 *
 * Hessian products are Pearlmutter's R-operator (Neural Computation 6, 1994): the forward and the
 * backward pass differentiated along v. They are exact, and cost about two gradients.
 *
 * @throws {RangeError} if the workspace would not fit into 8 GiB; allocates nothing then.
 */
export function open(network: Network): ReloadableEvaluation {
  requireRoom(network);
  const { tensors, dim, dataset, activation, loss } = network;
  const { n, k, x, d } = dataset;
  const layers = tensors
    .filter((tensor) => tensor.kind === 'weight')
    .map((W) =>
      layer(
        W,
        tensors.find((b) => b.kind === 'bias' && b.layer === W.layer),
        n,
      ),
    );
  const top = layers[layers.length - 1]!;
  const xT = transpose(x, new Float64Array(n * d), n, d); // [d, n]
  const memo = new Float64Array(n * k); // kept by the loss for its Hessian [n, k]
  const theta = new Float64Array(dim); // point of the last evaluation [d]

  const part = (vector: Float64Array, { offset, rows, cols }: Tensor) => vector.subarray(offset, offset + rows * cols);

  function forward(): void {
    let h = x;
    for (const { W, b, z, hT, Wt, width, ...layer } of layers) {
      multiply(h, part(theta, W), z, n, width, W.cols);
      if (b) addToRows(z, part(theta, b), n, width);
      transpose(theta, Wt, width, W.cols, W.offset);
      if (z === top.z) return;
      activation.forward(z, layer.h, layer.slope, n * width);
      transpose(layer.h, hT, n, width);
      h = layer.h;
    }
  }

  /** Propagates ∂L/∂z of the last layer, in `top.delta`, back to all parameters. */
  function backward(gradient: Float64Array): void {
    for (let l = layers.length - 1; l >= 0; l--) {
      const { W, b, width, delta, deltaT, Wt } = layers[l]!;
      const below = layers[l - 1];
      multiply(transpose(delta, deltaT, n, width), below?.hT ?? xT, part(gradient, W), width, W.cols, n);
      if (b) sumRows(delta, part(gradient, b), n, width);
      if (!below) return;
      multiply(delta, Wt, below.back, n, W.cols, width);
      for (let i = 0; i < n * W.cols; i++) below.delta[i] = below.back[i]! * below.slope[i]!;
    }
  }

  /** Writes Rz of every layer, the derivative of the pre-activations along v. top.Rz is J·v. */
  function push(v: Float64Array): void {
    for (const [l, { W, b, Rz, Rh, slope, width }] of layers.entries()) {
      const below = layers[l - 1];
      multiply(below?.h ?? x, part(v, W), Rz, n, width, W.cols);
      if (below) multiply(below.Rh, part(theta, W), Rz, n, width, W.cols, true);
      if (b) addToRows(Rz, part(v, b), n, width);
      if (Rz !== top.Rz) for (let i = 0; i < n * width; i++) Rh[i] = Rz[i]! * slope[i]!;
    }
  }

  /**
   * Propagates `top.Rdelta` back to all parameters: out ← Jᵀ·Rdelta. With the v of `push` it adds
   * the terms in which v changes the network that ∂L/∂z is propagated through: out ← ∇²L·v.
   */
  function pull(out: Float64Array, v?: Float64Array): void {
    for (let l = layers.length - 1; l >= 0; l--) {
      const { W, b, width, delta, deltaT, Rdelta, RdeltaT, Wt, Vt } = layers[l]!;
      const below = layers[l - 1];
      multiply(transpose(Rdelta, RdeltaT, n, width), below?.hT ?? xT, part(out, W), width, W.cols, n);
      if (b) sumRows(Rdelta, part(out, b), n, width);
      if (!below) return;
      const { z, slope, bend, back, h, Rz, Rh, RhT, Rdelta: Rbelow } = below;
      multiply(Rdelta, Wt, Rbelow, n, W.cols, width);
      if (v) {
        multiply(deltaT, transpose(Rh, RhT, n, W.cols), part(out, W), width, W.cols, n, true);
        multiply(delta, transpose(v, Vt, width, W.cols, W.offset), Rbelow, n, W.cols, width, true);
      }
      for (let i = 0; i < n * W.cols; i++) Rbelow[i] = Rbelow[i]! * slope[i]!;
      if (v && activation.curvature) {
        activation.curvature(z, h, slope, bend, n * W.cols);
        for (let i = 0; i < n * W.cols; i++) Rbelow[i] = Rbelow[i]! + back[i]! * bend[i]! * Rz[i]!;
      }
    }
  }

  return {
    evaluate(at, gradient, sums) {
      theta.set(at);
      forward();
      const value = loss.value(top.z, dataset, top.delta, memo);
      backward(gradient);
      fillSums(tensors, theta, gradient, sums);
      return value;
    },
    loss(at) {
      theta.set(at);
      forward();
      return loss.value(top.z, dataset, top.delta, memo);
    },
    hvp(v, out) {
      push(v);
      loss.hessian(top.Rz, dataset, memo, top.Rdelta);
      pull(out, v);
      return out;
    },
    gnvp(v, out) {
      push(v);
      loss.hessian(top.Rz, dataset, memo, top.Rdelta);
      pull(out);
      return out;
    },
    jvp(v, out) {
      push(v);
      out.set(top.Rz);
      return out;
    },
    vjp(u, out) {
      top.Rdelta.set(u);
      pull(out);
      return out;
    },
    preActivations(layer, out) {
      requireLayer(name, layer, layers.length);
      out.set(layers[layer - 1]!.z);
      return out;
    },
    reload: () => void transpose(x, xT, n, d),
    close() {},
  };
}
