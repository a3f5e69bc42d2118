import type { Dataset } from '../../data/dataset.ts';
import type { Loss } from '../../losses/loss.ts';
import type { Tensor } from '../../objective.ts';

/**
 * Rows that go through all layers together, forward and back: what they leave in 256 rows of usual width stays in the
 * cache of level 2. The cut depends on n alone, and so do the bits.
 */
const BLOCK = 256;
/**
 * Sums over all rows are taken in chains: each adds up some of the blocks, in order, and then the chains are added, in
 * order. Threads take chains, of which there are as many whoever takes them, so the bits do not depend on the threads.
 */
const CHAINS = 16;
/** What lies below belongs to the module, whose data end at its `base`; a test compares the two. */
export const START = 4096;

/** What of a network decides how its memory is laid out: plain data, which a thread can be sent. */
export interface Shape {
  readonly tensors: readonly Tensor[];
  readonly dim: number;
  readonly dataset: Pick<Dataset, 'n' | 'd' | 'k'>;
  readonly loss: Pick<Loss, 'name'>;
}

/** A layer z = W·h_below + b, h = σ(z), and pointers to its weights. */
interface Layer {
  readonly W: Tensor;
  readonly b: Tensor | undefined;
  readonly width: number;
  readonly ins: number;
  readonly theta: Packed;
  readonly v: Packed;
}

/** Pointers to the weights of θ, or the part of v that belongs to them, as the products take them. */
export interface Packed {
  readonly columns: number; // Wᵀ in panels [ins, width]
  readonly rows: number; //    W in panels [width, ins]
  readonly bias: number; //    [width]
}

/** The rows `first` … `first + rows − 1`, and pointers to what belongs to them. */
export interface Block {
  readonly index: number;
  readonly first: number;
  readonly rows: number;
  readonly tiles: number; // x as tiles of 4 rows
  readonly x: number; //     x in panels
  readonly y: number; //     y in panels, or labels
  readonly memo: number; //  of the loss, in panels
  readonly layers: readonly Rows[];
}

/** Pointers to what a layer keeps of some rows: panels [rows, width]. */
export interface Rows {
  readonly z: number; //     h itself where it is not needed later
  readonly h: number;
  readonly slope: number; // σ′(z)
  readonly back: number; //  ∂L/∂h
  readonly delta: number; // ∂L/∂z
  readonly bend: number; //  ∂L/∂h·σ″(z)
  readonly Rz: number; //    Rh itself where it is not needed later; R… is the derivative along v
  readonly Rh: number;
  readonly Rdelta: number;
}

/** What of a layer an activation needs to be kept. */
export interface Needs {
  readonly slope: boolean;
  readonly bend: boolean;
  readonly z: boolean;
}

export interface Workspace {
  blocks(): Block[];
  readonly layers: readonly Layer[];
  /** Bytes from one panel to the next. */
  readonly panel: number;
  readonly input: number; //  θ, or v [d]
  readonly output: number; // ∇L, or a product [d]
  readonly sums: number; //   [3]
  readonly losses: number; // [blocks]
  /** The sum [d] of a chain: the first writes `output` itself. */
  partial(chain: number): number;
  /** Up to here are the arrays that a product may read beyond the columns they have. */
  readonly padded: number;
  readonly bytes: number;
}

const fours = (n: number) => Math.ceil(n / 4) * 4;

/** How n rows are cut: into equal blocks of whole tiles, the last of what is left. */
export function cut(n: number): { readonly count: number; readonly size: number } {
  const size = fours(Math.ceil(n / Math.ceil(n / BLOCK)));
  return { count: Math.ceil(n / size), size };
}

/** How so many blocks are shared out: chain c takes those from the c-th bound up to the one after it. */
export function chainsOf(blocks: number): number[] {
  const count = Math.min(blocks, CHAINS);
  return Array.from({ length: count + 1 }, (_, c) => Math.round((c * blocks) / count));
}

/**
 * Lays out the memory of one run: pointers only, nothing is allocated.
 *
 * @param apart Have chains memory of their own, so that several threads can write them? If not, they share one.
 */
export function workspace({ tensors, dim, dataset, loss }: Shape, needs: Needs, apart = false): Workspace {
  const { n, d, k } = dataset;
  const { count, size } = cut(n);
  // an odd number of fours, so that a run from panel to panel meets every set of a cache alike
  const panel = 32 * (size % 8 === 0 ? size + 4 : size);
  let end = START;
  const take = (bytes: number): number => {
    const at = Math.ceil(end / 128) * 128;
    end = at + bytes;
    return at;
  };
  const doubles = (count: number) => take(8 * count);
  /** A pointer for each block. */
  const panels = (width: number, there = true) => {
    const bytes = (panel * fours(width)) / 4;
    const start = there ? take(count * bytes) : 0;
    return (index: number) => (there ? start + index * bytes : 0);
  };

  const weights = tensors.filter(({ kind }) => kind === 'weight');
  const biases = weights.map(({ rows }) => [doubles(fours(rows)), doubles(fours(rows))] as const);
  const mse = loss.name === 'mse';
  const tiles = doubles(fours(n) * d);
  const x = panels(d);
  const y = mse ? panels(k) : undefined;
  const labels = take(mse ? 0 : 4 * n);
  const padded = end;

  const input = doubles(dim);
  const output = doubles(dim);
  const sums = doubles(3);
  const losses = doubles(count);
  const further = chainsOf(count).length - 2;
  const vector = Math.ceil(dim / 16) * 16; // whole lines of a cache
  const partials = doubles(vector * (apart ? further : Math.min(further, 1)));
  const partial = (chain: number) => (chain ? partials + (apart ? 8 * vector * (chain - 1) : 0) : output);
  const layers = weights.map((W, l): Layer => {
    const { rows: width, cols: ins } = W;
    const packed = (bias: number): Packed => ({
      columns: doubles(ins * fours(width)),
      rows: l > 0 ? doubles(width * fours(ins)) : 0,
      bias,
    });
    const b = tensors.find((b) => b.kind === 'bias' && b.layer === W.layer);
    return { W, b, width, ins, theta: packed(biases[l]![0]), v: packed(biases[l]![1]) };
  });
  const memo = panels(k, !mse);
  const arrays = layers.map(({ width }, l) => {
    const hidden = l < layers.length - 1;
    const h = panels(width);
    const Rh = panels(width);
    return {
      h,
      z: hidden && needs.z ? panels(width) : h,
      delta: panels(width),
      slope: panels(width, hidden && needs.slope),
      back: panels(width, hidden && needs.bend),
      bend: panels(width, hidden && needs.bend),
      Rh,
      Rz: hidden && needs.bend ? panels(width) : Rh,
      Rdelta: panels(width),
    };
  });
  // no spreads: V8 gave every run's objects another shape, and compiled the passes anew for each
  const block = (i: number): Block => {
    const first = i * size;
    return {
      index: i,
      first,
      rows: Math.min(size, n - first),
      tiles: tiles + 8 * d * first,
      x: x(i),
      y: y ? y(i) : labels + 4 * first,
      memo: memo(i),
      layers: arrays.map(({ z, h, slope, back, delta, bend, Rz, Rh, Rdelta }) => ({
        z: z(i),
        h: h(i),
        slope: slope(i),
        back: back(i),
        delta: delta(i),
        bend: bend(i),
        Rz: Rz(i),
        Rh: Rh(i),
        Rdelta: Rdelta(i),
      })),
    };
  };
  const blocks = () => Array.from({ length: count }, (_, i) => block(i));
  // a whole vector may be read beyond the last entry
  return { blocks, layers, panel, input, output, sums, losses, partial, padded, bytes: end + 128 };
}
