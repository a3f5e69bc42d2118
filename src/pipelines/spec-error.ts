/** A spec that cannot be run as it stands; its message, a line for each fault, is meant for the person who wrote it. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[]) {
    const lines = typeof faults === 'string' ? [faults] : faults;
    super(lines.join('\n'));
    this.faults = lines;
  }

  /** The same faults, each behind the name of the file it is in. */
  in(path: string): SpecError {
    return new SpecError(this.faults.map((fault) => `${path}: ${fault}`));
  }
}

/** Runs `work` on the spec in a file: faults that it finds are named with the file. */
export function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SpecError ? error.in(path) : error;
  }
}

/**
 * Runs `work` for a key of a spec: whatever it refuses is a fault of that key, said in its own words.
 *
 * @param who The function that says so: its name is left out, since the key stands for it. So is the key itself.
 */
export function asSpecFault<T>(key: string, work: () => T, who?: string): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const said = [who, key].find((name) => message.startsWith(`${name}: `));
    throw new SpecError(`${key}: ${said === undefined ? message : message.slice(said.length + 2)}`);
  }
}
