/** A block of rows `first` … of a matrix, and where its panels are: byte `at`. */
export interface Place {
  readonly first: number;
  readonly rows: number;
  readonly at: number;
}

/** Index of the double (i, c), from the first of the block. */
const within = (panel: number, i: number, c: number) => 4 * i + ((c >> 2) * panel) / 8 + (c & 3);

/** Writes the rows of a row-major matrix [n, width] in panels `panel` bytes apart. */
export function toPanels(from: Float64Array, width: number, memory: Float64Array, place: Place, panel: number): void {
  const { first, rows, at } = place;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < width; c++) memory[at / 8 + within(panel, i, c)] = from[(first + i) * width + c]!;
  }
}

/** The way back. */
export function fromPanels(memory: Float64Array, place: Place, panel: number, to: Float64Array, width: number): void {
  const { first, rows, at } = place;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < width; c++) to[(first + i) * width + c] = memory[at / 8 + within(panel, i, c)]!;
  }
}

/** Writes the same rows as tiles of 4 rows, in each the 4 entries of a column side by side. */
export function toTiles(from: Float64Array, width: number, memory: Float64Array, { first, rows, at }: Place): void {
  for (let i = 0; i < rows; i++) {
    const tile = at / 8 + (i >> 2) * 4 * width + (i & 3);
    for (let c = 0; c < width; c++) memory[tile + 4 * c] = from[(first + i) * width + c]!;
  }
}
