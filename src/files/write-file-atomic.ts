import { AtomicFile } from './atomic-file.ts';

/**
 * Writes a small file whole or not at all, syncs it to disk, and returns its SHA-256.
 *
 * @throws {Error} `cannot write FILE: …`; a file that was there before stays.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): string {
  const file = new AtomicFile(path);
  file.write(typeof content === 'string' ? Buffer.from(content) : content);
  return file.commit();
}
