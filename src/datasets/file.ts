import { extname } from 'node:path';
import { checkFile, readWhole } from '../files/local-file.ts';
import { requireOptions } from '../math/require-options.ts';
import { readArrow } from './arrow.ts';
import { readCsv } from './csv.ts';
import { joined, parted } from './join.ts';
import { readNpy } from './npy.ts';
import type { Table, TargetName } from './table.ts';
import { type FileDataset, toDataset } from './to-dataset.ts';

type Reader = (bytes: Uint8Array, path: string, target: TargetName) => Table;

const readers: Record<string, Reader> = {
  '.arrow': readArrow,
  '.arrows': readArrow,
  '.feather': readArrow,
  '.csv': (bytes, path, target) => readCsv(bytes, path, target, ','),
  '.tsv': (bytes, path, target) => readCsv(bytes, path, target, '\t'),
  '.npy': readNpy,
};

/**
 * Reads a table from a file, synchronously: one row a sample, one column to predict, every other
 * column an input.
 *
 * The extension decides the format: `.arrow`, `.arrows`, `.feather` (Arrow IPC file or stream,
 * uncompressed), `.csv`, `.tsv` (with a header), `.npy` (one matrix). Words, booleans and whole
 * numbers that recur are classes, with one-hot `y`, `labels` and the sorted names in `classes`;
 * other numbers are one quantity to regress on: see `toDataset`. The same numbers give the
 * same data set and the same hash in every format. Nothing is scaled, shuffled or filled in.
 *
 * Errors name the file as `path` does and the first bad place: lines of a text count from 1, rows
 * and columns from 0.
 *
 * @param path A file; relative to the working directory.
 * @param options.target The column to predict, by name or by index from 0. Default the last.
 * @param options.test   Another file with the same columns. Its rows are held out as `test`: they
 *   are not trained on. Targets are classes, and numbered, over the rows of both.
 * @throws {TypeError} if there is another option, or the file is not a table of numbers in its
 *   format, or the two files have other columns.
 * @throws {RangeError} if there is no such file or target, a value is missing or not finite, or
 *   there is one class only.
 * @example
 * const { n, d, k, classes } = readDataset('iris.csv', { target: 'species' });
 */
export function readDataset(path: string, options: { target?: TargetName; test?: string } = {}): FileDataset {
  requireOptions('readDataset', options, ['target', 'test']);
  const { target, test } = options;
  const table = readTable(path, target);
  if (test === undefined) return toDataset(path, table);
  const other = readTable(test, table.target);
  return parted(
    toDataset(`${path} and ${test}`, joined([path, table], [test, other])),
    table.x.length / table.inputs.length,
  );
}

function readTable(path: string, target: TargetName): Table {
  const { size } = checkFile(path);
  const reader = readers[extname(path).toLowerCase()];
  if (!reader) {
    const found = extname(path) || 'none';
    throw new RangeError(`${path}: expected an extension among ${Object.keys(readers).join(' ')}, got ${found}`);
  }
  if (size === 0) throw new TypeError(`${path}: expected a table, got an empty file`);
  return reader(readWhole(path, size), path, target);
}
