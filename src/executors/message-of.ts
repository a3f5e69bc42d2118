/** Words what was thrown, which in JavaScript may be any value. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : `expected an Error to be thrown, got ${JSON.stringify(thrown) ?? thrown}`;
