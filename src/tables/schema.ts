import { Bool, type DataType, Field, Float64, Int32, List, Schema, Uint32, Utf8 } from 'apache-arrow';
import type { ArrowKind, Columns } from '../columns.ts';

const types: Record<ArrowKind, DataType> = {
  float64: new Float64(),
  int32: new Int32(),
  uint32: new Uint32(),
  bool: new Bool(),
  utf8: new Utf8(),
  'list<float64>': new List(new Field('item', new Float64(), false)),
  'list<int32>': new List(new Field('item', new Int32(), false)),
};

const kinds = new Map(Object.entries(types).map(([kind, type]) => [`${type}`, kind as ArrowKind]));

/** The Arrow schema of a set of columns; units and meanings travel as metadata of the fields. */
export function arrowSchema(columns: Columns): Schema {
  const fields = Object.entries(columns).map(([name, { arrow, unit, about, nullable }]) => {
    const metadata = new Map([
      ['unit', unit],
      ['about', about],
    ]);
    return new Field(name, types[arrow], nullable, metadata);
  });
  return new Schema(fields);
}

/**
 * The columns that a schema describes: {@link arrowSchema} the other way round.
 *
 * @throws {TypeError} if a field has a type that no column can have.
 */
export function columnsOfSchema(schema: Schema): Columns {
  return Object.fromEntries(
    schema.fields.map(({ name, type, nullable, metadata }) => {
      const arrow = kinds.get(`${type}`);
      if (!arrow) {
        throw new TypeError(
          `the column ${name} must have one of the types ${[...kinds.keys()].join(', ')}, got ${type}`,
        );
      }
      return [name, { arrow, unit: metadata.get('unit') ?? '1', about: metadata.get('about') ?? '', nullable }];
    }),
  );
}
