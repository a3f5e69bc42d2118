/** Returns the message of a thrown value, which in JavaScript may be anything. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : `expected an Error to be thrown, got ${JSON.stringify(thrown) ?? thrown}`;
