import { Message, RecordBatchFileWriter, RecordBatchStreamWriter, type Schema } from 'apache-arrow';

/** Consumer of the bytes of a file, in order. */
export type Sink = (bytes: Uint8Array) => void;

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Encodes batches in the IPC stream format and passes each piece on synchronously. The writers of
 * apache-arrow queue the pieces, without a bound.
 */
export class StreamEncoder extends RecordBatchStreamWriter {
  readonly #sink: Sink;

  constructor(schema: Schema, sink: Sink) {
    super();
    this.#sink = sink;
    this.reset(undefined, schema);
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength) {
      this._position += chunk.byteLength;
      this.#sink(bytesOf(chunk));
    }
    return this;
  }
}

/** {@link StreamEncoder} for the IPC file format. */
export class FileEncoder extends RecordBatchFileWriter {
  readonly #sink: Sink;

  constructor(schema: Schema, sink: Sink) {
    super();
    this.#sink = sink;
    this.reset(undefined, schema);
  }

  // apache-arrow omits the schema message; without it no reader can stream the file from byte 8 on
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(Message.from(schema));
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength) {
      this._position += chunk.byteLength;
      this.#sink(bytesOf(chunk));
    }
    return this;
  }
}

/** Encodes a schema as the IPC message that Parquet files carry under `ARROW:schema`. */
export function schemaMessage(schema: Schema): Uint8Array {
  const parts: Uint8Array[] = [];
  new StreamEncoder(schema, (bytes) => parts.push(bytes));
  return Buffer.concat(parts);
}
