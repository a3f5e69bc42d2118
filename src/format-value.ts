const longest = 80;

/**
 * Prints a value for an error message: JSON on one line, cut off if it would fill the screen.
 *
 * @example formatValue(['a', { b: 1 }]); // ["a",{"b":1}]
 */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(cut(value, longest - 4));
  if (Array.isArray(value) || isPlain(value)) return cut(jsonOf(value), longest - 3);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return `an object of the kind ${value.constructor?.name ?? 'null'}`;
  return String(value); // JSON has no word for NaN, Infinity, a bigint or a symbol
}

/** Prints a list or an object as JSON on one line, whole; what JSON lacks is put in words. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (isJson(inner) ? inner : formatValue(inner)));

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);

const isPlain = (value: unknown) =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

const isJson = (value: unknown) =>
  ['string', 'boolean'].includes(typeof value) ||
  Number.isFinite(value) ||
  value === null ||
  Array.isArray(value) ||
  isPlain(value);
