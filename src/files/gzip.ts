import { constants, gunzipSync } from 'node:zlib';

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * What the beginning of a gzip file unpacks to, as far as it goes: at most 1032 times as many
 * bytes.
 */
export const unpackedHead = (path: string, packed: Uint8Array): Buffer =>
  unpack(path, () => gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }));

/**
 * What a gzip file unpacks to; its checksum is checked.
 *
 * @param most Bytes that it must not exceed: what a header within promises, so that a small file
 *   cannot fill the memory.
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
