import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the calling test file's own, removed when its tests are over. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'rxdescent-data-'));
  afterAll(() => rmSync(path, { recursive: true }));
  return {
    path,
    /** Writes a file, and returns its path. */
    write(name: string, content: string | Uint8Array): string {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** Returns the error that `act` throws, as `TypeError: message`. */
export function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was thrown');
}
