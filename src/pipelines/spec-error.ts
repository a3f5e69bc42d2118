/**
 * Error of a spec that cannot be run. Its message has a line for each fault, for the author of the
 * spec.
 */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[]) {
    const lines = typeof faults === 'string' ? [faults] : faults;
    super(lines.join('\n'));
    this.faults = lines;
  }

  /** Returns the same faults, each behind the name of its file. */
  in(path: string): SpecError {
    return new SpecError(this.faults.map((fault) => `${path}: ${fault}`));
  }
}

/** Runs `work` on the spec in a file, and puts the file's name before its faults. */
export function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SpecError ? error.in(path) : error;
  }
}

/**
 * Runs `work` for a key of a spec. An error that it throws becomes a fault of that key, in its own
 * words.
 *
 * @param who Function that throws. Its name is left out of the message because the key stands for
 *   it; so is the key.
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
