import crc32c from 'crc-32/crc32c.js';

/**
 * CRC-32C of a message, as hex in the metadata of the message itself. It is computed over the whole
 * message with zeros in place of its own eight digits. Other readers ignore it.
 */
const tag = 'crc32c:';
const digits = 8;
const zeros = '0'.repeat(digits);

/** Makes metadata for a message that {@link seal} completes. */
export const unsealed = (): Map<string, string> => new Map([['checksum', tag + zeros]]);

const hex = (crc: number): string => (crc >>> 0).toString(16).padStart(digits, '0');

// metadata is encoded last, and flatbuffers grow to the front: the first tag is ours
const position = (head: Uint8Array): number => {
  const at = Buffer.from(head.buffer, head.byteOffset, head.byteLength).indexOf(tag, 0, 'latin1');
  return at < 0 ? at : at + tag.length;
};

const write = (head: Uint8Array, at: number, text: string): void => {
  for (let i = 0; i < digits; i++) head[at + i] = text.charCodeAt(i);
};

/** Writes the checksum of `head` and `body` into `head`. */
export function seal(head: Uint8Array, body: Uint8Array): void {
  write(head, position(head), hex(crc32c.buf(body, crc32c.buf(head, 0))));
}

/** Tells whether a message carries a checksum. */
export const isSealed = (head: Uint8Array): boolean => position(head) >= 0;

/** Returns what is wrong with a message, or null. */
export function checkSeal(head: Uint8Array, body: Uint8Array): string | null {
  const at = position(head);
  if (at < 0) return 'carries no checksum';
  const bare = new Uint8Array(head);
  const expected = String.fromCharCode(...head.subarray(at, at + digits));
  write(bare, at, zeros);
  const actual = hex(crc32c.buf(body, crc32c.buf(bare, 0)));
  return actual === expected ? null : `is damaged: its CRC-32C is ${actual}, and was ${expected} when it was written`;
}
