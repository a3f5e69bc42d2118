import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { Dataset } from '../math/data/dataset.ts';

/**
 * Hashes what a data set holds: n, d, k, the bits of x and y, and the labels or that there are
 * none, and the same of samples that are held out. SHA-256, in hex.
 *
 * The names of files, columns and classes are left out. The same rows read from a CSV and from an
 * Arrow file hash alike, so that a run on them is found again in the store. The hash is the same on
 * every machine.
 *
 * @example
 * contentHash(readDataset('iris.csv', {})) === contentHash(readDataset('iris.arrow', {})); // true
 */
export function contentHash({ n, d, k, x, y, labels, test }: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify({ n, d, k, labels: labels !== undefined }));
  for (const array of [x, y, labels ?? new Int32Array()]) {
    for (let from = 0; from < array.length; from += slice)
      hash.update(littleEndian(array.subarray(from, from + slice)));
  }
  if (test) hash.update(contentHash(test));
  return hash.digest('hex');
}

/** Elements per update, which must take less than 2 GiB. */
const slice = 2 ** 20;

function littleEndian(array: Float64Array | Int32Array): Uint8Array {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (endianness() === 'LE') return bytes;
  return array instanceof Float64Array ? Buffer.from(bytes).swap64() : Buffer.from(bytes).swap32();
}
