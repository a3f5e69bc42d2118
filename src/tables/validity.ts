import type { Data } from 'apache-arrow';

/**
 * Returns a test for a value at row i. `Data.getValid` is slower: it checks at every row whether
 * the column has nulls.
 */
export function validityOf({ nullCount, nullBitmap, offset }: Data): (i: number) => boolean {
  if (nullCount === 0) return () => true;
  const bits = nullBitmap!;
  return (i) => (bits[(offset + i) >> 3]! & (1 << ((offset + i) & 7))) !== 0;
}
