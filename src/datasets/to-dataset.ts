import { formatValue } from '../format-value.ts';
import { classified, type Dataset } from '../math/data/dataset.ts';
import type { Table, Word } from './table.ts';

/** A data set that remembers the names of its file. */
export interface FileDataset extends Dataset {
  /** Of the columns of `x`. */
  readonly inputs: readonly string[]; //  [d]
  readonly target: string;
  /** What the labels 0 ... k − 1 stand for; absent for regression. */
  readonly classes?: readonly string[]; // [k]
}

/** A one-hot target of more columns than this is an id or a quantity that was taken for a class. */
const mostClasses = 1000;

/**
 * Decides what the target of a table is, and gives the data set to learn.
 *
 * - Words, booleans and dictionaries are classes, at most 1000.
 * - Whole numbers are classes if there are at most half as many different ones as rows (two always may) and at most
 *   1000; otherwise they are a quantity, as all other numbers are: regression with k = 1.
 *
 * Classes are sorted, numbers by value and words by code unit, and numbered 0 ... k − 1 in that order.
 *
 * @throws {RangeError} if there is one class only, or words are more than 1000.
 */
export function toDataset(path: string, { inputs, x, target, cells }: Table): FileDataset {
  const d = inputs.length;
  const place = `${path}: column ${target}`;
  if ('values' in cells) {
    const { values, whole } = cells;
    const n = values.length;
    const classes = whole ? distinct(values, Math.max(2, Math.min(mostClasses, n / 2))) : undefined;
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

/** The different values, sorted; undefined if there are more than `most`. */
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
