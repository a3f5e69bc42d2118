import fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from './write-error.ts';

/**
 * Checks that files can be made in a folder, which need not exist yet. It makes an empty folder in
 * the nearest folder that exists, and removes it again, because the permissions alone do not tell:
 * they let a superuser into folders that take no files.
 *
 * @throws {Error} that names the folder and the reason: a file in its place, missing permission, a
 *   read-only file system.
 */
export function checkWritable(folder: string): void {
  try {
    const at = nearest(resolve(folder));
    if (!fs.statSync(at).isDirectory()) throw new Error(`${at} is not a folder`);
    try {
      fs.rmdirSync(fs.mkdtempSync(join(at, '.rxdescent-')));
    } catch (cause) {
      // a disk that is full fails the work, not the folder
      if (isFull(cause)) return;
      throw new Error(`${at} ${cannot(cause)}`, { cause });
    }
  } catch (cause) {
    throw new Error(`cannot write to ${folder}: ${(cause as Error).message}`, { cause });
  }
}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? '';
const isFull = (cause: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(cause));

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be written in: permission denied',
  EROFS: 'lies on a read-only file system',
};

const cannot = (cause: unknown): string => `${reasons[codeOf(cause)] ?? 'takes no files'} (${codeOf(cause)})`;

/** Returns the path itself if it exists, else the nearest folder above that does. */
function nearest(path: string): string {
  try {
    fs.statSync(path);
    return path;
  } catch (cause) {
    const isThere = codeOf(cause) === 'ENOENT' && fs.lstatSync(path, { throwIfNoEntry: false });
    if (isThere) throw new Error(`${path} is a link that leads nowhere`, { cause });
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(cause))) return nearest(dirname(path));
    throw new Error(reasonOf(cause), { cause });
  }
}
