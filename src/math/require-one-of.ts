/** @throws {RangeError} that names `who`, the option, its values, and the one that was found. */
export function requireOneOf(who: string, option: Readonly<Record<string, unknown>>, values: readonly string[]): void {
  for (const [name, value] of Object.entries(option)) {
    if (typeof value === 'string' && values.includes(value)) continue;
    throw new RangeError(`${who}: ${name} must be one of ${values.join(', ')}, got ${value}`);
  }
}
