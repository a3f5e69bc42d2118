/** @throws {RangeError} that names `who` and the first of `counts` that is no integer of at least `least`. */
export function requireCounts(who: string, counts: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!(Number.isSafeInteger(count) && count >= least)) {
      throw new RangeError(`${who}: ${name} must be an integer of at least ${least}, got ${count}`);
    }
  }
}
