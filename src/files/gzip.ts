import { constants, gunzipSync } from 'node:zlib';

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Unpacks the beginning of a gzip file, to at most 1032 times as many bytes: DEFLATE packs no
 * tighter.
 */
export const unpackedHead = (path: string, packed: Uint8Array): Buffer =>
  unpack(path, () => gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }));

/**
 * Unpacks a whole gzip file and checks its checksum.
 *
 * @param most Largest number of bytes to unpack: what a header in the file promises, so that a
 *   small file cannot fill the memory.
 * @throws {TypeError} if it is corrupted, cut off, or unpacks to more.
 */
export const unpacked = (path: string, packed: Uint8Array, most: number): Buffer =>
  unpack(path, () => gunzipSync(packed, { maxOutputLength: most }), most);

function unpack(path: string, work: () => Buffer, most?: number): Buffer {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TypeError(`${path}: expected ${most} bytes once unpacked, as its header says, got more`);
    }
    if (code === 'Z_BUF_ERROR') throw new TypeError(`${path}: expected a whole gzip file, got one that is cut off`);
    throw new TypeError(`${path}: expected a gzip file that can be unpacked, got one that is corrupted: ${message}`);
  }
}
