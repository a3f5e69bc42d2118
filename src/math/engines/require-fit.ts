const inGiB = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/** @throws {RangeError} that names the engine, if the workspace of a run, which is not allocated yet, is beyond `limit`. */
export function requireFit(engine: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new RangeError(`${engine}: the workspace must fit into ${inGiB(limit)}, got an estimate of ${inGiB(bytes)}`);
}
