/**
 * Refuses what is no object of options, and a misspelt option, which would go unnoticed in a call
 * that no compiler has checked.
 *
 * @returns the options.
 * @throws {TypeError} that names `who`, the `known` options, and the first key of `options` that is
 *   none of them.
 */
export function requireOptions<O extends object>(who: string, options: O, known: readonly string[]): O {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${who}: expected options among ${known.join(', ')}, got ${options ?? 'none'}`);
  }
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return options;
  throw new TypeError(`${who}: expected options among ${known.join(', ')}, got ${stranger}`);
}
