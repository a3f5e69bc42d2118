import fs from 'node:fs';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Columns } from '../../../src/columns.ts';
import type { Row } from './tables.ts';

const bytesOf = (path: string): ArrayBuffer => new Uint8Array(fs.readFileSync(path)).buffer;

/** The rows of a Parquet file, lists as the typed arrays of their columns. */
export async function readParquet(path: string, columns: Columns): Promise<Row[]> {
  const rows = await parquetReadObjects({ file: bytesOf(path) });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, { arrow }]) => {
        const cell: unknown = row[name] ?? null;
        const typed = arrow === 'list<float64>' ? Float64Array : Int32Array;
        return [name, Array.isArray(cell) ? typed.from(cell) : cell];
      }),
    ),
  );
}

export const metadataOf = (path: string): FileMetaData => parquetMetadata(bytesOf(path));
