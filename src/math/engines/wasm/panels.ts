/** Rows from `first` on of a matrix, and the address of their panels or tiles in bytes. */
export interface BlockPlace {
  readonly first: number;
  readonly rows: number;
  readonly at: number;
}

/** Returns the index of entry (i, c), from the first double of the block. */
const within = (panel: number, i: number, c: number) => 4 * i + ((c >> 2) * panel) / 8 + (c & 3);

/** Copies rows of a row-major matrix [n, width] into panels that lie `panel` bytes apart. */
export function toPanels(
  from: Float64Array,
  width: number,
  memory: Float64Array,
  place: BlockPlace,
  panel: number,
): void {
  const { first, rows, at } = place;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < width; c++) memory[at / 8 + within(panel, i, c)] = from[(first + i) * width + c]!;
  }
}

/** Copies panels back into rows of a row-major matrix. */
export function fromPanels(
  memory: Float64Array,
  place: BlockPlace,
  panel: number,
  to: Float64Array,
  width: number,
): void {
  const { first, rows, at } = place;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < width; c++) to[(first + i) * width + c] = memory[at / 8 + within(panel, i, c)]!;
  }
}

/** Copies rows of a row-major matrix into tiles. */
export function toTiles(
  from: Float64Array,
  width: number,
  memory: Float64Array,
  { first, rows, at }: BlockPlace,
): void {
  for (let i = 0; i < rows; i++) {
    const tile = at / 8 + (i >> 2) * 4 * width + (i & 3);
    for (let c = 0; c < width; c++) memory[tile + 4 * c] = from[(first + i) * width + c]!;
  }
}
