import type { Kernels } from '../../kernels/kernels.ts';
import { lossOn } from './loss.ts';
import { passes, type Sigma } from './passes.ts';
import { type Block, chainsOf, type Shape, workspace } from './workspace.ts';

/** All that a thread must know of a run to do its part of it: plain data. */
export interface Plan {
  readonly shape: Shape;
  readonly sigma: Sigma;
  /** Do several threads work on it? */
  readonly apart: boolean;
}

/** In the order that threads number them by. */
export const jobNames = ['evaluate', 'loss', 'bend', 'hvp', 'gnvp', 'jvp', 'vjp', 'gather'] as const;
export type JobName = (typeof jobNames)[number];

/** What is done to one block of rows after the other; what it adds up over rows goes to `into`. */
type Step = (block: Block, into: number, add: boolean) => void;

/** Independent parts, which may be performed in any order, by any thread. */
export interface Job {
  readonly parts: number;
  /** Does each part leave a sum that is to be gathered? */
  readonly sums: boolean;
  perform(part: number): void;
}

/** Doubles of the chains' sums that are gathered at a time: they stay in the cache of level 1. */
const SLICE = 1024;

/**
 * The work of a run as jobs over memory that its threads share. A job over rows has a part for each chain of blocks,
 * and writes its sum over them, if it has one, where that of the chain belongs; `gather` adds these up.
 */
export function workOn(kernels: Kernels, { shape, sigma, apart }: Plan) {
  const space = workspace(shape, sigma.needs, apart);
  const blocks = space.blocks();
  const bounds = chainsOf(blocks.length);
  const chains = bounds.length - 1;
  const pass = passes(kernels, space, sigma);
  const ell = lossOn(kernels, space, shape);
  const losses = new Float64Array(kernels.memory.buffer, space.losses, blocks.length);

  const overRows = (sums: boolean, step: Step): Job => ({
    parts: chains,
    sums: sums && chains > 1,
    perform(chain) {
      const [from, to] = [bounds[chain]!, bounds[chain + 1]!];
      for (let i = from; i < to; i++) step(blocks[i]!, space.partial(chain), i > from);
    },
  });
  const curvature = (whole: boolean): Step => {
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
      parts: Math.ceil(shape.dim / SLICE),
      sums: false,
      perform(slice) {
        const at = 8 * slice * SLICE;
        const count = Math.min(SLICE, shape.dim - slice * SLICE);
        for (let c = 1; c < chains; c++) kernels.add(space.partial(c) + at, space.output + at, count);
      },
    },
  } satisfies Record<JobName, Job>;

  /** Does a job, sums gathered, in this thread; chains may then share the memory of their sums. */
  function alone(name: JobName): void {
    const { parts, sums, perform } = jobs[name];
    for (let part = 0; part < parts; part++) {
      perform(part);
      if (sums && part > 0) kernels.add(space.partial(part), space.output, shape.dim);
    }
  }

  return { space, blocks, pass, ell, losses, jobs, alone };
}

export type Work = ReturnType<typeof workOn>;
