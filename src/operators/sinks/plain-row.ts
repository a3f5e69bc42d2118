/** Cell as JSON has it. */
type Plain<T> = T extends Float64Array
  ? (number | string)[]
  : T extends Int32Array
    ? number[]
    : T extends number
      ? number | string
      : T;

/** Row as JSON has it: without `state`, lists as arrays. */
export type PlainRow<R> = { [K in Exclude<keyof R, 'state'>]: Plain<R[K]> } & {};

/**
 * Copies a row into plain values, for JSON: `state` is left out, lists are arrays, and NaN and the
 * infinities are the texts "NaN", "Infinity" and "-Infinity", which `Number` reads back.
 *
 * `JSON.stringify` of the row itself leaves `state` out too, but makes an object of a list and null
 * of NaN.
 *
 * - cost: about 1 µs a row, where it is called; rows cost nothing more
 *
 * @example
 * run.pipe(take(3)).subscribe((row) => {
 *   console.log(`data: ${JSON.stringify(plainRow(row))}\n\n`); // an event of a server
 * });
 */
export function plainRow<R extends object>(row: R): PlainRow<R> {
  const plain: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(row)) {
    if (name !== 'state')
      plain[name] = ArrayBuffer.isView(cell) ? Array.from(cell as Float64Array, value) : value(cell);
  }
  return plain as PlainRow<R>;
}

const value = (cell: unknown): unknown => (typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell);
