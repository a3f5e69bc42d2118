import type { RecordBatch } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { BatchBuilder } from './batch-builder.ts';

/** Writer of the batches of one table to a file that appears on `commit`. */
export interface TableWriter {
  write(batch: RecordBatch): void;
  /** Makes the file appear. Returns its SHA-256. */
  commit(): string;
  abort(): void;
}

/** Batch that goes into a table, and columns with one value for all its rows. */
export interface Part {
  readonly batch: RecordBatch;
  readonly constants?: Readonly<Record<string, unknown>>;
}

const rowsPerBatch = 65_536;

/**
 * Cuts parts of any size into batches of 65,536 rows and writes each to every file, so that equal
 * rows make equal bytes. The files appear at the end; if something fails, none does.
 *
 * @param files Functions that each open one file.
 * @returns The number of rows, and the SHA-256 of each file.
 */
export function writeParts(
  columns: Columns,
  parts: Iterable<Part>,
  files: readonly (() => TableWriter)[],
  options: { readonly who?: string } = {},
): { rows: number; sha256: string[] } {
  const builder = new BatchBuilder(columns, { rows: rowsPerBatch, ...options });
  const writers: TableWriter[] = [];
  let rows = 0;
  const flush = () => {
    rows += builder.length;
    const batch = builder.take();
    for (const writer of writers) writer.write(batch);
  };
  try {
    for (const open of files) writers.push(open());
    for (const { batch, constants } of parts) {
      for (let at = 0; at < batch.numRows; ) {
        at += builder.append(batch, at, batch.numRows, constants);
        if (builder.full) flush();
      }
    }
    if (builder.length) flush();
    return { rows, sha256: writers.map((writer) => writer.commit()) };
  } catch (error) {
    for (const writer of writers) writer.abort();
    throw error;
  }
}
