import type { Observer } from 'rxjs';
import { z } from 'zod';
import type { ArrowKind, Columns } from '../../columns.ts';
import { didYouMean } from '../../nearest-name.ts';
import { parseOptions } from '../../options.ts';
import { type Flat, Stream } from '../../stream.ts';
import type { Row, RowBatch, TableFile } from '../../tables/rows.ts';
import { inTable, openTableFile } from '../../tables/table-reader.ts';
import { type Producer, paced } from './paced.ts';

/** Cells by the type of their column. */
interface Cells {
  float64: number;
  int32: number;
  uint32: number;
  bool: boolean;
  utf8: string;
  'list<float64>': Float64Array;
  'list<int32>': Int32Array;
}

/**
 * Type of a column that a program reads: `'float64'`, or `'float64 | null'` if cells may be null.
 */
export type ColumnType = ArrowKind | `${ArrowKind} | null`;

/** Row with columns of these types. */
export type RowOf<T extends Readonly<Record<string, ColumnType>>> = Flat<{
  -readonly [K in keyof T]: T[K] extends ArrowKind
    ? Cells[T[K]]
    : T[K] extends `${infer A extends ArrowKind} | null`
      ? Cells[A] | null
      : never;
}>;

const kinds = ['float64', 'int32', 'uint32', 'bool', 'utf8', 'list<float64>', 'list<int32>'] as const;
const types = kinds.flatMap((kind) => [kind, `${kind} | null`] as const);

const options = z.strictObject({
  columns: z
    .record(z.string(), z.enum(types))
    .optional()
    .meta({ description: 'columns that are read, with their types; default all' }),
  unfinished: z
    .boolean()
    .default(false)
    .meta({ description: 'takes the whole batches of an Arrow stream whose writer was killed' }),
});

/** Options of {@link readRows}. */
export interface ReadRowsOptions<T extends Readonly<Record<string, ColumnType>>> {
  /** Columns that are read, with their types: `{ step: 'int32', sharpness: 'float64 | null' }`. */
  readonly columns: T;
  /** Takes the whole batches of an Arrow stream whose writer was killed, as of a `.part` file. */
  readonly unfinished?: boolean;
}

/**
 * Reads the rows of a table back, with columns, units, meanings and axes as the file states them.
 *
 *     readRows('steps.arrow', { columns: { step: 'int32', loss: 'float64' } })
 *     --{ step: 0, loss: 2.3 }--{ step: 1, loss: 2.2 }--|
 *
 * The file is an Arrow IPC file, an Arrow IPC stream or Parquet, ours or of another program, with
 * columns of the types that columns have here. Lists are typed arrays, null is null, and there is
 * no `state`. Other operators measure, join and fit these rows, and a sink writes the same table
 * again.
 *
 * - cost:  memory of one batch (Arrow) or row group (Parquet); about 3 µs a row of 14 columns.
 *   An Arrow stream of ours is checked by its CRC-32C when it is opened: about 2 s per GB
 * - error: a file that was damaged after its head is an error of the stream
 *
 * @param path  Its columns are read at the call, its rows at each subscription.
 * @param given `columns`: those that are read, by their types; the type of a row follows.
 *   `unfinished`: reads an Arrow stream that was not closed, as `<path>.part` of a killed process.
 * @throws {Error} if the file cannot be read. @throws {TypeError} if it is no table, is cut off,
 *   has a column of another type, or lacks one that is asked for.
 * @example
 * await lastValueFrom(run.pipe(take(50), conservation(), toArrow('steps.arrow')));
 * readRows('steps.arrow', { columns: { step: 'int32', drift: 'list<float64>' } })
 *   .subscribe(({ step, drift }) => console.log(step, drift[0]));
 */
export function readRows<const T extends Readonly<Record<string, ColumnType>>>(
  path: string,
  given: ReadRowsOptions<T>,
): Stream<RowOf<T>>;
export function readRows(path: string, given?: { readonly unfinished?: boolean }): Stream<Record<string, unknown>>;
export function readRows(path: string, given: unknown = {}): Stream<Row> {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`readRows: path must name a file, got ${JSON.stringify(path)}`);
  }
  const { columns: wanted, unfinished } = parseOptions('readRows', options, given);
  const open = (): TableFile => asReadRows(() => openTableFile(path, { unfinished }));
  const { columns: there, origin } = open();
  const columns = wanted ? pick(path, there, wanted) : there;
  const { axes = [] } = origin;
  const shape = { columns, origin, axes: axes.filter((name) => Object.hasOwn(columns, name)), fresh: true };
  return new Stream<Row>(shape, (subscriber) => paced(subscriber, new Rows(path, open(), Object.keys(columns))));
}

/** Rows of one subscriber: a batch in memory, and the batches that follow. */
class Rows implements Producer<Row> {
  readonly #path: string;
  readonly #batches: Iterator<RowBatch | Promise<RowBatch>>;
  #batch: RowBatch = { rows: 0, row: () => ({}) };
  #at = 0;

  constructor(path: string, file: TableFile, names: readonly string[]) {
    this.#path = path;
    this.#batches = file.batches(names)[Symbol.iterator]();
  }

  next(out: Observer<Row>): void | Promise<void> {
    try {
      if (this.#at < this.#batch.rows) return out.next(this.#batch.row(this.#at++));
      const { value, done } = this.#batches.next();
      if (done) return out.complete();
      if (value instanceof Promise) return value.then(this.#begin, this.#fail);
      this.#begin(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    this.#batches.return?.();
  }

  #begin = (batch: RowBatch): void => {
    this.#batch = batch;
    this.#at = 0;
  };

  #fail = (error: unknown): never =>
    asReadRows(() => {
      throw inTable(this.#path, error);
    });
}

/** Picks the columns that a program names, and checks their types. */
function pick(path: string, there: Columns, wanted: Readonly<Record<string, ColumnType>>): Columns {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, type]) => {
      const column = Object.hasOwn(there, name) ? there[name]! : undefined;
      if (!column) {
        const names = Object.keys(there);
        const hint = didYouMean(name, names) || `; there are ${names.join(', ')}`;
        throw new TypeError(`readRows: ${path} has no column ${name}${hint}`);
      }
      const found: ColumnType = column.nullable ? `${column.arrow} | null` : column.arrow;
      if (type === found || type === `${found} | null`) return [name, column];
      throw new TypeError(`readRows: ${path}: the column ${name} must be ${type}, got ${found}`);
    }),
  );
}

/** Puts the name of the operator before the message of an error. */
function asReadRows<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const message = `readRows: ${(cause as Error).message}`;
    throw cause instanceof TypeError ? new TypeError(message, { cause }) : new Error(message, { cause });
  }
}
