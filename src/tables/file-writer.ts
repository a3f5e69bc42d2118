import type { RecordBatch } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { AtomicFile } from '../files/atomic-file.ts';
import type { Origin } from '../stream.ts';
import { FileEncoder } from './encoders.ts';
import { arrowSchema } from './schema.ts';
import type { TableWriter } from './table-writer.ts';

/**
 * Writes an Arrow IPC file, uncompressed, batch by batch.
 *
 * @example
 * const file = new ArrowFileWriter('output/steps.arrow', columns);
 * file.write(batch);
 * file.commit();
 */
export class ArrowFileWriter implements TableWriter {
  readonly #file: AtomicFile;
  readonly #encoder: FileEncoder;

  constructor(path: string, columns: Columns, origin?: Origin) {
    this.#file = new AtomicFile(path);
    this.#encoder = new FileEncoder(arrowSchema(columns, origin), (bytes) => this.#file.write(bytes));
  }

  write(batch: RecordBatch): void {
    this.#encoder.write(batch);
  }

  commit(): string {
    this.#encoder.finish();
    return this.#file.commit();
  }

  abort(): void {
    this.#file.abort();
  }
}
