import { type RecordBatch, Vector } from 'apache-arrow';

/** Copies a cell out of a batch, borrowed or not: a list becomes a typed array of its own. */
export function cellAt(column: Vector, index: number): unknown {
  const cell: unknown = column.get(index);
  return cell instanceof Vector ? cell.toArray().slice() : cell;
}

/** Copies a row out of a batch. */
export const rowAt = (batch: RecordBatch, index: number): Record<string, unknown> =>
  Object.fromEntries(batch.schema.fields.map(({ name }, c) => [name, cellAt(batch.getChildAt(c)!, index)]));

/** Copies the rows of a batch; meant for small tables. */
export const rowsOf = (batch: RecordBatch): Record<string, unknown>[] =>
  Array.from({ length: batch.numRows }, (_, index) => rowAt(batch, index));
