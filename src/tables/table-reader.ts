import fs from 'node:fs';
import { reasonOf } from '../files/write-error.ts';
import { openParquet } from './parquet-reader.ts';
import { rowReader, type TableFile } from './rows.ts';
import { originOfSchema } from './schema.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * Opens a table: an Arrow IPC file or stream, or Parquet, as the first bytes of the file say.
 *
 * @param options.unfinished Takes the whole batches of an Arrow stream whose writer was killed.
 * @throws {Error} if the file cannot be read. @throws {TypeError} if it is no table, is cut off, or
 *   has a column of a type that no column here has.
 */
export function openTableFile(path: string, { unfinished = false } = {}): TableFile {
  const [start, end] = edgesOf(path);
  try {
    if (start.startsWith('PAR1')) {
      if (!end.endsWith('PAR1')) throw new TypeError('expected Parquet with a footer, got a file that is cut off');
      return openParquet(path);
    }
    const isFile = start.startsWith('ARROW1');
    if (!isFile && !start.startsWith('\xff\xff\xff\xff')) {
      throw new TypeError('expected an Arrow file, an Arrow stream or Parquet, got none of them');
    }
    const stream = new StreamReader(path, { foreign: true });
    if (isFile && !(stream.finished && end.endsWith('ARROW1'))) {
      throw new TypeError('expected an Arrow file with a footer, got a file that is cut off');
    }
    if (!stream.finished && !unfinished) {
      const found = stream.damage ? 'one that is cut off or damaged' : 'one without an end';
      throw new TypeError(
        `expected a finished Arrow stream, got ${found}; { unfinished: true } reads its ${stream.rows} whole rows`,
      );
    }
    return {
      columns: stream.columns,
      origin: originOfSchema(stream.schema),
      *batches(names) {
        for (const batch of stream.batches({ borrowed: true })) {
          yield { rows: batch.numRows, row: rowReader(batch, [...names]) };
        }
      },
    };
  } catch (error) {
    throw inTable(path, error);
  }
}

/** Makes the error of a table that cannot be read name its file. */
export function inTable(path: string, cause: unknown): Error {
  const { message } = cause as Error;
  if (/is compressed/.test(message)) {
    const advice = "write with compression='uncompressed'";
    return new TypeError(`${path}: expected uncompressed Arrow, got compressed batches; ${advice}`, { cause });
  }
  const named = message.startsWith(path) ? message : `${path}: ${message}`;
  return cause instanceof TypeError ? new TypeError(named, { cause }) : new Error(named, { cause });
}

/** Reads the first and the last eight bytes of a file, as Latin-1. */
function edgesOf(path: string): readonly [string, string] {
  try {
    const fd = fs.openSync(path, 'r');
    try {
      const { size } = fs.fstatSync(fd);
      return [0, Math.max(0, size - 8)].map((offset) => {
        const bytes = Buffer.alloc(8);
        return bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, 8, offset));
      }) as [string, string];
    } finally {
      fs.closeSync(fd);
    }
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}
