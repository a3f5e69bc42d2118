import { csv } from '../../tables/text.ts';
import { TextFileWriter } from '../../tables/text-file-writer.ts';
import { type TableSinkOptions, tableSink } from './table-sink.ts';

/**
 * Writes every row to a CSV file and passes it on.
 *
 *     --{ step: 0, drift: [0, 0] }--{ step: 1, drift: [0.1, -0.2] }--|
 *       toCsv('steps.csv')      step,drift
 *                               0,"[0,0]"
 *                               1,"[0.1,-0.2]"
 *
 * Works as `toArrow` does: rows go to `<path>.part`, an Arrow IPC stream, and become the file when
 * the source completes or nobody wants more.
 *
 * The first line has the names. A null is empty, and an empty text is `""`. Numbers have the digits
 * that read back as the same double; −0 is `-0.0`, and `NaN`, `Infinity`, `-Infinity` stand as they
 * are. A list is one cell, a JSON array (with these words): lists of a column may differ in length.
 * Units, meanings and the origin of the rows are lost; Arrow and Parquet keep them.
 *
 * - needs: a Stream, that is, columns known before the first row
 * - cost:  about 1.5 µs a row of 14 columns, and 10 µs a row at the end
 * - error: as `toArrow`
 *
 * @param path         File to write; by custom it ends in `.csv`.
 * @param options.rows Rows per batch of `<path>.part`. Default 1024.
 * @throws {TypeError} as `toArrow`. @throws {RangeError} if `rows` is not a positive integer.
 * @example
 * gradientDescent(run).pipe(take(100), conservation(),
 * toCsv('output/my-run/steps.csv')).subscribe();
 */
export const toCsv = (path: string, options: TableSinkOptions = {}) =>
  tableSink({ who: 'toCsv', path, options, open: (at, columns) => new TextFileWriter(at, csv(columns)) });
