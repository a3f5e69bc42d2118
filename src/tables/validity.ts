import type { Data } from 'apache-arrow';

/** Is there a value at row i? As `Data.getValid`, which asks anew at every row whether there may be a null at all. */
export function validityOf({ nullCount, nullBitmap, offset }: Data): (i: number) => boolean {
  if (nullCount === 0) return () => true;
  const bits = nullBitmap!;
  return (i) => (bits[(offset + i) >> 3]! & (1 << ((offset + i) & 7))) !== 0;
}
