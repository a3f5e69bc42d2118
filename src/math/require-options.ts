/**
 * Refuses a misspelt option, which would go unnoticed in a call that no compiler has checked.
 *
 * @throws {TypeError} that names `who`, the `known` options, and the first key of `options` that is
 *   none of them.
 */
export function requireOptions(who: string, options: object, known: readonly string[]): void {
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw new TypeError(`${who}: expected options among ${known.join(', ')}, got ${stranger}`);
}
