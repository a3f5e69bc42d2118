import type { Kernels } from '../../kernels/kernels.ts';
import { lossOn } from './loss.ts';
import { passes, type Sigma } from './passes.ts';
import { type Block, chainsOf, type WorkspaceSize, workspace } from './workspace.ts';

/** Plan of a run's work, as plain data that a thread can be sent. */
export interface Plan {
  readonly size: WorkspaceSize;
  readonly sigma: Sigma;
  /** true if several threads work on it, so that each chain has memory for its sums. */
  readonly apart: boolean;
}

/** Names of jobs; threads number them in this order. */
export const jobNames = ['evaluate', 'loss', 'bend', 'hvp', 'gnvp', 'jvp', 'vjp', 'gather'] as const;
export type JobName = (typeof jobNames)[number];

/** Work on one block. It writes its sums over rows to `into`, or adds them if `add`. */
type BlockWork = (block: Block, into: number, add: boolean) => void;

/** Job of independent parts, which any thread may perform in any order. */
export interface Job {
  readonly parts: number;
  /** true if each part leaves a sum [d], which the job `gather` adds up. */
  readonly sums: boolean;
  perform(part: number): void;
}

/** Doubles of the chains' sums that are added at a time: they stay in the level 1 cache. */
const SLICE = 1024;

/**
 * Splits the work of a run into jobs over memory that its threads share. A job over rows has one
 * part per chain, which writes the sum over the chain. `gather` adds the sums of all chains.
 */
export function workOn(kernels: Kernels, { size, sigma, apart }: Plan) {
  const space = workspace(size, sigma.needs, apart);
  const blocks = space.blocks();
  const bounds = chainsOf(blocks.length);
  const chains = bounds.length - 1;
  const pass = passes(kernels, space, sigma);
  const ell = lossOn(kernels, space, size);
  const losses = new Float64Array(kernels.memory.buffer, space.losses, blocks.length);

  const overRows = (sums: boolean, work: BlockWork): Job => ({
    parts: chains,
    sums: sums && chains > 1,
    perform(chain) {
      const [from, to] = [bounds[chain]!, bounds[chain + 1]!];
      for (let i = from; i < to; i++) work(blocks[i]!, space.partial(chain), i > from);
    },
  });
  const curvature = (whole: boolean): BlockWork => {
    return (block, into, add) => {
      pass.push(block);
      ell.hessian(block);
      pass.pull(block, whole, into, add);
    };
  };
  const jobs = {
    evaluate: overRows(true, (block, into, add) => {
      pass.forward(block);
      losses[block.index] = ell.value(block);
      pass.backward(block);
      pass.gradients(block, 'delta', into, add);
    }),
    loss: overRows(false, (block) => {
      pass.forward(block);
      losses[block.index] = ell.value(block);
    }),
    bend: overRows(false, pass.bend),
    hvp: overRows(true, curvature(true)),
    gnvp: overRows(true, curvature(false)),
    jvp: overRows(false, pass.push),
    vjp: overRows(true, (block, into, add) => pass.pull(block, false, into, add)),
    gather: {
      parts: Math.ceil(size.dim / SLICE),
      sums: false,
      perform(slice) {
        const at = 8 * slice * SLICE;
        const count = Math.min(SLICE, size.dim - slice * SLICE);
        for (let c = 1; c < chains; c++) kernels.add(space.partial(c) + at, space.output + at, count);
      },
    },
  } satisfies Record<JobName, Job>;

  /** Performs a job in this thread, sums gathered. Chains may share the memory of their sums. */
  function alone(name: JobName): void {
    const { parts, sums, perform } = jobs[name];
    for (let part = 0; part < parts; part++) {
      perform(part);
      if (sums && part > 0) kernels.add(space.partial(part), space.output, size.dim);
    }
  }

  return { space, blocks, pass, ell, losses, jobs, alone };
}

export type Work = ReturnType<typeof workOn>;
