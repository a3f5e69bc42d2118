import fs from 'node:fs';
import { extname, resolve } from 'node:path';
import { config, defer, type Observable, tap } from 'rxjs';
import { z } from 'zod';
import type { Columns } from '../../columns.ts';
import { count, parseOptions } from '../../options.ts';
import { columnsOf, isStream, type Origin, originOf, passThrough, type Stream } from '../../stream.ts';
import { tableMetadata } from '../../tables/schema.ts';
import { StreamReader } from '../../tables/stream-reader.ts';
import { StreamWriter } from '../../tables/stream-writer.ts';
import { type TableWriter, writeParts } from '../../tables/table-writer.ts';

const options = z.strictObject({
  rows: count.default(1024).meta({ description: 'rows per batch of the stream that is written while rows come' }),
});

/** Options of a sink. */
export type TableSinkOptions = z.input<typeof options>;

export interface TableSink {
  /** Name in messages. */
  readonly who: string;
  readonly path: string;
  readonly options: TableSinkOptions;
  /** Opens the file that the finished stream becomes. */
  readonly open: (path: string, columns: Columns, origin: Origin) => TableWriter;
}

/** Sink that writes the format of an ending. */
const formats: Readonly<Record<string, string>> = {
  '.arrow': 'toArrow',
  '.feather': 'toArrow',
  '.parquet': 'toParquet',
  '.csv': 'toCsv',
  '.ndjson': 'toNdjson',
  '.jsonl': 'toNdjson',
};

/** Tables that a subscriber is writing; a second one must not write into the same stream. */
const busy = new Set<string>();

/**
 * Passes rows on and writes them: to `<path>.part` as they come, and from there to `path` at the
 * end.
 *
 * @throws {TypeError} if `path` is not the name of a file, or has the ending of another format;
 *   when the chain is assembled, if the columns of the source are not known.
 * @throws {RangeError} if `rows` is not a positive integer.
 */
export function tableSink({ who, path, options: given, open }: TableSink) {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`${who}: path must name a file, got ${JSON.stringify(path)}`);
  }
  const other = formats[extname(path).toLowerCase()];
  if (other && other !== who) {
    throw new TypeError(`${who}: path must not end in ${extname(path)}, which is what ${other} writes, got ${path}`);
  }
  const { rows } = parseOptions(who, options, given);
  return <R>(source: Observable<R>): Stream<R> => {
    if (!isStream(source) || !source.shape.known) {
      throw new TypeError(
        `${who}: the columns of the rows are not known; start the chain from a Stream (gradientDescent, sweep), put ${who}() in its own .pipe(…), and into a branch of tee() if these end with different columns`,
      );
    }
    const columns = columnsOf(source);
    const origin = originOf(source.shape);
    const written = (above: Observable<R>) =>
      defer(() => {
        const table = new Recording(who, path, columns, rows, (at) => open(at, columns, origin), origin);
        return above.pipe(
          tap({
            next: (row) => table.push(row),
            complete: () => table.finish(),
            error: () => table.keep(),
            unsubscribe: () => table.stop(),
          }),
        );
      });
    return passThrough(written)(source);
  };
}

/** Stream on disk of one subscriber, which becomes a table at the end. */
class Recording {
  readonly #who: string;
  readonly #path: string;
  readonly #columns: Columns;
  readonly #open: (path: string) => TableWriter;
  readonly #key: string;
  readonly #stream: StreamWriter;
  #failed = false;

  constructor(
    who: string,
    path: string,
    columns: Columns,
    rows: number,
    open: (path: string) => TableWriter,
    origin: Origin,
  ) {
    this.#who = who;
    this.#path = path;
    this.#columns = columns;
    this.#open = open;
    this.#key = resolve(path);
    if (busy.has(this.#key)) {
      throw new Error(`${who}: ${path} is being written by another subscriber; give each a path of its own`);
    }
    this.#stream = StreamWriter.create(`${path}.part`, columns, { rows, who, metadata: tableMetadata(origin) });
    busy.add(this.#key);
  }

  push(row: unknown): void {
    try {
      this.#stream.push(row);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** Turns the stream into the table. If that fails, the stream stays. */
  finish(): void {
    busy.delete(this.#key);
    const part = this.#stream.path;
    this.#failed = true;
    this.#stream.finish();
    writeParts(this.#columns, batchesOf(part), [() => this.#open(this.#path)], { who: this.#who });
    fs.rmSync(part);
    this.#failed = false;
  }

  /** Closes the stream and leaves it there. Errors are dropped: an earlier one is on its way. */
  keep(): void {
    busy.delete(this.#key);
    try {
      this.#stream.close();
    } catch {}
  }

  /** Makes the table of the rows so far, because nobody wants more; not if one of them failed. */
  stop(): void {
    if (this.#failed) this.keep();
    else {
      try {
        this.finish();
      } catch (error) {
        unheard(error);
      }
    }
  }
}

/** Reports an error of a teardown, which RxJS would drop, as an error that nobody handles. */
function unheard(error: unknown): void {
  setTimeout(() => {
    if (!config.onUnhandledError) throw error;
    config.onUnhandledError(error);
  });
}

function* batchesOf(path: string) {
  for (const batch of new StreamReader(path).batches({ borrowed: true })) yield { batch };
}
