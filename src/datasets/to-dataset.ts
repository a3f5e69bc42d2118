import { formatValue } from '../format-value.ts';
import { classified, type Dataset } from '../math/data/dataset.ts';
import type { Table, Word } from './table.ts';

/** Data set with the names of its file. */
export interface FileDataset extends Dataset {
  /** Names of the columns of `x`. */
  readonly inputs: readonly string[]; //  [d]
  readonly target: string;
  /** Names of the labels 0 ... k − 1; absent for regression. */
  readonly classes?: readonly string[]; // [k]
}

/** Classes at most: a column with more different values is an id or a quantity. */
const mostClasses = 1000;

/**
 * Makes the data set of a table, and decides if its target is classes or a quantity.
 *
 * One rule for every format, whatever type the column is stored as:
 *
 * - Words, booleans and dictionaries are classes, at most 1000.
 * - A column of numbers is whole if every value is an integer within ±2⁵³: `1`, `1.0` and a float
 *   column of integers alike. A whole column is classes if it has at most half as many different
 *   values as rows (two are always allowed) and at most 1000.
 * - Any other column is a quantity: regression with k = 1.
 *
 * Classes are sorted, numbers by value and words by code unit, and numbered 0 ... k − 1 in that
 * order.
 *
 * @throws {RangeError} if there is one class only, or there are more than 1000 words.
 */
export function toDataset(path: string, { inputs, x, target, cells }: Table): FileDataset {
  const d = inputs.length;
  const place = `${path}: column ${target}`;
  if ('values' in cells) {
    const { values } = cells;
    const n = values.length;
    const classes = values.every(Number.isSafeInteger)
      ? distinct(values, Math.max(2, Math.min(mostClasses, n / 2)))
      : undefined;
    if (!classes) return { n, d, k: 1, x, y: values, inputs, target };
    if (classes.length === 1) throw oneClass(place, classes[0]!);
    const label = new Map(classes.map((value, i) => [value, i]));
    const labels = Int32Array.from(values, (value) => label.get(value)!);
    return { ...classified(x, labels, d, classes.length), inputs, target, classes: classes.map(String) };
  }
  const { codes, words } = cells;
  if (words.length === 1) throw oneClass(place, words[0]!);
  if (words.length > mostClasses) {
    throw new RangeError(`${place}: expected at most ${mostClasses} classes, got ${words.length} different values`);
  }
  const order = words.map((_, code) => code).sort((a, b) => compare(words[a]!, words[b]!));
  const label = new Int32Array(words.length);
  for (const [i, code] of order.entries()) label[code] = i;
  return {
    ...classified(
      x,
      codes.map((code) => label[code]!),
      d,
      words.length,
    ),
    inputs,
    target,
    classes: order.map((code) => String(words[code])),
  };
}

/** Collects the different values, sorted; undefined if there are more than `most`. */
function distinct(values: Float64Array, most: number): number[] | undefined {
  const seen = new Set<number>();
  for (const value of values) {
    if (seen.add(value).size > most) return undefined;
  }
  return [...seen].sort((a, b) => a - b);
}

const compare = (a: Word, b: Word) => (a < b ? -1 : a > b ? 1 : 0);

const oneClass = (place: string, only: Word) =>
  new RangeError(`${place}: expected at least two classes, got only ${formatValue(String(only))}`);
