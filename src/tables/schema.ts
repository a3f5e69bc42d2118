import { Field, Schema } from 'apache-arrow';
import { type ArrowKind, type Column, type Columns, type Summary, summarizedBy } from '../columns.ts';
import type { Origin } from '../stream.ts';
import { tableKinds } from './kinds.ts';

const kindNames = new Map(Object.entries(tableKinds).map(([kind, { type }]) => [`${type}`, kind as ArrowKind]));

/** Key of our metadata, in the schema of Arrow and in the footer of Parquet. */
const key = 'rxdescent';

/** Metadata of a table: the origin of its rows as JSON, if one is known. */
export const tableMetadata = (origin: Origin = {}): Readonly<Record<string, string>> =>
  Object.keys(origin).length ? { [key]: JSON.stringify(origin) } : {};

/**
 * Metadata of a table for readers that do not know Arrow, as DuckDB: the origin of its rows, and
 * what the fields of the Arrow schema say of the columns.
 */
export const plainMetadata = (columns: Columns, origin: Origin = {}): readonly [string, string] => [
  key,
  JSON.stringify({ ...origin, columns: Object.fromEntries(Object.entries(columns).map(describeColumn)) }),
];

const describeColumn = ([name, { arrow, nullable, ...rest }]: [string, Column]) =>
  [name, { type: arrow, nullable, ...rest }] as const;

/**
 * Makes the Arrow schema of a set of columns. Metadata of a field are `unit` and `about`, and
 * `label`, `matrix` and `summary` (as JSON) if the column declares them. Metadata of the schema is
 * the origin of the rows.
 */
export function arrowSchema(columns: Columns, origin?: Origin): Schema {
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
  return new Schema(fields, new Map(Object.entries(tableMetadata(origin))));
}

/** Reads the origin of the rows back from a schema; empty if none is there that is ours. */
export function originOfSchema({ metadata }: Schema): Origin {
  try {
    const origin: unknown = JSON.parse(metadata.get(key) ?? '{}');
    return typeof origin === 'object' && origin !== null && !Array.isArray(origin) ? (origin as Origin) : {};
  } catch {
    return {};
  }
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
