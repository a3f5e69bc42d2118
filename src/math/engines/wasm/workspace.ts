import { START } from '../../kernels/kernels.ts';
import type { Tensor } from '../../objective.ts';
import type { NetworkSize } from '../engine.ts';

/*
 * Words of the wasm engine and its kernels:
 *
 * - row: one sample. Matrices of samples are [n, width].
 * - block: up to 256 consecutive rows, which go through all layers together, forward and back.
 * - panel: 4 neighbouring columns of a matrix, row after row: 4 doubles, 32 bytes a row. A matrix
 *   is a series of panels, `panel` bytes apart. Columns of the last panel that the matrix does not
 *   have are computed as well, and never read. All matrices of a block are in panels, and so serve
 *   for the products forward, backward and for the gradient as they are.
 * - packing: copying the weights W and Wᵀ into panels, as the right factor of a product.
 * - tile: 4 rows by 4 columns of a product, whose 16 sums stay in eight vector registers. x is also
 *   stored in tiles of 4 rows, in each the 4 entries of a column side by side.
 * - lane: one of the two doubles of a vector register.
 * - finish: operation on a tile before it is stored: nothing, ReLU, a mask, or a factor.
 * - narrow product: product over a last panel of one or two columns, by tiles of 8 rows by 2
 *   columns.
 * - chain: consecutive blocks whose sums are added in order. Then the chains are added in order.
 * - span: vectors [d] stored one after the other, each padded with zeros to a multiple of 4
 *   entries.
 */

/** Rows of a block: their arrays, at usual widths, fit into the level 2 cache. */
const BLOCK = 256;
/**
 * Largest number of chains. Each chain is one part of a job, which one thread takes. Their number
 * depends on n alone, so the bits do not depend on the threads.
 */
const CHAINS = 16;

/**
 * Part of a network that decides the layout of its memory, as plain data that a thread can be sent.
 */
export type WorkspaceSize = Omit<NetworkSize, 'activation'>;

/** Layer z = W·h_below + b, h = σ(z), and pointers to its weights. */
interface LayerWeights {
  readonly W: Tensor;
  readonly b: Tensor | undefined;
  readonly width: number;
  readonly ins: number;
  readonly theta: Packed;
  readonly v: Packed;
}

/** Pointers to the packed weights of θ, or to the part of v that belongs to them. */
export interface Packed {
  readonly columns: number; // Wᵀ in panels [ins, width]
  readonly rows: number; //    W in panels [width, ins]
  readonly bias: number; //    [width]
}

/** Block of `rows` rows from `first` on, and pointers to its arrays. */
export interface Block {
  readonly index: number;
  readonly first: number;
  readonly rows: number;
  readonly tiles: number; // x in tiles
  readonly x: number; //     x in panels
  readonly y: number; //     y in panels, or labels
  readonly memo: number; //  kept by the loss for its Hessian, in panels
  readonly layers: readonly LayerRows[];
}

/** Pointers to the arrays of a layer for one block: panels [rows, width]. */
export interface LayerRows {
  readonly z: number; //     same as h if it is not needed later
  readonly h: number;
  readonly slope: number; // σ′(z)
  readonly back: number; //  ∂L/∂h
  readonly delta: number; // ∂L/∂z
  readonly bend: number; //  ∂L/∂h·σ″(z)
  readonly Rz: number; //    same as Rh if it is not needed later; R… is the derivative along v
  readonly Rh: number;
  readonly Rdelta: number;
}

/** Arrays of a layer that an activation needs. */
export interface KeptArrays {
  readonly slope: boolean;
  readonly bend: boolean;
  readonly z: boolean;
}

/** Layout of the memory of one run: pointers, in bytes. */
export interface WorkspaceLayout {
  blocks(): Block[];
  readonly layers: readonly LayerWeights[];
  /** Distance in bytes from one panel to the next. */
  readonly panel: number;
  readonly input: number; //  θ, or v [d]
  readonly output: number; // ∇L, or a product [d]
  readonly sums: number; //   [3]
  readonly losses: number; // [blocks]
  /** Returns the pointer to the sum [d] of a chain. The first chain writes to `output`. */
  partial(chain: number): number;
  /** End of the arrays that a product may read beyond their columns. */
  readonly padded: number;
  readonly bytes: number;
}

const fours = (n: number) => Math.ceil(n / 4) * 4;

/** Cuts n rows into equal blocks of whole tiles; the last block has what is left. */
export function cut(n: number): { readonly count: number; readonly size: number } {
  const size = fours(Math.ceil(n / Math.ceil(n / BLOCK)));
  return { count: Math.ceil(n / size), size };
}

/** Returns the bounds of the chains: chain c has the blocks from the c-th bound up to the next. */
export function chainsOf(blocks: number): number[] {
  const count = Math.min(blocks, CHAINS);
  return Array.from({ length: count + 1 }, (_, c) => Math.round((c * blocks) / count));
}

/**
 * Lays out the memory of one run. Allocates nothing.
 *
 * @param apart If true, each chain has memory for its sum, so that several threads can write. If
 *   not, chains share it.
 */
export function workspace(
  { tensors, dim, dataset, loss }: WorkspaceSize,
  needs: KeptArrays,
  apart = false,
): WorkspaceLayout {
  const { n, d, k } = dataset;
  const { count, size } = cut(n);
  // an odd multiple of 4 rows, so that neighbouring panels do not compete for one set of the cache
  const panel = 32 * (size % 8 === 0 ? size + 4 : size);
  let end = START;
  const take = (bytes: number): number => {
    const at = Math.ceil(end / 128) * 128;
    end = at + bytes;
    return at;
  };
  const doubles = (count: number) => take(8 * count);
  /** Reserves panels for every block, and returns the pointer of each. */
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
  const vector = Math.ceil(dim / 16) * 16; // whole cache lines
  const partials = doubles(vector * (apart ? further : Math.min(further, 1)));
  const partial = (chain: number) => (chain ? partials + (apart ? 8 * vector * (chain - 1) : 0) : output);
  const layers = weights.map((W, l): LayerWeights => {
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
  // no spreads: with them V8 gave the objects of each run another shape and recompiled the passes
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
  // 128 bytes more, because kernels read whole vectors beyond the last entry
  return { blocks, layers, panel, input, output, sums, losses, partial, padded, bytes: end + 128 };
}
