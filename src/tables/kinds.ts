import { Bool, type DataType, Field, Float64, Int32, List, Uint32, Utf8 } from 'apache-arrow';
import type { SchemaElement } from 'hyparquet';
import type { ColumnEncoder } from 'hyparquet-writer/src/types.js';
import type { ArrowKind } from '../columns.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { BoolBuilder, Float64Builder, IntegerBuilder } from './scalar-builders.ts';
import { Float64ListBuilder, Int32ListBuilder, TextBuilder } from './variable-builders.ts';

/** Parquet form of a cell, or of the items of a list. */
interface Leaf {
  readonly element: SchemaElement;
  readonly encoding?: NonNullable<ColumnEncoder['encoding']>;
  /** False if the writer's minimum and maximum would be wrong. */
  readonly stats: boolean;
}

/** Everything that the tables know about one kind of column. */
interface TableKind {
  readonly type: DataType;
  readonly leaf: Leaf;
  /** Makes an empty builder. */
  builder(nullable: boolean): ColumnBuilder;
}

// no dictionary for doubles: the writer's takes −0 for 0
const double: Leaf = { element: { name: 'element', type: 'DOUBLE' }, encoding: 'BYTE_STREAM_SPLIT', stats: true };
const integer: Leaf = { element: { name: 'element', type: 'INT32' }, encoding: 'DELTA_BINARY_PACKED', stats: true };
const unsigned: Leaf = {
  // the older name alone: other readers refuse the size of the bit width that the newer one gets
  element: { ...integer.element, converted_type: 'UINT_32' },
  encoding: 'DELTA_BINARY_PACKED',
  // the writer compares the stored bits, which are negative for large unsigned numbers
  stats: false,
};
const bit: Leaf = { element: { name: 'element', type: 'BOOLEAN' }, stats: true };
const text: Leaf = {
  element: { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  stats: true,
};

const kind = <T extends DataType>(
  type: T,
  leaf: Leaf,
  build: (type: T, nullable: boolean) => ColumnBuilder,
): TableKind => ({
  type,
  leaf,
  builder: (nullable) => build(type, nullable),
});

const listType = (item: DataType) => new List(new Field('item', item, false));

/** One entry per kind of column; a new kind needs one here, one in `columns.ts`, and a builder. */
export const tableKinds: Readonly<Record<ArrowKind, TableKind>> = {
  float64: kind(new Float64(), double, (type, nullable) => new Float64Builder(type, nullable)),
  int32: kind(new Int32(), integer, (type, nullable) => new IntegerBuilder(type, nullable, new Int32Array(0))),
  uint32: kind(new Uint32(), unsigned, (type, nullable) => new IntegerBuilder(type, nullable, new Uint32Array(0))),
  bool: kind(new Bool(), bit, (type, nullable) => new BoolBuilder(type, nullable)),
  utf8: kind(new Utf8(), text, (type, nullable) => new TextBuilder(type, nullable, new Uint8Array(0))),
  'list<float64>': kind(
    listType(new Float64()),
    double,
    (type, nullable) => new Float64ListBuilder(type, nullable, new Float64Array(0)),
  ),
  'list<int32>': kind(
    listType(new Int32()),
    integer,
    (type, nullable) => new Int32ListBuilder(type, nullable, new Int32Array(0)),
  ),
};
