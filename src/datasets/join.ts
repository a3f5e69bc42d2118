import { formatValue } from '../format-value.ts';
import type { Dataset } from '../math/data/dataset.ts';
import type { Cells, Table, Word } from './table.ts';

/**
 * Joins the rows of two tables, the second below the first.
 *
 * @throws {TypeError} that names the second file, if its columns are not those of the first, in
 *   this order, or one target has numbers and the other words.
 */
export function joined([path, a]: readonly [string, Table], [other, b]: readonly [string, Table]): Table {
  const [expected, got] = [a, b].map(({ inputs }) => inputs.map(formatValue).join(', '));
  if (expected !== got) throw new TypeError(`${other}: expected the inputs of ${path}, ${expected}, got ${got}`);
  const kind = ({ cells }: Table) => ('values' in cells ? 'numbers' : 'words');
  if (kind(a) !== kind(b)) {
    throw new TypeError(`${other}: column ${b.target}: expected ${kind(a)}, as ${path} has, got ${kind(b)}`);
  }
  const x = new Float64Array(a.x.length + b.x.length); // [n, d]
  x.set(a.x);
  x.set(b.x, a.x.length);
  return { ...a, x, cells: joinedCells(a.cells, b.cells) };
}

function joinedCells(a: Cells, b: Cells): Cells {
  if ('values' in a && 'values' in b) {
    const values = new Float64Array(a.values.length + b.values.length);
    values.set(a.values);
    values.set(b.values, a.values.length);
    return { values };
  }
  const [first, second] = [a, b] as Extract<Cells, { codes: Int32Array }>[];
  const words: Word[] = [...first!.words];
  const codeOf = new Map(words.map((word, code) => [word, code]));
  const mapped = second!.words.map((word) => {
    const known = codeOf.get(word);
    return known ?? words.push(word) - 1;
  });
  const codes = new Int32Array(first!.codes.length + second!.codes.length);
  codes.set(first!.codes);
  codes.set(
    second!.codes.map((code) => mapped[code]!),
    first!.codes.length,
  );
  return { codes, words };
}

/** Holds out the rows of a data set from the n-th on. */
export function parted<D extends Dataset>(dataset: D, n: number): D {
  const { d, k, x, y, labels } = dataset;
  const part = (from: number, to: number): D => ({
    ...dataset,
    n: to - from,
    x: x.slice(from * d, to * d),
    y: y.slice(from * k, to * k),
    ...(labels && { labels: labels.slice(from, to) }),
  });
  return { ...part(0, n), test: part(n, dataset.n) };
}
