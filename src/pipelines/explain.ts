import type { z } from 'zod';
import { formatValue } from '../format-value.ts';
import { chosen, type JsonSchema, jsonSchemaOf } from '../json-schema.ts';
import { didYouMean, nearestName } from '../nearest-name.ts';
import { formatPath, type Path, valueAt } from './paths.ts';

type Issue = z.core.$ZodIssue;

/** Mistake at a path of a spec: its text says what was expected and what was found. */
export interface Fault {
  readonly path: Path;
  readonly text: string;
}

export const formatFault = ({ path, text }: Fault): string => (path.length ? `${formatPath(path)}: ${text}` : text);

export const joinNames = (names: readonly unknown[]): string => names.map(String).join(', ');

/**
 * Finds the key that tells the members of a discriminated union apart: each has a constant there.
 */
const discriminatorOf = ({ oneOf: [first, ...others] = [] }: JsonSchema): string | undefined =>
  Object.keys(first?.properties ?? {}).find((key) =>
    [first!, ...others].every(({ properties }) => properties?.[key]?.const !== undefined),
  );

/** Finds the schema at `path`. A union stands for what is in it if its member cannot be told. */
export function schemaAt(schema: JsonSchema, value: unknown, path: Path): JsonSchema | undefined {
  const discriminator = discriminatorOf(schema);
  if (discriminator !== undefined) {
    const found = valueAt(value, [discriminator]);
    const member = schema.oneOf!.find(({ properties }) => properties![discriminator]!.const === found);
    return member ? schemaAt(member, value, path) : schema;
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const { properties = {}, additionalProperties, items } = schema;
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const inside = Object.hasOwn(properties, key) ? properties[String(key)] : (items ?? other);
  return inside && schemaAt(inside, valueAt(value, [key]), rest);
}

/** Lists the keys that an object of this schema may have; of a union, those of any member. */
export function keysIn(schema: JsonSchema | undefined): string[] {
  const members = schema?.oneOf ?? schema?.anyOf;
  if (members) return [...new Set(members.flatMap(keysIn))];
  return Object.keys(schema?.properties ?? {});
}

/** Words what a schema takes; undefined if there are no words for it. */
function expected(schema: JsonSchema | undefined): string | undefined {
  if (!schema) return undefined;
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return oneOf(schema.enum);
  if (schema.anyOf) return alternatives(schema.anyOf.map(expected));
  if (schema.oneOf) return 'an object';
  switch (schema.type) {
    case 'number':
    case 'integer':
      return number(schema);
    case 'string':
      return schema.minLength ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return schema.minItems ? 'a list with at least one entry' : 'a list';
    case 'object':
      return 'an object';
    default:
      return undefined;
  }
}

const oneOf = (values: readonly unknown[]): string =>
  values.length > 1 ? `one of ${joinNames(values)}` : joinNames(values);
const alternatives = (texts: readonly (string | undefined)[]): string | undefined =>
  texts.every((text) => text !== undefined) ? [...new Set(texts)].join(' or ') : undefined;

/** Words the range of a number. */
function number({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const isInteger = type === 'integer';
  const above = isInteger ? undefined : exclusiveMinimum;
  const low = isInteger && exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : chosen(minimum);
  const high = chosen(maximum);
  const noun = isInteger ? 'an integer' : 'a number';
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`;
  const ends = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(low === undefined ? [] : [`of at least ${low}`]),
    ...(high === undefined ? [] : [`of at most ${high}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ];
  return [noun, ends.join(' and ')].join(' ').trim();
}

/**
 * Words the issues that zod found: one fault for each key, and none for a missing key that was
 * misspelt.
 */
export function explain(zodSchema: z.ZodType, input: unknown, issues: readonly Issue[]): Fault[] {
  if (!issues.length) return [];
  const schema = jsonSchemaOf(zodSchema);
  const faults: Fault[] = [];
  const meant = new Set<string>();
  const add = (fault: Fault) => {
    if (!faults.some(({ path }) => formatPath(path) === formatPath(fault.path))) faults.push(fault);
  };
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') {
      add({ path: issue.path, text: wordIssue(schema, input, issue) });
      continue;
    }
    const keys = keysIn(schemaAt(schema, input, issue.path));
    for (const key of issue.keys) {
      const missing = nearestName(key, keys);
      if (missing !== undefined) meant.add(formatPath([...issue.path, missing]));
      add({ path: [...issue.path, key], text: `unknown key${didYouMean(key, keys)} (known: ${joinNames(keys)})` });
    }
  }
  return faults.filter(({ path }) => !meant.has(formatPath(path)) || valueAt(input, path) !== undefined);
}

function wordIssue(schema: JsonSchema, input: unknown, issue: Issue): string {
  const found = valueAt(input, issue.path);
  if (issue.code === 'custom' || issue.code === 'invalid_format') return `${issue.message}, got ${formatValue(found)}`;
  const at = schemaAt(schema, input, issue.path);
  const discriminator = at && discriminatorOf(at);
  if (issue.code === 'invalid_union' && at && discriminator !== undefined) {
    const names = at.oneOf!.map(({ properties }) => String(properties![discriminator]!.const));
    return `expected ${oneOf(names)}, got ${formatValue(found)}${didYouMean(found, names)}`;
  }
  const wanted = expected(at);
  if (wanted === undefined) return `${issue.message}, got ${formatValue(found)}`;
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return `expected ${wanted}, got ${formatValue(found)}${didYouMean(found, names)}`;
}
