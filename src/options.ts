import { z } from 'zod';
import { formatValue } from './format-value.ts';
import { chosen, type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** Positive integer. */
export const count = z.int().positive();
/** Number in (0, 1). */
export const fraction = z.number().gt(0).lt(1);
/** Number in [0, 1): the weight of the past in a running average. */
export const share = z.number().min(0).lt(1);
/** Steps in a list. */
export const stepList = z.array(z.int().nonnegative()).min(1);
/** Cadence of a measure. */
export const every = z
  .union([count, stepList])
  .default(1)
  .meta({ description: 'measures at steps divisible by it, or at the steps of a list; null in between' });

/** Type of the options that a schema takes; lists may be readonly. */
export type Given<O extends z.ZodObject> = { readonly [K in keyof z.input<O>]: ReadonlyLists<z.input<O>[K]> };
type ReadonlyLists<T> = T extends readonly (infer E)[] ? readonly E[] : T;

/**
 * Type of the options of an operator or optimizer.
 *
 * @example const options: OptionsOf<typeof trace> = { every: 10 };
 */
export type OptionsOf<T extends { readonly options: z.ZodObject }> = Given<T['options']>;

/**
 * Checks the options of a call by their schema and fills in the defaults.
 *
 * @param who Name in messages.
 * @throws {TypeError} if an option is unknown or of another type; {RangeError} if its value is out
 *   of range.
 * @example const { every, matrix } = parseOptions('trace', options, given);
 */
export function parseOptions<O extends z.ZodObject>(who: string, schema: O, given: unknown): z.output<O> {
  const { data, error } = schema.safeParse(given);
  if (!error) return data;
  const issue = error.issues[0]!;
  const place = issue.path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`));
  if (issue.code === 'unrecognized_keys') throw new TypeError(`${who}: ${wordStranger(schema, issue, place.join(''))}`);
  const found = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], given);
  if (issue.code === 'custom') {
    const [at, got] = place.length ? [`${place.join('')}: `, `, got ${formatValue(found)}`] : ['', ''];
    throw new RangeError(`${who}: ${at}${issue.message}${got}`);
  }
  const [name, ...inside] = issue.path;
  if (typeof name !== 'string') throw new TypeError(`${who}: options must be an object, got ${String(given)}`);
  const rule = ruleOf(jsonSchemaOf(schema.shape[name]), inside);
  const isOfWrongType = refusesType(issue, found);
  const got = isOfWrongType || typeof found === 'object' ? formatValue(found) : String(found);
  const text = `${place.join('')}${rule === undefined ? `: ${issue.message}` : ` must ${rule}`}, got ${got}`;
  throw new (isOfWrongType ? TypeError : RangeError)(`${who}: ${text}`);
}

/** @throws {TypeError} that names `who` and what it makes, if `schema` is no object schema. */
export function requireSchema(who: string, name: string, schema: z.ZodObject): void {
  if (typeof schema?.shape === 'object') return;
  throw new TypeError(`${who} ${name}: options must be a schema, z.strictObject({ … }), got ${formatValue(schema)}`);
}

/** Tells whether an issue is about the type of a value rather than about the value. */
function refusesType(issue: z.core.$ZodIssue, found: unknown): boolean {
  if (issue.code === 'invalid_union') return issue.errors.every(([first]) => first && refusesType(first, found));
  return issue.code === 'invalid_type' && typeof found !== (issue.expected === 'int' ? 'number' : issue.expected);
}

function wordStranger(
  { shape }: z.ZodObject,
  { keys: [key] }: z.core.$ZodIssueUnrecognizedKeys,
  place: string,
): string {
  if (place) return `${place} has an unknown key ${key}`;
  const known = Object.keys(shape).join(', ');
  return `expected ${known ? `options among ${known}` : 'no options'}, got ${key}`;
}

/**
 * Words what JSON Schema says of a value: `lie in (0, 1)`, `be a positive integer`. Undefined if
 * there are no words for it.
 */
function ruleOf(schema: JsonSchema, path: readonly PropertyKey[]): string | undefined {
  const [key, ...rest] = path;
  if (schema.anyOf) {
    const all = schema.anyOf.map((one) => ruleOf(one, path));
    const rules = path.length ? all.filter((rule) => rule !== undefined) : all;
    if (!rules.length) return undefined;
    return rules.includes(undefined) ? undefined : rules.join(' or ').replaceAll(' or be ', ' or ');
  }
  if (typeof key === 'number' && schema.items) return ruleOf(schema.items, rest);
  if (key !== undefined) {
    const value = schema.properties?.[String(key)] ?? schema.additionalProperties;
    return typeof value === 'object' ? ruleOf(value, rest) : undefined;
  }
  if (schema.const !== undefined) return `be '${String(schema.const)}'`;
  if (schema.enum) return `be one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return integerRule(schema);
    case 'number':
      return numberRule(schema);
    case 'boolean':
      return 'be true or false';
    case 'array':
      return `be a list${schema.minItems ? ` of at least ${schema.minItems}` : ''}`;
    case 'string':
      return 'be a text';
    case 'object':
      return 'be an object';
    default:
      return undefined;
  }
}

function integerRule({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const least = exclusiveMinimum === undefined ? chosen(minimum) : exclusiveMinimum + 1;
  const most = chosen(maximum);
  if (least !== undefined && most !== undefined) return `be an integer from ${least} to ${most}`;
  if (least === 1) return 'be a positive integer';
  if (least === undefined) return most === undefined ? 'be an integer' : `be an integer of at most ${most}`;
  return `be an integer of at least ${least}`;
}

function numberRule({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const low = exclusiveMinimum ?? minimum;
  const high = exclusiveMaximum ?? maximum;
  if (low === undefined && high === undefined) return 'be a finite number';
  if (low === undefined) return `be a number ${exclusiveMaximum === undefined ? 'of at most' : 'below'} ${high}`;
  if (high === undefined) {
    if (low !== 0) return `be a number ${exclusiveMinimum === undefined ? 'of at least' : 'above'} ${low}`;
    return exclusiveMinimum === undefined ? 'be finite and not negative' : 'be positive and finite';
  }
  return `lie in ${exclusiveMinimum === undefined ? '[' : '('}${low}, ${high}${exclusiveMaximum === undefined ? ']' : ')'}`;
}
