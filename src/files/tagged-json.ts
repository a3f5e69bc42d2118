/** Typed arrays that {@link toTaggedJson} can write, by their names. */
const arrays = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  BigInt64Array,
  BigUint64Array,
};
type ArrayName = keyof typeof arrays;

/**
 * Writes plain data as JSON, with what JSON lacks as an object of one key that begins with `$`: a
 * typed array is `{"$Float64Array":"…"}` in base64, little-endian; a number that JSON has no word
 * for `{"$number":"NaN"}`; `undefined`, bigints, maps and sets likewise.
 *
 * The same data give the same text, and every bit comes back.
 *
 * @throws {TypeError} that names the place of what is no plain data, as a function.
 */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(tagged(value, ''));
}

/**
 * Reads what {@link toTaggedJson} has written.
 *
 * @throws {SyntaxError} if it is no JSON; {TypeError} if a tag is unknown.
 */
export const fromTaggedJson = (text: string): unknown => untagged(JSON.parse(text));

const specials = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

function tagged(value: unknown, place: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'object') return taggedObject(value, place);
  throw new TypeError(`${place || 'the value'} must be plain data, got a ${typeof value}`);
}

function taggedObject(value: object, place: string): unknown {
  const inside = (part: unknown, key: string | number) => tagged(part, place ? `${place}.${key}` : String(key));
  if (Array.isArray(value)) return value.map(inside);
  if (ArrayBuffer.isView(value)) {
    const { name } = value.constructor;
    if (Object.hasOwn(arrays, name)) {
      return { [`$${name}`]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
    }
  }
  if (value instanceof Map) return { $Map: [...value].map(inside) };
  if (value instanceof Set) return { $Set: [...value].map(inside) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(
      `${place || 'the value'} must be plain data, got an object of the kind ${value.constructor.name}`,
    );
  }
  const entries = Object.entries(value).map(([key, part]) => [key, inside(part, key)] as const);
  // an object that looks like a tag is written as its entries
  return isTag(Object.keys(value)) ? { $object: entries } : Object.fromEntries(entries);
}

const isTag = ([key, ...others]: readonly string[]): boolean => key?.startsWith('$') === true && others.length === 0;

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  const keys = Object.keys(value);
  if (!isTag(keys)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, untagged(part)]));
  const tag = keys[0]!.slice(1);
  return untaggedPart(tag, (value as Readonly<Record<string, unknown>>)[keys[0]!]);
}

function untaggedPart(tag: string, part: unknown): unknown {
  if (tag === 'undefined') return undefined;
  if (tag === 'number' && Object.hasOwn(specials, part as string)) return specials[part as keyof typeof specials];
  if (tag === 'bigint') return BigInt(part as string);
  if (tag === 'Map') return new Map(untagged(part) as [unknown, unknown][]);
  if (tag === 'Set') return new Set(untagged(part) as unknown[]);
  if (tag === 'object') return Object.fromEntries(untagged(part) as [string, unknown][]);
  if (!Object.hasOwn(arrays, tag)) throw new TypeError(`expected a tag of this format, got $${tag}`);
  const bytes = Buffer.from(part as string, 'base64');
  // a copy, because the view of a Buffer need not be aligned
  return new arrays[tag as ArrayName](Uint8Array.from(bytes).buffer);
}
