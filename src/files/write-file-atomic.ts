import { AtomicFile } from './atomic-file.ts';

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
