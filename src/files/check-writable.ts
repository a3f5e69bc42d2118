import fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from './write-error.ts';

/**
 * Finds out whether files can be made in a folder, which need not exist yet: makes an empty folder
 * in what there is of it and removes it again. What the system says beforehand is no answer: it
 * lets a superuser into folders that take nothing.
 *
 * @throws {Error} naming the folder and what is in the way: a file, missing permission, a read-only
 *   file system.
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

/** The folder or file itself, or the nearest above it that exists. */
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
