/** Hashes a text to a 32-bit seed: FNV-1a (Fowler, Noll, Vo; RFC 9923) over its UTF-16 units. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
