import type { Evaluation } from '../../objective.ts';
import type { Network } from '../engines.ts';
import type { Instances } from './instances.ts';
import { lossOn } from './loss.ts';
import { fromPanels, toPanels, toTiles } from './panels.ts';
import { passes, sigmaOf } from './passes.ts';
import { START, workspace } from './workspace.ts';

export interface Options {
  /** Bytes that the workspace of one run may take; not more than the 4 GiB that a wasm pointer reaches. */
  readonly limit?: number;
}

/** The last page is left alone, so that no pointer past an end wraps round to 0. */
const REACH = 2 ** 32 - 65536;

const inGiB = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/**
 * Fused kernels in WebAssembly SIMD (assembly/*.ts), float64 throughout.
 *
 * The rows go through all layers in blocks; a product works on tiles of 4 rows by 4 columns, over panels of 4 columns,
 * 32 bytes a row, which serve as they are for the products forward, backward and for the gradient. Hessian products are
 * Pearlmutter's R-operator (Neural Computation 6, 1994) on the forward and backward pass of the last evaluation. The
 * order of every sum follows from n and the widths alone.
 *
 * - cost: θ is copied in and the gradient out; wasm memory is never handed out
 * - error: that of float64 sums; a ReLU that is off passes back 0, even of an infinite ∂L/∂h, where 0·∞ would be NaN
 *
 * @throws {RangeError} if the workspace would not fit into `limit`, before anything is allocated; or there is no kernel
 *   for the activation or the loss.
 * @throws {Error} if the runtime has not the instructions: ask `available` before.
 */
export function openOn(instances: Instances, name: string, network: Network, { limit = REACH }: Options): Evaluation {
  const { tensors, dim, dataset, loss } = network;
  const { d, k } = dataset;
  if (!instances.available) throw new Error(`${name}: this runtime has not the SIMD instructions; use typed-array`);
  if (loss.name !== 'mse' && loss.name !== 'cross-entropy') {
    throw new RangeError(`${name}: no kernel for loss ${loss.name}`);
  }
  const sigma = sigmaOf(network.activation, name);
  const space = workspace(network, sigma.needs);
  const { panel, input, output, sums } = space;
  const most = Math.min(limit, REACH);
  if (space.bytes > most) {
    throw new RangeError(
      `${name}: the workspace must fit into ${inGiB(most)}, got an estimate of ${inGiB(space.bytes)}`,
    );
  }

  const blocks = space.blocks();
  const kernels = instances.acquire(space.bytes);
  const memory = new Float64Array(kernels.memory.buffer);
  const vector = memory.subarray(input / 8, input / 8 + dim); //   [d]
  const result = memory.subarray(output / 8, output / 8 + dim); // [d]
  const pass = passes(kernels, space, sigma);
  const ell = lossOn(kernels, space, network);

  // not for the bits, but what an earlier run left there may be slow to calculate with
  memory.fill(0, START / 8, space.padded / 8);
  for (const { first, rows, tiles, x, y } of blocks) {
    toTiles(dataset.x, d, memory, { first, rows, at: tiles });
    toPanels(dataset.x, d, memory, { first, rows, at: x }, panel);
    if (loss.name === 'mse') toPanels(dataset.y, k, memory, { first, rows, at: y }, panel);
    else new Int32Array(kernels.memory.buffer, y, rows).set(dataset.labels!.subarray(first, first + rows));
  }

  let closed = false;
  let bent = false; // is the curvature at the last θ there? It serves all products at it
  const alive = () => {
    if (closed) throw new Error(`${name}: the evaluation is closed`);
  };

  return {
    evaluate(theta, gradient, into) {
      alive();
      bent = false;
      vector.set(theta);
      pass.pack('theta', memory);
      let sum = 0;
      for (const block of blocks) {
        pass.forward(block);
        sum += ell.value(block);
        pass.backward(block);
        pass.gradients(block, 'delta');
      }
      gradient.set(result);
      for (const [t, { offset, rows, cols }] of tensors.entries()) {
        kernels.norms(input + 8 * offset, output + 8 * offset, rows * cols, sums);
        into.weightNormSq[t] = memory[sums / 8]!;
        into.gradientNormSq[t] = memory[sums / 8 + 1]!;
        into.inner[t] = memory[sums / 8 + 2]!;
      }
      return sum / ell.count;
    },
    loss(theta) {
      alive();
      vector.set(theta);
      pass.pack('theta', memory);
      let sum = 0;
      for (const block of blocks) {
        pass.forward(block);
        sum += ell.value(block);
      }
      return sum / ell.count;
    },
    hvp(v, out) {
      alive();
      if (!bent && sigma.needs.bend) for (const block of blocks) pass.bend(block);
      bent = true;
      vector.set(v);
      pass.pack('v', memory);
      for (const block of blocks) {
        pass.push(block);
        ell.hessian(block);
        pass.pull(block, true);
      }
      out.set(result);
      return out;
    },
    gnvp(v, out) {
      alive();
      vector.set(v);
      pass.pack('v', memory);
      for (const block of blocks) {
        pass.push(block);
        ell.hessian(block);
        pass.pull(block, false);
      }
      out.set(result);
      return out;
    },
    jvp(v, out) {
      alive();
      vector.set(v);
      pass.pack('v', memory);
      for (const block of blocks) pass.push(block);
      for (const { first, rows, layers } of blocks) {
        fromPanels(memory, { first, rows, at: layers.at(-1)!.Rz }, panel, out, k);
      }
      return out;
    },
    vjp(u, out) {
      alive();
      for (const block of blocks) {
        const { first, rows, layers } = block;
        toPanels(u, k, memory, { first, rows, at: layers.at(-1)!.Rdelta }, panel);
        pass.pull(block, false);
      }
      out.set(result);
      return out;
    },
    close() {
      if (!closed) instances.release(kernels);
      closed = true;
    },
  };
}
