import { basename, join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { lock } from '../files/lock.ts';
import { StreamReader } from '../tables/stream-reader.ts';
import { StreamWriter } from '../tables/stream-writer.ts';

/** Returns the folder of the stored trajectories, below the output folder. */
export const journalFolder = (out: string): string => join(out, '.runs');

const extension = '.arrows';

/** Returns the path of the journal of a trajectory. */
export const journalPath = (out: string, key: string): string => join(journalFolder(out), key + extension);

const trajectoryOf = (path: string): string => basename(path, extension);

/**
 * Journal of one trajectory: its rows on disk, appended as they come. It is an Arrow IPC stream in
 * batches of 1024 rows or 250 ms, each with a CRC-32C. Whole batches stay, whatever kills the
 * process; only `finish` marks the journal as finished. One process at a time writes it.
 *
 * @throws {Error} `cannot write FILE: …` from any method; the journal then ends with its last whole
 *   batch.
 * @example
 * const journal = new JournalWriter(journalPath('output', key), columns);
 * try {
 *   for (const row of rows) journal.append(row);
 *   journal.finish();
 * } finally {
 *   journal.close();
 * }
 */
export class JournalWriter {
  readonly #stream: StreamWriter;
  readonly #unlock: () => void;

  /**
   * Starts a journal anew. Returns null and leaves it alone if it is finished, perhaps by another
   * process.
   */
  static unlessFinished(path: string, columns: Columns): JournalWriter | null {
    const unlock = lock(path);
    if (!isFinished(path)) return new JournalWriter(path, columns, { unlock });
    unlock();
    return null;
  }

  /**
   * @param options.keep Rows of the existing journal to keep; the rest is dropped. Default: starts
   *   anew.
   * @param options.unlock Releases a lock that is held already. Default: takes the lock.
   * @throws {WriteError} if another process is writing the journal.
   */
  constructor(
    path: string,
    columns: Columns,
    { keep, unlock = lock(path) }: { readonly keep?: number; readonly unlock?: () => void } = {},
  ) {
    const options = { who: 'journal', metadata: { trajectory: trajectoryOf(path) } };
    this.#unlock = unlock;
    try {
      this.#stream =
        keep === undefined
          ? StreamWriter.create(path, columns, options)
          : StreamWriter.reopen(path, columns, { ...options, keep });
    } catch (error) {
      this.#unlock();
      throw error;
    }
  }

  /** Number of rows, those that were kept included. */
  get rows(): number {
    return this.#stream.rows;
  }

  /**
   * @throws {TypeError} if the row has other keys than the columns, or a cell that its column
   * cannot hold.
   */
  append(row: unknown): void {
    this.#stream.push(row);
  }

  /** Appends all rows of a batch, or those from row `begin` on. */
  appendBatch(batch: RecordBatch, begin = 0): void {
    this.#stream.append(batch, begin);
  }

  /** Writes the rows that are not on disk yet. */
  flush(): void {
    this.#stream.flush();
  }

  /** Marks the journal as finished, brings it to disk and closes it. */
  finish(): void {
    try {
      this.#stream.finish();
    } finally {
      this.#unlock();
    }
  }

  /** Writes what is open and closes the journal, unfinished; after `finish`, does nothing. */
  close(): void {
    try {
      this.#stream.close();
    } finally {
      this.#unlock();
    }
  }
}

/**
 * Opens a journal, checks every batch by its CRC-32C, and reads its rows batch by batch: `columns`,
 * `rows`, `finished`, `damage` (the fault after the last whole batch), `batches()`, `row(0)`,
 * `row(-1)`, `refresh()`.
 *
 * @throws {Error} if there is no journal, or not even its schema is whole.
 */
export const readJournal = (path: string): StreamReader => new StreamReader(path);

/**
 * Opens a journal as {@link readJournal} does. Returns null if none can be read, or if it is that
 * of another trajectory: a journal states its own, so a file copied under another name is not taken
 * for it.
 */
export function findJournal(path: string): StreamReader | null {
  try {
    const journal = readJournal(path);
    return journal.schema.metadata.get('trajectory') === trajectoryOf(path) ? journal : null;
  } catch {
    return null;
  }
}

/** Tells whether a journal is there, undamaged, and finished. */
export const isFinished = (path: string): boolean => findJournal(path)?.finished ?? false;
