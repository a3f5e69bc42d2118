/**
 * For options of which a misspelt one would go unnoticed, where no compiler has looked at the call.
 *
 * @throws {TypeError} that names `who`, the first key of `options` that is none of the `known`, and these.
 */
export function requireOptions(who: string, options: object, known: readonly string[]): void {
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw new TypeError(`${who}: expected options among ${known.join(', ')}, got ${stranger}`);
}
