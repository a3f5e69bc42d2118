import { SpecError } from './spec-error.ts';

/** Keys that lead to a value in a spec, from the outside in. */
export type Path = readonly PropertyKey[];

/** Writes a path as a person would: `measure[0].op`, `grid["model.hidden"][1]`. */
export const formatPath = (path: Path): string =>
  path
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return i ? `.${name}` : name;
    })
    .join('');

/**
 * Reads a path: `measure[0].op` and `measure.0.op` alike. An axis has a dot in its name, so that
 * `grid.model.hidden` leads to `grid["model.hidden"]`.
 */
export function keysOf(text: string): string[] {
  const keys = Array.from(text.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g), ([, quoted, index, word]) => {
    return (quoted ?? index ?? word)!;
  });
  const isAxis = keys[0] === 'grid' && axisRoots.some((root) => root === keys[1]) && keys.length > 2;
  return isAxis ? ['grid', `${keys[1]}.${keys[2]}`, ...keys.slice(3)] : keys;
}

/** Parts of a spec whose keys may be axes of its grid. */
export const axisRoots = ['data', 'model', 'optimizer'] as const;

/** Reads the value at `path`; undefined if it is not there. What objects inherit is not there. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) => (Object.hasOwn(Object(at), key) ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );

/**
 * Copies `value` with another one at `path`. Makes the objects that are missing on the way.
 *
 * @throws {SpecError} if the path leads into a list, and not to one of its entries.
 */
export function withValue(value: unknown, path: Path, other: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  if (Array.isArray(value)) {
    if (!(Number(key) in value)) {
      const entries = value.length
        ? `expected an entry of the list, 0 to ${value.length - 1}`
        : 'expected no key, for the list is empty';
      throw new SpecError(`${entries}, got ${String(key)}`);
    }
    return value.with(Number(key), withValue(value[Number(key)], rest, other));
  }
  const inside = typeof value === 'object' && value !== null ? value : {};
  const under = Object.hasOwn(inside, key) ? (inside as Record<PropertyKey, unknown>)[key] : undefined;
  // defined, not set: __proto__ is a key like any other in JSON
  const entry = { value: withValue(under, rest, other), enumerable: true, writable: true, configurable: true };
  return Object.defineProperty({ ...inside }, key, entry);
}
