/** @throws {RangeError} if `layer` is not in 1 … L; names `who`. */
export function requireLayer(who: string, layer: number, L: number): void {
  if (Number.isInteger(layer) && layer >= 1 && layer <= L) return;
  throw new RangeError(`${who}: layer must be an integer from 1 to ${L}, got ${layer}`);
}
