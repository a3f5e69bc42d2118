const inGiB = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/**
 * @throws {RangeError} if `bytes`, the estimated workspace of a run, exceed `limit`; names the
 * engine.
 */
export function requireFit(engine: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new RangeError(`${engine}: the workspace must fit into ${inGiB(limit)}, got an estimate of ${inGiB(bytes)}`);
}
