import { z } from 'zod';

/** Positive integer. */
export const count = z.int().positive();
/** Number in (0, 1). */
export const fraction = z.number().gt(0).lt(1);
/** Number in [0, 1): the weight of the past in a running average. */
export const share = z.number().min(0).lt(1);
/** Cadence of a measure. */
export const every = count.default(1).meta({ description: 'measures at steps divisible by it; null in between' });

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
  const [name] = issue.path;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    throw new TypeError(`${who}: expected ${known ? `options among ${known}` : 'no options'}, got ${issue.keys[0]}`);
  }
  if (typeof name !== 'string') throw new TypeError(`${who}: options must be an object, got ${String(given)}`);
  const place = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const found = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], given);
  const must =
    issue.code === 'custom' ? issue.message : `must ${ruleOf(jsonSchema(schema.shape[name]), issue.path.slice(1))}`;
  const isOfWrongType =
    issue.code === 'invalid_type' && typeof found !== (issue.expected === 'int' ? 'number' : issue.expected);
  const got = Array.isArray(found) || isOfWrongType ? (JSON.stringify(found) ?? String(found)) : String(found);
  throw new (isOfWrongType ? TypeError : RangeError)(`${who}: ${place.slice(1)} ${must}, got ${got}`);
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

const jsonSchema = (schema: unknown): JsonSchema =>
  z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

/** Words what JSON Schema says of a value: `lie in (0, 1)`, `be a positive integer`. */
function ruleOf(schema: JsonSchema, path: readonly PropertyKey[]): string {
  if (path.length && schema.items) return ruleOf(schema.items, path.slice(1));
  if (schema.anyOf)
    return schema.anyOf
      .map((one) => ruleOf(one, path))
      .join(' or ')
      .replaceAll(' or be ', ' or ');
  if (schema.const !== undefined) return `be '${String(schema.const)}'`;
  if (schema.enum) return `be one of ${schema.enum.join(', ')}`;
  if (schema.type === 'integer') return integerRule(schema);
  if (schema.type === 'number') return numberRule(schema);
  if (schema.type === 'boolean') return 'be true or false';
  if (schema.type === 'array') return `be a list${schema.minItems ? ` of at least ${schema.minItems}` : ''}`;
  return schema.type === 'string' ? 'be a text' : 'be another value';
}

function integerRule({ minimum, exclusiveMinimum = -Infinity }: JsonSchema): string {
  const least = Math.max(minimum ?? -Infinity, exclusiveMinimum + 1);
  return least === 1 ? 'be a positive integer' : `be an integer of at least ${least}`;
}

function numberRule({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const low = exclusiveMinimum ?? minimum;
  const high = exclusiveMaximum ?? maximum;
  if (low === undefined) return high === undefined ? 'be a finite number' : `be a number below ${high}`;
  if (high === undefined) {
    if (low !== 0) return `be a number of at least ${low}`;
    return exclusiveMinimum === undefined ? 'be finite and not negative' : 'be positive and finite';
  }
  return `lie in ${exclusiveMinimum === undefined ? '[' : '('}${low}, ${high}${exclusiveMaximum === undefined ? ']' : ')'}`;
}
