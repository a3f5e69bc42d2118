import type { RecordBatch } from 'apache-arrow';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import type { ColumnEncoder, Compressors } from 'hyparquet-writer/src/types.js';
import { type Column, type Columns, listOf } from '../columns.ts';
import { AtomicFile } from '../files/atomic-file.ts';
import type { Origin } from '../stream.ts';
import { schemaMessage } from './encoders.ts';
import { tableKinds } from './kinds.ts';
import { listPages, scalarPages } from './parquet-pages.ts';
import { arrowSchema, plainMetadata } from './schema.ts';
import type { TableWriter } from './table-writer.ts';

/**
 * Writes a Parquet file, one row group per batch, compressed with Snappy.
 *
 * Metadata and exact types stand in `ARROW:schema`, from which pyarrow and Polars restore them, and
 * as JSON under `rxdescent`, which DuckDB shows. NaN stays NaN, and null stays null. The same
 * batches give the same bytes.
 *
 * - cost: about 7 µs per row of 14 columns; memory of one column of a batch
 *
 * @example
 * const file = new ParquetFileWriter('output/steps.parquet', columns);
 * file.write(batch);
 * file.commit();
 */
export class ParquetFileWriter implements TableWriter {
  readonly #file: AtomicFile;
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  readonly #columns: { readonly column: Column; readonly encoder: ColumnEncoder }[];

  constructor(path: string, columns: Columns, origin?: Origin) {
    const schema: SchemaElement[] = [{ name: 'schema', num_children: Object.keys(columns).length }];
    const root = schema[0]!;
    const arrow = Buffer.from(schemaMessage(arrowSchema(columns, origin))).toString('base64');
    const [key, value] = plainMetadata(columns, origin);
    this.#file = new AtomicFile(path);
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema,
      kvMetadata: [
        { key: 'ARROW:schema', value: arrow },
        { key, value },
      ],
      createdBy: 'rxdescent',
    });
    this.#columns = Object.entries(columns).map(([name, column]) => {
      const elements = elementsOf(name, column);
      schema.push(...elements);
      return { column, encoder: encoderOf(column, [root, ...elements], this.#parquet) };
    });
  }

  write(batch: RecordBatch): void {
    const { row_groups: groups, pendingIndexes } = this.#parquet;
    const start = this.#bytes.offset;
    let uncompressed = 0n;
    const chunks = this.#columns.map(({ column, encoder }, c) => {
      const pages = listOf(column) ? listPages : scalarPages;
      const pageData = pages(batch.data.children[c]!, column.nullable);
      const written = writeColumn({ writer: this.#bytes, column: encoder, pageData });
      pendingIndexes.push(written);
      uncompressed += written.chunk.meta_data!.total_uncompressed_size;
      this.#flush();
      return written.chunk;
    });
    groups.push({
      columns: chunks,
      total_byte_size: uncompressed,
      num_rows: BigInt(batch.numRows),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    });
    this.#parquet.num_rows += BigInt(batch.numRows);
  }

  commit(): string {
    void this.#parquet.finish();
    this.#flush();
    return this.#file.commit();
  }

  abort(): void {
    this.#file.abort();
  }

  #flush(): void {
    this.#file.write(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}

function elementsOf(name: string, column: Column): SchemaElement[] {
  const repetition_type = column.nullable ? 'OPTIONAL' : 'REQUIRED';
  const { element } = tableKinds[column.arrow].leaf;
  if (!listOf(column)) return [{ ...element, name, repetition_type }];
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...element, repetition_type: 'REQUIRED' },
  ];
}

function encoderOf({ arrow }: Column, path: SchemaElement[], { codec, compressors }: ParquetWriter): ColumnEncoder {
  const { stats, encoding } = tableKinds[arrow].leaf;
  return {
    columnName: path
      .slice(1)
      .map(({ name }) => name)
      .join('.'),
    element: path.at(-1)!,
    schemaPath: path,
    codec,
    compressors: compressors as Compressors,
    stats,
    pageSize: 1 << 18,
    columnIndex: false,
    offsetIndex: true,
    ...(encoding && { encoding }),
  };
}
