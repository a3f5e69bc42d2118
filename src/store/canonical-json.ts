/**
 * Writes JSON with sorted keys and no space: one text per value, whatever order it was written in.
 *
 * @throws {TypeError} naming the key, if the value holds what JSON cannot: undefined, NaN, an
 *   infinity, a function, …
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export const canonicalJson = (value: unknown): string => text(value, '');

function text(value: unknown, key: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => text(item, `${key}[${i}]`)).join()}]`;
  if (typeof value === 'object' && plain.has(Object.getPrototypeOf(value))) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, of]) => `${JSON.stringify(name)}:${text(of, key ? `${key}.${name}` : name)}`).join()}}`;
  }
  const found = typeof value === 'object' ? (value.constructor?.name ?? 'object') : String(value);
  throw new TypeError(`canonicalJson: ${key || 'the value'} must be plain JSON, got ${found}`);
}

const plain = new Set([Object.prototype, null]);
