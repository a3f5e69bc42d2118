import { formatValue } from '../format-value.ts';
import { nearestName } from '../nearest-name.ts';

const mostListed = 12;

/**
 * Rows of a file, with the columns divided into d inputs and one target. Every reader returns one.
 */
export interface Table {
  /** Names of the inputs; a list column `x` gives `x[0]`, `x[1]`, ... */
  readonly inputs: readonly string[]; // [d]
  readonly x: Float64Array; //           [n, d], row-major
  /** Name of the target. */
  readonly target: string;
  readonly cells: Cells;
}

/** Cells of a target column: numbers, or indices into the words that occur. */
export type Cells =
  | { readonly values: Float64Array } //                                        [n]
  | { readonly codes: Int32Array; readonly words: readonly Word[] }; //         [n], [number of words]

/** Value that names a class. */
export type Word = string | number | boolean;

/** Column to predict: its name, or its index from 0. Default the last. */
export type TargetName = string | number | undefined;

/**
 * Finds the column to predict. Any text that is not empty may name a column, `constructor` and
 * `__proto__` too.
 *
 * @throws {TypeError} if there are fewer than two columns, one without a name, or two of one name.
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
  const unnamed = names.indexOf('');
  if (unnamed >= 0) {
    const hint = unnamed === 0 ? '; pandas leaves its index out with index=False' : '';
    throw new TypeError(`${path}: expected a name for every column, got none for column ${unnamed}${hint}`);
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
  const listed = names.slice(0, mostListed).map(formatValue).join(', ') + (names.length > mostListed ? ', …' : '');
  const hint = near === undefined ? `there are ${listed}` : `the nearest is ${formatValue(near)}`;
  throw new RangeError(`${path}: target: expected a column of the file, got ${formatValue(target)}; ${hint}`);
}
