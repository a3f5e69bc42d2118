import { Field, Schema } from 'apache-arrow';
import { type ArrowKind, type Column, type Columns, type Summary, summarizedBy } from '../columns.ts';
import { tableKinds } from './kinds.ts';

const kindNames = new Map(Object.entries(tableKinds).map(([kind, { type }]) => [`${type}`, kind as ArrowKind]));

/**
 * Makes the Arrow schema of a set of columns. Metadata of a field are `unit` and `about`, and
 * `label`, `matrix` and `summary` (as JSON) if the column declares them.
 */
export function arrowSchema(columns: Columns): Schema {
  const fields = Object.entries(columns).map(([name, column]) => {
    const { arrow, unit, about, nullable, label, matrix, summary } = column;
    const metadata = new Map([
      ['unit', unit],
      ['about', about],
      ...optional('label', label),
      ...optional('matrix', matrix),
      ...optional('summary', summary && JSON.stringify(summary)),
    ]);
    return new Field(name, tableKinds[arrow].type, nullable, metadata);
  });
  return new Schema(fields);
}

const optional = (key: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[key, value]];

/**
 * Reads the columns back from a schema: the inverse of {@link arrowSchema}.
 *
 * @throws {TypeError} if a field has a type that no column can have.
 */
export function columnsOfSchema(schema: Schema): Columns {
  return Object.fromEntries(
    schema.fields.map(({ name, type, nullable, metadata }): [string, Column] => {
      const arrow = kindNames.get(`${type}`);
      if (!arrow) {
        throw new TypeError(
          `the column ${name} must have one of the types ${[...kindNames.keys()].join(', ')}, got ${type}`,
        );
      }
      const [label, matrix] = [metadata.get('label'), metadata.get('matrix')];
      const column: Column = {
        arrow,
        unit: metadata.get('unit') ?? '1',
        about: metadata.get('about') ?? '',
        nullable,
        ...(label !== undefined && { label }),
        ...(matrix !== undefined && { matrix }),
      };
      const summary = readSummary(metadata.get('summary'));
      return [name, summary ? summarizedBy(summary, column) : column];
    }),
  );
}

/** Reads the summaries in a field's metadata; undefined if another program wrote the text. */
function readSummary(text: string | undefined): readonly Summary[] | undefined {
  if (text === undefined) return undefined;
  try {
    const summary: unknown = JSON.parse(text);
    if (!Array.isArray(summary)) return undefined;
    summarizedBy(summary, { arrow: 'float64', unit: '1', about: '', nullable: false });
    return summary;
  } catch {
    return undefined;
  }
}
