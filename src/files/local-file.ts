import { closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';

/** Size in bytes of the largest file that Node reads into one buffer. */
export const mostBytes = 2 ** 31 - 1;

/**
 * Checks that a file is there and can be read, and returns its size and dates.
 *
 * @param advice Advice for the message if there is no file.
 * @throws {RangeError} if there is none, or it cannot be read. @throws {TypeError} if it is a
 *   folder or a device.
 */
export function checkFile(path: string, advice = ''): Stats {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`path must name a file, got ${JSON.stringify(path)}`);
  const stats = attempt(path, () => statSync(path), advice);
  if (stats.isDirectory()) throw new TypeError(`${path}: expected a file, got a folder`);
  if (!stats.isFile()) throw new TypeError(`${path}: expected a file, got a device, pipe or socket`);
  return stats;
}

/** Reads the whole of a file that `checkFile` has checked. */
export function readWhole(path: string, size: number): Buffer {
  if (size > mostBytes) {
    throw new RangeError(`${path}: expected at most 2 GiB, got ${(size / 2 ** 30).toFixed(1)} GiB`);
  }
  return attempt(path, () => readFileSync(path));
}

/** Reads the first bytes of a file; fewer if it is shorter. */
export function readFirst(path: string, bytes: number): Buffer {
  return attempt(path, () => {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(Math.min(bytes, fstatSync(file).size));
      let read = 0;
      for (let more = -1; read < buffer.length && more !== 0; read += more) {
        more = readSync(file, buffer, read, buffer.length - read, read);
      }
      return buffer.subarray(0, read);
    } finally {
      closeSync(file);
    }
  });
}

function attempt<T>(path: string, read: () => T, advice = ''): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RangeError(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `${path}: expected a file, found nothing there${advice && `; ${advice}`}`
        : `${path}: expected a file that can be read, got ${code}`,
    );
  }
}
