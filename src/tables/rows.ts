import { type RecordBatch, Vector } from 'apache-arrow';

/** A row of a batch as an object of its own; lists are typed arrays. */
export function rowAt(batch: RecordBatch, index: number): Record<string, unknown> {
  return Object.fromEntries(
    batch.schema.fields.map(({ name }, c) => {
      const cell: unknown = batch.getChildAt(c)!.get(index);
      return [name, cell instanceof Vector ? cell.toArray().slice() : cell];
    }),
  );
}

/** The rows of a batch as objects: for small tables. */
export const rowsOf = (batch: RecordBatch): Record<string, unknown>[] =>
  Array.from({ length: batch.numRows }, (_, index) => rowAt(batch, index));
