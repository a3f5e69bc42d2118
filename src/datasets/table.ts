import { formatValue } from '../format-value.ts';
import { nearestName } from '../nearest-name.ts';

/** Columns that a message lists. */
const MANY = 12;

/** A file with n rows, its columns parted into d inputs and one target; what every reader returns. */
export interface Table {
  /** Names of the inputs; a list column `x` gives `x[0]`, `x[1]`, ... */
  readonly inputs: readonly string[]; // [d]
  readonly x: Float64Array; //           [n, d], row-major
  /** Name of the target. */
  readonly target: string;
  readonly cells: Cells;
}

/** The cells of a target column: numbers, or indices into the few words that occur. */
export type Cells =
  | { readonly values: Float64Array; readonly whole: boolean } //               [n]; whole: integers within ±2⁵³
  | { readonly codes: Int32Array; readonly words: readonly Word[] }; //         [n], [number of words]

/** A value that stands for a class. */
export type Word = string | number | boolean;

/** Which column to predict: its name, or its index from 0; by default the last. */
export type TargetName = string | number | undefined;

/**
 * The index of the column to predict, in a table that has inputs and a target, each with a name of its own.
 *
 * @throws {TypeError} if there are fewer than two columns, or two of one name.
 * @throws {RangeError} if there is no such column.
 * @example
 * targetIndex('iris.csv', ['petal', 'species'], 'species'); // 1
 */
export function targetIndex(path: string, names: readonly string[], target: TargetName): number {
  if (names.length < 2) {
    throw new TypeError(
      `${path}: expected at least two columns, inputs and a target, got ${names.map(formatValue).join(', ') || 'none'}`,
    );
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new TypeError(`${path}: expected columns of different names, got ${formatValue(name)} twice`);
    seen.add(name);
  }
  if (target === undefined) return names.length - 1;
  if (typeof target === 'number') {
    if (target in names) return target;
    throw new RangeError(`${path}: target: expected an index from 0 to ${names.length - 1}, got ${target}`);
  }
  if (seen.has(target)) return names.indexOf(target);
  const near = nearestName(target, names);
  const listed = names.slice(0, MANY).map(formatValue).join(', ') + (names.length > MANY ? ', …' : '');
  const hint = near === undefined ? `there are ${listed}` : `the nearest is ${formatValue(near)}`;
  throw new RangeError(`${path}: target: expected a column of the file, got ${formatValue(target)}; ${hint}`);
}
