const nan = new Uint32Array(Float64Array.of(NaN).buffer);

/**
 * Gives every NaN one bit pattern: 0/0 differs between ARM and x86, and tables must be equal to the
 * byte.
 */
export function unifyNaN(values: Float64Array, length: number): void {
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    if (!Number.isNaN(values[i])) continue;
    words[2 * i] = nan[0]!;
    words[2 * i + 1] = nan[1]!;
  }
}
