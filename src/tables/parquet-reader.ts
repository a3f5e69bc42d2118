import fs from 'node:fs';
import { RecordBatchReader } from 'apache-arrow';
import { type FileMetaData, parquetMetadata, parquetReadObjects, parquetSchema, type SchemaTree } from 'hyparquet';
import { type ArrowKind, type Column, type Columns, listOf } from '../columns.ts';
import { tableKinds } from './kinds.ts';
import type { Row, RowBatch, TableFile } from './rows.ts';
import { columnsOfSchema, originOfSchema } from './schema.ts';

/**
 * Opens a Parquet file: reads its footer now, and each row group when it is asked for.
 *
 * Columns come from `ARROW:schema` if the file has one, as ours and those of pyarrow have; else
 * from the types of Parquet.
 *
 * @throws {TypeError} if the footer is damaged, or a column has a type that no column here has.
 */
export function openParquet(path: string): TableFile {
  const metadata = metadataOf(path);
  const value = (key: string) => metadata.key_value_metadata?.find((pair) => pair.key === key)?.value;
  const message = value('ARROW:schema');
  const schema = message === undefined ? undefined : schemaOf(message);
  const columns = schema ? columnsOfSchema(schema) : columnsOfLeaves(parquetSchema(metadata).children);
  return {
    columns,
    origin: schema ? originOfSchema(schema) : {},
    *batches(names) {
      let start = 0;
      for (const { num_rows } of metadata.row_groups) {
        const end = start + Number(num_rows);
        yield readGroup(path, metadata, columns, names, [start, end]);
        start = end;
      }
    },
  };
}

async function readGroup(
  path: string,
  metadata: FileMetaData,
  columns: Columns,
  names: readonly string[],
  [rowStart, rowEnd]: readonly [number, number],
): Promise<RowBatch> {
  const fd = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const file = { byteLength: size, slice: (from: number, to = size) => read(fd, from, to - from) };
    const rows = await parquetReadObjects({ file, metadata, columns: [...names], rowStart, rowEnd });
    return { rows: rows.length, row: (index) => rowOf(rows[index]!, columns, names) };
  } finally {
    fs.closeSync(fd);
  }
}

function rowOf(cells: Readonly<Record<string, unknown>>, columns: Columns, names: readonly string[]): Row {
  const row: Row = {};
  for (const name of names) {
    const cell = cells[name] ?? null;
    const list = listOf(columns[name]!);
    row[name] = list && cell ? list.from(numbers(name, cell as ArrayLike<unknown>)) : cell;
  }
  return row;
}

function numbers(name: string, list: ArrayLike<unknown>): ArrayLike<number> {
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] === 'number') continue;
    throw new TypeError(`the column ${name} must hold lists of numbers, got one with ${String(list[i])}`);
  }
  return list as ArrayLike<number>;
}

function read(fd: number, offset: number, length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = fs.readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) throw new TypeError('the file ends before its footer says so');
    done += count;
  }
  return bytes.buffer;
}

function metadataOf(path: string): FileMetaData {
  const fd = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const length = 8 + new DataView(read(fd, size - 8, 8)).getUint32(0, true);
    if (length > size - 4) throw new TypeError('its length lies beyond the file');
    return parquetMetadata(read(fd, size - length, length), { geoparquet: false });
  } catch (cause) {
    throw new TypeError(`expected Parquet, got a footer that is damaged: ${(cause as Error).message}`, { cause });
  } finally {
    fs.closeSync(fd);
  }
}

const schemaOf = (message: string) => RecordBatchReader.from(Buffer.from(message, 'base64')).open().schema;

/**
 * Finds the columns by the types of Parquet: a value, or the list of values of the usual three
 * levels.
 */
const columnsOfLeaves = (nodes: readonly SchemaTree[]): Columns =>
  Object.fromEntries(
    nodes.map((node): [string, Column] => {
      const { name, repetition_type } = node.element;
      const leaf = node.element.converted_type === 'LIST' ? node.children[0]?.children[0] : node;
      const kind = leaf && !leaf.children.length ? kindOf(leaf.element, leaf !== node) : undefined;
      if (kind) return [name, { arrow: kind, unit: '1', about: '', nullable: repetition_type !== 'REQUIRED' }];
      const found = leaf?.element.converted_type ?? leaf?.element.type ?? 'a group';
      const known = Object.keys(tableKinds).join(', ');
      throw new TypeError(`the column ${name} must have one of the types ${known}, got ${found} of Parquet`);
    }),
  );

type Leaf = SchemaTree['element'];

const kindOf = ({ type, converted_type }: Leaf, isList: boolean): ArrowKind | undefined =>
  (Object.keys(tableKinds) as ArrowKind[]).find((kind) => {
    const { element } = tableKinds[kind].leaf;
    const written = converted_type === 'INT_32' ? undefined : converted_type;
    return kind.startsWith('list') === isList && element.type === type && element.converted_type === written;
  });
