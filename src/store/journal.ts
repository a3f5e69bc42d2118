import { basename, join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { lock } from '../files/lock.ts';
import { StreamReader } from '../tables/stream-reader.ts';
import { StreamWriter } from '../tables/stream-writer.ts';

/** Where trajectories are stored below the output folder. */
export const journalFolder = (out: string): string => join(out, '.runs');

const extension = '.arrows';

/** Where the rows of a trajectory are stored. */
export const journalPath = (out: string, key: string): string => join(journalFolder(out), key + extension);

const trajectoryOf = (path: string): string => basename(path, extension);

/**
 * The rows of one trajectory on disk, appended as they come: an Arrow IPC stream in batches of 1024 rows or 250 ms,
 * each with a CRC-32C. Whatever kills the process, whole batches stay; only `finish` marks the journal as finished. One
 * process at a time writes it.
 *
 * @throws {Error} `cannot write FILE: …` from any method; the journal then ends with its last whole batch.
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

  /** Starts a journal anew; null if it is finished, by another process perhaps, and is left as it is. */
  static unlessFinished(path: string, columns: Columns): JournalWriter | null {
    const unlock = lock(path);
    if (!isFinished(path)) return new JournalWriter(path, columns, { unlock });
    unlock();
    return null;
  }

  /**
   * @param options.keep Goes on after so many rows of the journal that is there, and drops the rest. Default: starts anew.
   * @param options.unlock Lets go of a lock that is held already. Default: takes it.
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

  /** Rows appended, those that were kept included. */
  get rows(): number {
    return this.#stream.rows;
  }

  /** @throws {TypeError} if the row has other keys than the columns, or a cell that its column cannot hold. */
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
 * Opens a journal, holds every batch against its CRC-32C, and gives access to its rows batch by batch: `columns`,
 * `rows`, `finished`, `damage` (what is wrong after the last whole batch), `batches()`, `row(0)`, `row(-1)`, `refresh()`.
 *
 * @throws {Error} if there is no journal, or not even its schema is whole.
 */
export const readJournal = (path: string): StreamReader => new StreamReader(path);

/**
 * {@link readJournal}, or null if no journal is there that can be read, or one of another trajectory: it says which it is
 * of, so that a file which was copied to another's name is not taken for it.
 */
export function findJournal(path: string): StreamReader | null {
  try {
    const journal = readJournal(path);
    return journal.schema.metadata.get('trajectory') === trajectoryOf(path) ? journal : null;
  } catch {
    return null;
  }
}

/** Whether a journal is there, undamaged, and was closed as finished. */
export const isFinished = (path: string): boolean => findJournal(path)?.finished ?? false;
