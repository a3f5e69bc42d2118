import type { Instances } from '../../kernels/instances.ts';
import { START } from '../../kernels/kernels.ts';
import { SUM_BLOCK } from '../../sum-block.ts';
import type { KernelNeeds, Network, NetworkSize, ReloadableEvaluation } from '../engine.ts';
import { requireFit } from '../require-fit.ts';
import { requireLayer } from '../require-layer.ts';
import { fromPanels, toPanels, toTiles } from './panels.ts';
import { sigmaOf } from './passes.ts';
import { Team, threaded } from './threads/team.ts';
import { type JobName, type Plan, workOn } from './work.ts';
import { chainsOf, cut, type WorkspaceSize, workspace } from './workspace.ts';

export interface WasmOptions {
  /** Largest workspace of one run in bytes; at most the 4 GiB that a wasm pointer reaches. */
  readonly limit?: number;
  /**
   * Threads that may work on one evaluation, this one included. The bits do not depend on it.
   * Default 1.
   */
  readonly threads?: number;
  /** Operations of a step from which on several threads are used. */
  readonly worth?: number;
}

/** About half a millisecond a step. Below it, several runs at a time use the cores better. */
const WORTH = 2e7;

/** Largest memory: all but the last page, so that no pointer past an end wraps round to 0. */
const REACH = 2 ** 32 - 65536;

const sizeOf = ({ tensors, dim, dataset: { n, d, k }, loss: { name } }: NetworkSize): WorkspaceSize => ({
  ...{ tensors, dim },
  ...{ dataset: { n, d, k }, loss: { name } },
});

/** @throws {RangeError} if the workspace would not fit into `limit`. */
export function requireRoomFor(name: string, size: NetworkSize, limit = REACH): void {
  const { bytes } = workspace(sizeOf(size), sigmaOf(size.activation, name).needs);
  requireFit(name, bytes, Math.min(limit, REACH));
}

/** @throws {RangeError} if there is no kernel for the activation or the loss. */
export function requireKernelsFor(name: string, { activation, loss }: KernelNeeds): void {
  if (loss.name !== 'mse' && loss.name !== 'cross-entropy') {
    throw new RangeError(`${name}: no kernel for loss ${loss.name}; use the engine typed-array`);
  }
  sigmaOf(activation, name);
}

/**
 * Opens a network on kernels in WebAssembly SIMD (kernels/assembly/*.ts), float64 throughout.
 * `workspace.ts` explains blocks, panels and tiles.
 *
 * Hessian products are Pearlmutter's R-operator (Neural Computation 6, 1994) on the forward and
 * backward pass of the last evaluation. The order of every sum depends on n and the widths alone.
 *
 * - cost: copies θ in and the gradient out; wasm memory is never handed out
 * - error: that of float64 sums. A ReLU that is off passes back 0, even if ∂L/∂h is infinite, when
 *   0·∞ would be NaN
 *
 * @throws {RangeError} if the workspace would not fit into `limit`, or there is no kernel for the
 *   activation or the loss; allocates nothing then.
 * @throws {Error} if the runtime lacks the instructions.
 */
export function openOn(
  instances: Instances,
  name: string,
  network: Network,
  options: WasmOptions,
): ReloadableEvaluation {
  const { limit = REACH, threads = 1, worth = WORTH } = options;
  const { tensors, dim, dataset, loss } = network;
  const { d, k } = dataset;
  if (!instances.available) throw new Error(`${name}: this runtime lacks the SIMD instructions; use typed-array`);
  requireKernelsFor(name, network);
  const sigma = sigmaOf(network.activation, name);
  requireRoomFor(name, network, limit);
  const size = sizeOf(network);
  const bytes = (apart: boolean) => workspace(size, sigma.needs, apart).bytes;
  const pays = 6 * dataset.n * dim >= worth && chainsOf(cut(dataset.n).count).length > 2;
  const apart = threaded && threads > 1 && pays && bytes(true) <= Math.min(limit, REACH);
  const plan: Plan = { size, sigma, apart };
  const instance = instances.acquire(bytes(apart), apart);
  const { kernels } = instance;
  const work = workOn(kernels, plan);
  const { space, blocks, pass, ell, losses } = work;
  const team = apart ? new Team(threads, instance, plan, work) : undefined;
  const run = (job: JobName) => (team ? team.do(job) : work.alone(job));
  const { panel, input, output, sums } = space;
  const memory = new Float64Array(kernels.memory.buffer);
  const vector = memory.subarray(input / 8, input / 8 + dim); //   [d]
  const result = memory.subarray(output / 8, output / 8 + dim); // [d]

  // clear what an earlier run left there: no bit depends on it, but subnormal numbers are slow
  memory.fill(0, START / 8, space.padded / 8);
  const load = () => {
    for (const { first, rows, tiles, x, y } of blocks) {
      toTiles(dataset.x, d, memory, { first, rows, at: tiles });
      toPanels(dataset.x, d, memory, { first, rows, at: x }, panel);
      if (loss.name === 'mse') toPanels(dataset.y, k, memory, { first, rows, at: y }, panel);
      else new Int32Array(kernels.memory.buffer, y, rows).set(dataset.labels!.subarray(first, first + rows));
    }
  };
  load();

  let closed = false;
  let bent = false; // true once `bend` is written for the last θ; all products there use it
  const mean = () => losses.reduce((sum, part) => sum + part, 0) / ell.count;
  const alive = () => {
    if (closed) throw new Error(`${name}: the evaluation is closed`);
  };

  return {
    evaluate(theta, gradient, into) {
      alive();
      bent = false;
      vector.set(theta);
      pass.pack('theta', memory);
      run('evaluate');
      gradient.set(result);
      for (const [t, { offset, rows, cols }] of tensors.entries()) {
        const end = offset + rows * cols;
        let ww = 0;
        let gg = 0;
        let wg = 0;
        for (let from = offset; from < end; from += SUM_BLOCK) {
          kernels.norms(input + 8 * from, output + 8 * from, Math.min(SUM_BLOCK, end - from), sums);
          ww += memory[sums / 8]!;
          gg += memory[sums / 8 + 1]!;
          wg += memory[sums / 8 + 2]!;
        }
        into.weightNormSq[t] = ww;
        into.gradientNormSq[t] = gg;
        into.inner[t] = wg;
      }
      return mean();
    },
    loss(theta) {
      alive();
      vector.set(theta);
      pass.pack('theta', memory);
      run('loss');
      return mean();
    },
    hvp(v, out) {
      alive();
      if (!bent && sigma.needs.bend) run('bend');
      bent = true;
      vector.set(v);
      pass.pack('v', memory);
      run('hvp');
      out.set(result);
      return out;
    },
    gnvp(v, out) {
      alive();
      vector.set(v);
      pass.pack('v', memory);
      run('gnvp');
      out.set(result);
      return out;
    },
    jvp(v, out) {
      alive();
      vector.set(v);
      pass.pack('v', memory);
      run('jvp');
      for (const { first, rows, layers } of blocks) {
        fromPanels(memory, { first, rows, at: layers.at(-1)!.Rz }, panel, out, k);
      }
      return out;
    },
    vjp(u, out) {
      alive();
      for (const { first, rows, layers } of blocks) {
        toPanels(u, k, memory, { first, rows, at: layers.at(-1)!.Rdelta }, panel);
      }
      run('vjp');
      out.set(result);
      return out;
    },
    preActivations(layer, out) {
      alive();
      requireLayer(name, layer, space.layers.length);
      const { width } = space.layers[layer - 1]!;
      for (const block of blocks) {
        const { first, rows } = block;
        fromPanels(memory, { first, rows, at: pass.preActivations(layer - 1, block) }, panel, out, width);
      }
      return out;
    },
    reload() {
      alive();
      load();
    },
    close() {
      if (!closed) {
        const kept = instances.release(instance);
        team?.close(kept);
      }
      closed = true;
    },
  };
}
