import fs from 'node:fs';
import { Message, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import type { Columns } from '../columns.ts';
import { checkSeal, isSealed } from './checksum.ts';
import { rowAt } from './rows.ts';
import { columnsOfSchema } from './schema.ts';

/** Place of a batch in its file. */
interface Block {
  readonly offset: number;
  readonly head: number;
  readonly body: number;
  readonly rows: number;
}

const prefix = 8;
const continuation = -1;
const cutOff = 'is incomplete: the file ends inside it';

/**
 * Reads the batches of an IPC stream, or of an IPC file of ours, from disk, one at a time.
 *
 * The constructor reads the file once and checks every message of a stream by its CRC-32C. Batches
 * before the first damaged or incomplete one can be read.
 *
 * - cost: memory of one batch, whatever the file; about 2 s per GB to open
 *
 * @throws {Error} if there is no such file, or not even its schema is whole.
 * @example
 * const stream = new StreamReader('run.arrows');
 * for (const batch of stream.batches()) console.log(batch.numRows);
 * if (stream.damage) console.error(stream.damage);
 */
export class StreamReader {
  readonly path: string;
  readonly schema: Schema;
  readonly columns: Columns;
  readonly #schemaMessage: Uint8Array;
  readonly #sealed: boolean;
  readonly #blocks: Block[] = [];
  #rows = 0;
  #end = 0;
  #finished = false;
  #damage: string | null = null;

  /**
   * @param options.foreign Takes a stream whose schema carries no checksum, as of other programs.
   */
  constructor(path: string, { foreign = false } = {}) {
    this.path = path;
    [this.#schemaMessage, this.#sealed, this.#end] = this.#open((fd, size) => {
      const magic = read(fd, 0, 6).toString('latin1') === 'ARROW1';
      const offset = magic ? 8 : 0;
      const length = headLength(fd, offset, size);
      const head = typeof length === 'number' ? read(fd, offset, length) : null;
      const sealed = !magic && !(foreign && head && !isSealed(head));
      const wrong = head ? (sealed ? checkSeal(head, new Uint8Array(0)) : null) : length;
      if (!head || wrong) throw new Error(`${path} holds no Arrow stream: its schema ${wrong}`);
      return [head, sealed, offset + head.length] as const;
    });
    this.schema = RecordBatchReader.from(this.#schemaMessage).open().schema;
    this.columns = columnsOfSchema(this.schema);
    this.refresh();
  }

  /** Number of rows in whole batches. */
  get rows(): number {
    return this.#rows;
  }
  /** True if the writer closed the stream; a killed one did not. */
  get finished(): boolean {
    return this.#finished;
  }
  /** Damage that ended the reading before the end of the file, or null. */
  get damage(): string | null {
    return this.#damage;
  }
  /** Number of bytes up to the end of the last whole batch. */
  get end(): number {
    return this.#end;
  }
  get schemaBytes(): Uint8Array {
    return this.#schemaMessage;
  }

  /** Reads the batches appended since. Returns the number of new rows. */
  refresh(): number {
    const before = this.#rows;
    this.#damage = null;
    this.#open((fd, size) => {
      let body = new Uint8Array(0);
      while (!this.#finished && this.#end < size) {
        const offset = this.#end;
        if (size - offset >= prefix && read(fd, offset, prefix).readInt32LE(4) === 0) {
          this.#finished = read(fd, offset, prefix).readInt32LE(0) === continuation;
          if (this.#finished) break;
        }
        const length = headLength(fd, offset, size);
        if (typeof length === 'string') return this.#stop(length);
        const head = read(fd, offset, length);
        const bodyLength = bodyLengthOf(head);
        if (bodyLength === null) return this.#stop('is damaged: it says not where it ends');
        if (offset + length + bodyLength > size) return this.#stop(cutOff);
        if (this.#sealed) {
          if (body.length < bodyLength) body = new Uint8Array(bodyLength);
          const wrong = checkSeal(head, readInto(fd, offset + length, body.subarray(0, bodyLength)));
          if (wrong) return this.#stop(wrong);
        }
        const rows = (Message.decode(head.subarray(prefix)).header() as { length: number }).length;
        this.#blocks.push({ offset, head: length, body: bodyLength, rows });
        this.#rows += rows;
        this.#end = offset + length + bodyLength;
      }
    });
    return this.#rows - before;
  }

  #stop(wrong: string): void {
    this.#damage = `${this.path}: batch ${this.#blocks.length} at byte ${this.#end} ${wrong}; the ${this.#rows} rows before it are whole`;
  }

  /**
   * Yields the whole batches in order.
   *
   * @param options.from First row that is needed; its batch comes first.
   * @param options.borrowed Reads each batch into the memory of the one before. Copy what you keep.
   */
  *batches({ from = 0, borrowed = false } = {}): Generator<RecordBatch, void, void> {
    const largest = this.#blocks.reduce((size, { head, body }) => Math.max(size, head + body), 0);
    const memory = borrowed ? new Uint8Array(largest) : undefined;
    const fd = fs.openSync(this.path, 'r');
    try {
      let start = 0;
      for (const block of this.#blocks) {
        start += block.rows;
        if (start > from) yield this.#batch(fd, block, memory);
      }
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Copies a row; a negative index counts from the end. Returns undefined past either end. */
  row(index: number): Record<string, unknown> | undefined {
    const wanted = index < 0 ? this.#rows + index : index;
    let start = 0;
    for (const block of this.#blocks) {
      if (wanted >= start && wanted < start + block.rows) {
        return this.#open((fd) => rowAt(this.#batch(fd, block), wanted - start));
      }
      start += block.rows;
    }
    return undefined;
  }

  /** Returns the start of the batch that holds a row, in rows and bytes. */
  blockOf(row: number): { readonly row: number; readonly offset: number } {
    let start = 0;
    for (const { rows, offset } of this.#blocks) {
      if (row < start + rows) return { row: start, offset };
      start += rows;
    }
    return { row: start, offset: this.#end };
  }

  #batch(fd: number, { offset, head, body }: Block, memory = new Uint8Array(head + body)): RecordBatch {
    const bytes = readInto(fd, offset, memory.subarray(0, head + body));
    const { value } = RecordBatchReader.from([this.#schemaMessage, bytes]).next();
    return value as RecordBatch;
  }

  #open<T>(use: (fd: number, size: number) => T): T {
    const fd = fs.openSync(this.path, 'r');
    try {
      return use(fd, fs.fstatSync(fd).size);
    } finally {
      fs.closeSync(fd);
    }
  }
}

/** Returns the length of prefix and metadata at an offset, or what is wrong there. */
function headLength(fd: number, offset: number, size: number): number | string {
  if (size - offset < prefix) return cutOff;
  const start = read(fd, offset, prefix);
  const length = start.readInt32LE(4);
  if (start.readInt32LE(0) !== continuation || length <= 0 || length % 8)
    return 'is damaged: no Arrow message starts there';
  if (size - offset - prefix < length) return cutOff;
  return prefix + length;
}

/**
 * Reads the length of a body directly from the flatbuffer. Decoding a message before its checksum
 * is verified can take minutes, because damaged lengths become loop bounds.
 */
function bodyLengthOf(head: Buffer): number | null {
  try {
    const table = prefix + head.readUInt32LE(prefix);
    const slots = table - head.readInt32LE(table);
    const bodyLength = head.readUInt16LE(slots + 4 + 2 * 3); // after version, header_type, header
    const length = bodyLength === 0 ? 0 : Number(head.readBigInt64LE(table + bodyLength));
    return length >= 0 && length % 8 === 0 ? length : null;
  } catch {
    return null;
  }
}

const read = (fd: number, offset: number, length: number): Buffer => readInto(fd, offset, Buffer.alloc(length));

function readInto<B extends Uint8Array>(fd: number, offset: number, into: B): B {
  for (let done = 0; done < into.length; ) {
    const count = fs.readSync(fd, into, done, into.length - done, offset + done);
    if (count === 0) throw new Error('the file has become shorter while it was read');
    done += count;
  }
  return into;
}
