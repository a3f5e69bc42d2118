import fs from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing.
 *
 * Node's own `recursive` never comes back where a folder is there and the system says ENOENT of
 * what is to be made in it, as /proc does.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    fs.mkdirSync(path);
  } catch (error) {
    // another process was faster
    if (!isFolder(path)) throw error;
  }
}

const isFolder = (path: string): boolean => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
