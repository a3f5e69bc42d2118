import { type Data, Vector } from 'apache-arrow';
import type { PageData } from 'hyparquet-writer/src/types.js';
import { validityOf } from './validity.ts';

/** Passes bytes as levels, which are small: the writer only indexes and slices them. */
const levels = (values: Uint8Array): number[] => values as unknown as number[];

/** Converts cells to the form that the Parquet writer takes; a missing one is null. */
export function scalarPages(part: Data, nullable: boolean): PageData {
  const { length } = part;
  const valid = validityOf(part);
  const definitions = new Uint8Array(nullable ? length : 0);
  if (nullable) for (let i = 0; i < length; i++) definitions[i] = valid(i) ? 1 : 0;
  const values = part.nullCount > 0 || !isNumbers(part.values) ? cells(part) : part.values.subarray(0, length);
  return {
    values,
    definitionLevels: levels(definitions),
    repetitionLevels: [],
    maxDefinitionLevel: nullable ? 1 : 0,
  };
}

/** Does as {@link scalarPages} for lists: an entry per item, and one per empty or null list. */
export function listPages(part: Data, nullable: boolean): PageData {
  const { length } = part;
  const valid = validityOf(part);
  const offsets: Int32Array = part.valueOffsets;
  const items = part.children[0]!.values as Float64Array;
  const present = nullable ? 2 : 1;
  let entries = 0;
  for (let i = 0; i < length; i++) entries += Math.max(1, offsets[i + 1]! - offsets[i]!);
  const definitions = new Uint8Array(entries);
  const repetitions = new Uint8Array(entries);
  let whole = true;
  let entry = 0;
  for (let i = 0; i < length; i++) {
    const count = offsets[i + 1]! - offsets[i]!;
    if (count === 0) {
      definitions[entry++] = valid(i) ? present - 1 : 0;
      whole = false;
    }
    for (let j = 0; j < count; j++, entry++) {
      definitions[entry] = present;
      repetitions[entry] = j === 0 ? 0 : 1;
    }
  }
  const values = items.subarray(offsets[0]!, offsets[length]!);
  return {
    values: whole ? values : spread(values, definitions, present),
    definitionLevels: levels(definitions),
    repetitionLevels: levels(repetitions),
    maxDefinitionLevel: present,
  };
}

// no Uint32Array: the writer checks its values against the range of an int32
const isNumbers = (values: unknown): values is Float64Array | Int32Array =>
  values instanceof Float64Array || values instanceof Int32Array;

function cells(part: Data): unknown[] {
  const vector = new Vector([part]);
  return Array.from({ length: part.length }, (_, i) => vector.get(i));
}

function spread(values: Float64Array, definitions: Uint8Array, present: number): (number | null)[] {
  let next = 0;
  return Array.from(definitions, (definition) => (definition === present ? values[next++]! : null));
}
