/** Prints a value for a message: a text in quotes, an object by its keys, never its numbers. */
export function printed(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'no keys'}`;
}
