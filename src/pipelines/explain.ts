import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** `measure[0].op`, as a person would write the place in a spec. */
export const place = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('') || 'the spec';

const show = (value: unknown): string =>
  value === undefined ? 'nothing' : shorten(JSON.stringify(value) ?? String(value));
const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);
const listed = (names: readonly unknown[]): string => names.map(String).join(', ');

/** The nearest of `names`, if one is near enough to be what was meant. */
export function nearest(name: string, names: readonly string[]): string {
  const best = names.length ? closest(name, [...names]) : undefined;
  return best !== undefined && isNear(name, best) ? `; did you mean ${best}?` : '';
}

function isNear(a: string, b: string): boolean {
  const pairs = new Set(Array.from({ length: a.length - 1 }, (_, i) => a.slice(i, i + 2).toLowerCase()));
  return [...pairs].some((pair) => b.toLowerCase().includes(pair));
}

/** The keys that the object at `path` may have, and the values that the discriminator there may have. */
interface Options {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** Follows `path` through a schema, choosing the members of unions by the value that is there. */
function optionsAt(schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): Options {
  // biome-ignore lint/suspicious/noExplicitAny: zod's own description of a schema
  const def = (schema as any)._zod.def;
  const [key, ...rest] = path;
  const inside = (next: z.core.$ZodType) => optionsAt(next, (value as Record<PropertyKey, unknown>)?.[key!], rest);
  if (def.innerType) return optionsAt(def.innerType, value, path);
  if (def.type === 'array') return key === undefined ? { keys: [], values: [] } : inside(def.element);
  if (def.type === 'union' && def.discriminator) {
    const literal = (option: z.core.$ZodType): string => (option as z.ZodObject).shape[def.discriminator].def.values[0];
    const chosen = def.options.find(
      (option: z.core.$ZodType) => literal(option) === (value as Record<string, unknown>)?.[def.discriminator],
    );
    if (chosen) return optionsAt(chosen, value, path);
    return { keys: [], values: def.options.map(literal) };
  }
  if (def.type === 'object') {
    if (key === undefined) return { keys: Object.keys(def.shape), values: [] };
    if (key in def.shape) return inside(def.shape[key]);
  }
  return { keys: [], values: [] };
}

/** One line an issue: the key, what was expected there, and what was found. */
export function explain(schema: z.core.$ZodType, input: unknown, issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) => {
    const at = place(issue.path);
    switch (issue.code) {
      case 'unrecognized_keys': {
        const { keys } = optionsAt(schema, input, issue.path);
        return issue.keys.map(
          (key) => `${place([...issue.path, key])}: unknown key${nearest(key, keys)} (known: ${listed(keys)})`,
        );
      }
      case 'invalid_union': {
        const { values } = optionsAt(schema, input, issue.path.slice(0, -1));
        if (!values.length) return `${at}: expected ${expected(issue.errors.flat())}, got ${show(issue.input)}`;
        const found = (issue.input as Record<PropertyKey, unknown>)?.[issue.path.at(-1)!];
        return `${at}: expected one of ${listed(values)}, got ${show(found)}${nearest(String(found), values)}`;
      }
      case 'invalid_value':
        return `${at}: expected ${issue.values.length > 1 ? 'one of ' : ''}${listed(issue.values)}, got ${show(issue.input)}${
          typeof issue.input === 'string' ? nearest(issue.input, issue.values.map(String)) : ''
        }`;
      default:
        return `${at}: ${expected([issue])}, got ${show(issue.input)}`;
    }
  });
}

/** `expected …`, of the alternatives in `issues`. */
function expected(issues: readonly Issue[]): string {
  const texts = issues.map((issue) => {
    switch (issue.code) {
      case 'invalid_type':
        return `expected ${issue.expected === 'int' ? 'an integer' : article(issue.expected)}`;
      case 'too_small':
        return tooSmall(issue);
      case 'too_big':
        return `expected a ${issue.origin === 'number' || issue.origin === 'int' ? 'number' : `${issue.origin} of size`} ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
      default:
        return issue.message;
    }
  });
  return [...new Set(texts)].map((text, i) => (i ? text.replace(/^expected /, '') : text)).join(' or ');
}

const article = (name: string): string => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;

function tooSmall({ origin, minimum, inclusive }: Extract<Issue, { code: 'too_small' }>): string {
  if (origin === 'array') return `expected a list of ${minimum} or more`;
  if (origin === 'string') return `expected a text that is not empty`;
  return `expected a number ${inclusive ? 'of at least' : 'above'} ${minimum}`;
}
