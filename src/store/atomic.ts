import fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AtomicFile } from '../operators/sinks/arrow/atomic-file.ts';

/**
 * Writes a small file whole or not at all, and brings it to disk; gives the SHA-256 of its content.
 *
 * @throws {Error} `cannot write FILE: …`; what was there before is then still there.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): string {
  const file = new AtomicFile(path);
  file.write(typeof content === 'string' ? Buffer.from(content) : content);
  return file.commit();
}

/**
 * Finds out, without writing, whether files can be made in a folder, which need not exist yet.
 *
 * @throws {Error} naming the folder and what is in the way: a file, missing permission, a read-only file system.
 */
export function checkWritable(folder: string): void {
  const at = nearest(resolve(folder));
  if (!fs.statSync(at).isDirectory()) throw new Error(`cannot write to ${folder}: ${at} is not a folder`);
  try {
    fs.accessSync(at, fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EROFS' ? 'lies on a read-only file system' : 'may not be written in: permission denied';
    throw new Error(`cannot write to ${folder}: ${at} ${why} (${code})`, { cause });
  }
}

/** The folder or file itself, or the nearest above it that exists. */
function nearest(path: string): string {
  try {
    fs.statSync(path);
    return path;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES') throw new Error(`cannot write to ${path}: permission denied (EACCES)`, { cause });
    return nearest(dirname(path));
  }
}
