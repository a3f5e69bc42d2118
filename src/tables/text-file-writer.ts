import type { RecordBatch } from 'apache-arrow';
import { AtomicFile } from '../files/atomic-file.ts';
import { rowReader } from './rows.ts';
import type { TableWriter } from './table-writer.ts';
import type { TextFormat } from './text.ts';

const rowsPerWrite = 1024;

/**
 * Writes a table as text, batch by batch.
 *
 * @example
 * const file = new TextFileWriter('output/steps.csv', csv(columns));
 * file.write(batch);
 * file.commit();
 */
export class TextFileWriter implements TableWriter {
  readonly #file: AtomicFile;
  readonly #format: TextFormat;

  constructor(path: string, format: TextFormat) {
    this.#file = new AtomicFile(path);
    this.#format = format;
    this.#file.write(Buffer.from(format.head));
  }

  write(batch: RecordBatch): void {
    const row = rowReader(batch);
    for (let begin = 0; begin < batch.numRows; begin += rowsPerWrite) {
      let text = '';
      const end = Math.min(begin + rowsPerWrite, batch.numRows);
      for (let i = begin; i < end; i++) text += this.#format.line(row(i));
      this.#file.write(Buffer.from(text));
    }
  }

  commit(): string {
    return this.#file.commit();
  }

  abort(): void {
    this.#file.abort();
  }
}
