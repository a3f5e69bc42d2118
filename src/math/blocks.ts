import type { LawPair, Tensor } from './objective.ts';

/** Block of θ as one states it: its size, and what cannot be left to its place in the list. */
export type Block = Pick<Tensor, 'rows'> & Partial<Omit<Tensor, 'rows'>>;

/**
 * Completes blocks that stand in θ one behind the other.
 *
 * A block is a weight matrix of one column unless it says otherwise. A weight begins the next
 * layer; a bias belongs to the layer of the weight before it.
 *
 * @throws {RangeError} if they do not cover the `dim` parameters, a size is not a positive integer,
 *   or an offset is not the end of the block before.
 */
export function tensorsFrom(who: string, blocks: readonly Block[], dim: number): Tensor[] {
  let [offset, weights] = [0, 0];
  const tensors = blocks.map((block, i): Tensor => {
    const { rows, cols = 1, kind = 'weight' } = block;
    if (kind === 'weight') weights++;
    const { layer = weights, name = `${kind === 'weight' ? 'W' : 'b'}${layer}` } = block;
    const wrong = Object.entries({ rows, cols }).find(([, size]) => !(Number.isInteger(size) && size > 0));
    if (wrong) throw new RangeError(`${who}: tensors[${i}].${wrong[0]} must be a positive integer, got ${wrong[1]}`);
    if (block.offset !== undefined && block.offset !== offset) {
      throw new RangeError(
        `${who}: tensors[${i}].offset must be ${offset}, the end of the block before, got ${block.offset}`,
      );
    }
    const tensor = { name, kind, layer, offset, rows, cols };
    offset += rows * cols;
    return tensor;
  });
  if (offset !== dim) {
    throw new RangeError(`${who}: tensors must cover the ${dim} parameters, got blocks of ${offset}`);
  }
  return tensors;
}

/**
 * Checks that each pair of blocks fits together: (above, below) = ([·, width], [width, ·]), and a
 * bias of that width.
 *
 * @throws {RangeError} that names the first that does not.
 */
export function requirePairs(who: string, pairs: readonly LawPair[], tensors: readonly Tensor[]): void {
  for (const [i, { below, above, bias }] of pairs.entries()) {
    const width = tensors[below]?.rows;
    const fits = width !== undefined && tensors[above]?.cols === width;
    const fitsBias = bias === undefined || tensors[bias]?.rows === width;
    if (fits && fitsBias) continue;
    const sizes = [below, above, ...(bias === undefined ? [] : [bias])].map((t) => {
      const { rows, cols } = tensors[t] ?? {};
      return rows === undefined ? `none at ${t}` : `${rows} × ${cols}`;
    });
    throw new RangeError(
      `${who}: pairs[${i}] must join a block of r rows below to one of r columns above, and a bias of r rows, got ${sizes.join(', ')}`,
    );
  }
}
