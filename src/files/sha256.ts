import { createHash } from 'node:crypto';
import fs from 'node:fs';

/** Computes the SHA-256 of a text or of bytes, in hex. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Computes the SHA-256 of a file, in hex, a megabyte at a time. */
export function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  const fd = fs.openSync(path, 'r');
  try {
    for (let count: number; (count = fs.readSync(fd, buffer)) > 0; ) hash.update(buffer.subarray(0, count));
  } finally {
    fs.closeSync(fd);
  }
  return hash.digest('hex');
}
