import type { z } from 'zod';
import { formatValue } from '../format-value.ts';
import { didYouMean, nearestName } from '../nearest-name.ts';
import { formatPath, type Path, valueAt } from './paths.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** Something wrong at a place of a spec: what was expected there, and what was found. */
export interface Fault {
  readonly path: Path;
  readonly text: string;
}

export const formatFault = ({ path, text }: Fault): string => (path.length ? `${formatPath(path)}: ${text}` : text);

export const joinNames = (names: readonly unknown[]): string => names.map(String).join(', ');

// biome-ignore lint/suspicious/noExplicitAny: zod's own description of a schema, one shape for each kind of it
const defOf = (schema: Schema): any => schema._zod.def;

/** The schema without what it is wrapped in: optional, default. */
function bare(schema: Schema): Schema {
  const { innerType } = defOf(schema);
  return innerType ? bare(innerType) : schema;
}

/** The members of a union by the value of their discriminator. */
const members = (schema: Schema): Map<string, Schema> =>
  new Map(
    defOf(schema).options.map((option: Schema) => [
      defOf(defOf(option).shape[defOf(schema).discriminator]).values[0],
      option,
    ]),
  );

/** The schema of what stands at `path`; a union whose member cannot be told stands for what is in it. */
export function schemaAt(schema: Schema, value: unknown, path: Path): Schema | undefined {
  const at = bare(schema);
  const def = defOf(at);
  if (def.type === 'union' && def.discriminator) {
    const member = members(at).get(valueAt(value, [def.discriminator]) as string);
    return member ? schemaAt(member, value, path) : at;
  }
  const [key, ...rest] = path;
  if (key === undefined) return at;
  const next = def.type === 'object' && Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
  const inside = next ?? def.element ?? def.catchall ?? def.valueType;
  return inside && schemaAt(inside, valueAt(value, [key]), rest);
}

/** The keys that an object of this schema may have; of a union, those of any member. */
export function keysIn(schema: Schema | undefined): string[] {
  if (!schema) return [];
  const def = defOf(schema);
  if (def.type === 'union') return [...new Set<string>(def.options.flatMap(keysIn))];
  return def.type === 'object' ? Object.keys(def.shape) : [];
}

/** What a schema takes, in words; undefined where there are none for it. */
function expected(schema: Schema | undefined): string | undefined {
  if (!schema) return undefined;
  const def = defOf(schema);
  switch (def.type) {
    case 'number':
      return number(def);
    case 'string':
      return def.checks?.length ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return def.checks?.length ? 'a list with at least one entry' : 'a list';
    case 'object':
    case 'record':
      return 'an object';
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'literal':
      return oneOf(def.values);
    case 'union':
      return def.discriminator ? 'an object' : alternatives(def.options.map(expected));
    default:
      return undefined;
  }
}

const oneOf = (values: readonly unknown[]): string =>
  values.length > 1 ? `one of ${joinNames(values)}` : joinNames(values);
const alternatives = (texts: readonly (string | undefined)[]): string | undefined =>
  texts.every((text) => text !== undefined) ? [...new Set(texts)].join(' or ') : undefined;

interface Bound {
  readonly value: number;
  readonly inclusive: boolean;
}

function number({ format, checks = [] }: { format?: string; checks?: { _zod: { def: Bound & { check: string } } }[] }) {
  const bounds = (check: string): Bound[] => checks.map(({ _zod }) => _zod.def).filter((def) => def.check === check);
  const whole = format !== undefined;
  const [above] = bounds('greater_than').sort((a, b) => b.value - a.value);
  const [high] = bounds('less_than').sort((a, b) => a.value - b.value);
  const low = whole && above && !above.inclusive ? { value: above.value + 1, inclusive: true } : above;
  const noun = whole ? 'an integer' : 'a number';
  if (low?.inclusive && high?.inclusive) return `${noun} from ${low.value} to ${high.value}`;
  const open = [
    ...(low ? [low.inclusive ? `of at least ${low.value}` : `above ${low.value}`] : []),
    ...(high ? [high.inclusive ? `of at most ${high.value}` : `below ${high.value}`] : []),
  ];
  return [noun, open.join(' and ')].join(' ').trim();
}

/** One fault a key: a key that was misspelt is not missing as well. */
export function explain(schema: Schema, input: unknown, issues: readonly Issue[]): Fault[] {
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

function wordIssue(schema: Schema, input: unknown, issue: Issue): string {
  const found = valueAt(input, issue.path);
  if (issue.code === 'custom' || issue.code === 'invalid_format') return `${issue.message}, got ${formatValue(found)}`;
  const at = schemaAt(schema, input, issue.path);
  if (issue.code === 'invalid_union' && at && defOf(at).discriminator) {
    const names = [...members(at).keys()];
    return `expected ${oneOf(names)}, got ${formatValue(found)}${didYouMean(found, names)}`;
  }
  const wanted = expected(at);
  if (wanted === undefined) return `${issue.message}, got ${formatValue(found)}`;
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return `expected ${wanted}, got ${formatValue(found)}${didYouMean(found, names)}`;
}
