import fs from 'node:fs';
import { dirname } from 'node:path';
import type { RecordBatch, Schema } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { makeFolder } from '../files/make-folder.ts';
import { writeError } from '../files/write-error.ts';
import { BatchBuilder } from './batch-builder.ts';
import { seal, unsealed } from './checksum.ts';
import { StreamEncoder } from './encoders.ts';
import { arrowSchema } from './schema.ts';
import { StreamReader } from './stream-reader.ts';

export interface StreamWriterOptions {
  /** Number of rows that closes a batch. Default 1024. */
  readonly rows?: number;
  /** Time in milliseconds that closes a batch. Default 250. */
  readonly milliseconds?: number;
  /** Name in errors. */
  readonly who?: string;
  /** Metadata of the whole stream, in its schema. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Appends rows to an Arrow IPC stream on disk, in batches, each with a CRC-32C.
 *
 * A process that is killed leaves every closed batch. A stream without end-of-stream marker is
 * unfinished. A write that fails cuts the file back to the last whole batch. Writing is
 * synchronous, so nothing queues.
 *
 * - cost: about 1.5 µs per row of 14 columns in total
 * - error: `cannot write FILE: no space left on device (ENOSPC); …`; if the timer closed the batch,
 *   the next call throws it
 *
 * @example
 * const stream = StreamWriter.create('run.arrows', columns);
 * for (const row of rows) stream.push(row);
 * stream.finish();
 */
export class StreamWriter {
  readonly path: string;
  readonly #builder: BatchBuilder;
  readonly #encoder: StreamEncoder;
  readonly #milliseconds: number;
  #parts: Uint8Array[] = [];
  #fd: number;
  #position = 0;
  #onDisk = 0;
  #due = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #closed = false;

  private constructor(path: string, columns: Columns, flags: string, options: StreamWriterOptions) {
    const { rows = 1024, milliseconds = 250, who = 'toArrow', metadata = {} } = options;
    this.path = path;
    this.#milliseconds = milliseconds;
    this.#builder = new BatchBuilder(columns, { rows, who });
    this.#encoder = new StreamEncoder(sealedSchema(columns, metadata), (bytes) => this.#parts.push(bytes));
    try {
      makeFolder(dirname(path));
      this.#fd = fs.openSync(path, flags);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  /** Makes a new stream and overwrites the file at `path`. */
  static create(path: string, columns: Columns, options: StreamWriterOptions = {}): StreamWriter {
    const writer = new StreamWriter(path, columns, 'w', options);
    writer.#write(writer.#message());
    return writer;
  }

  /**
   * Continues an unfinished stream after its first `keep` rows, by default all in whole batches,
   * and cuts off the rest.
   *
   * @throws {TypeError} if the stream has other columns. @throws {RangeError} if it has fewer rows.
   */
  static reopen(
    path: string,
    columns: Columns,
    options: StreamWriterOptions & { readonly keep?: number } = {},
  ): StreamWriter {
    const stream = new StreamReader(path);
    const { keep = stream.rows } = options;
    if (!(keep >= 0 && keep <= stream.rows)) {
      throw new RangeError(`${path}: keep must lie in [0, ${stream.rows}], the rows it holds, got ${keep}`);
    }
    const { row, offset } = stream.blockOf(keep);
    const [cut] = keep > row ? stream.batches({ from: row }) : [];
    const writer = new StreamWriter(path, columns, 'r+', options);
    if (Buffer.compare(writer.#message(), stream.schemaBytes) !== 0) {
      fs.closeSync(writer.#fd);
      const [wanted, there] = [columns, stream.columns].map((of) => Object.keys(of).join(', '));
      throw new TypeError(`${path}: must have the columns ${wanted}, of the same types and units, got ${there}`);
    }
    writer.#position = offset;
    writer.#onDisk = row;
    fs.ftruncateSync(writer.#fd, offset);
    if (cut) writer.append(cut, 0, keep - row);
    return writer;
  }

  /** Number of rows pushed, those of the open batch included. */
  get rows(): number {
    return this.#onDisk + this.#builder.length;
  }

  /**
   * @throws {TypeError} as {@link BatchBuilder.push}.
   * @throws {Error} if a batch cannot be written.
   */
  push(row: unknown): void {
    if (this.#failure) throw this.#failure;
    this.#builder.push(row);
    const now = performance.now();
    if (this.#builder.full || now >= this.#due) this.flush();
    else if (this.#builder.length === 1) this.#start(now);
  }

  append(batch: RecordBatch, begin = 0, end = batch.numRows): void {
    if (this.#failure) throw this.#failure;
    for (let at = begin; at < end; ) {
      at += this.#builder.append(batch, at, end);
      if (this.#builder.full) this.flush();
    }
    if (this.#builder.length && !this.#timer) this.#start(performance.now());
  }

  /** Closes the open batch and writes it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = Infinity;
    if (this.#failure) throw this.#failure;
    const rows = this.#builder.length;
    if (rows === 0) return;
    this.#encoder.write(this.#builder.take(unsealed()));
    this.#write(this.#message());
    this.#onDisk += rows;
  }

  /** Writes the open batch and the end-of-stream marker, and syncs the file to disk. */
  finish(): void {
    this.#end(() => {
      this.flush();
      this.#encoder.finish();
      this.#write(Buffer.concat(this.#parts), true);
    });
  }

  /** Writes the open batch and leaves the stream unfinished; after `finish`, does nothing. */
  close(): void {
    this.#end(() => {
      if (!this.#failure) this.flush();
    });
  }

  #end(last: () => void): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      last();
    } finally {
      clearTimeout(this.#timer);
      fs.closeSync(this.#fd);
    }
  }

  #start(now: number): void {
    this.#due = now + this.#milliseconds;
    this.#timer = setTimeout(() => {
      try {
        this.flush();
      } catch {
        // the next call throws #failure
      }
    }, this.#milliseconds).unref();
  }

  /** Takes the message from the encoder and seals it. */
  #message(): Buffer {
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    const head = 8 + message.readInt32LE(4);
    seal(message.subarray(0, head), message.subarray(head));
    return message;
  }

  #write(bytes: Uint8Array, sync = false): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, this.#position + done);
      }
      if (sync) fs.fsyncSync(this.#fd);
      this.#position += bytes.length;
    } catch (cause) {
      this.#failure = writeError(this.path, cause, `; the ${this.#onDisk} rows written before are kept`);
      fs.ftruncateSync(this.#fd, this.#position);
      throw this.#failure;
    }
  }
}

function sealedSchema(columns: Columns, metadata: Readonly<Record<string, string>>): Schema {
  const schema = arrowSchema(columns);
  for (const [key, value] of [...unsealed(), ...Object.entries(metadata)]) schema.metadata.set(key, value);
  return schema;
}
