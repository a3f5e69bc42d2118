/**
 * @throws {TypeError} that names `who` and the first part of `value` that is not of its type, as
 * `typeof` has it.
 */
export function requireParts(who: string, value: object, types: Readonly<Record<string, string>>): void {
  for (const [part, type] of Object.entries(types)) {
    const found: unknown = (value as Readonly<Record<string, unknown>>)[part];
    if (typeof found !== type) throw new TypeError(`${who}.${part} must be a ${type}, got ${found}`);
  }
}
