import { classified, type Dataset } from './dataset.ts';

/** `unit`: bytes over 255. `standard`: each channel less its mean, over its standard deviation. */
export type Normalize = 'unit' | 'standard';

export interface Images {
  /** Pixels of each image, channel after channel, each 0 … 255. [n] of [d] */
  readonly pixels: readonly Uint8Array[];
  readonly labels: Int32Array; // [n]
  /** Classes. */
  readonly k: number;
  /**
   * Equal parts of a row that are normalised separately: 1 for grey images, 3 for coloured ones.
   */
  readonly channels: number;
  readonly normalize: Normalize;
  /** Images that mean and deviation are of. Default these. */
  readonly like?: readonly Uint8Array[];
}

/**
 * Makes the data set of n images of bytes, one row of float64 each.
 *
 * Mean and deviation are over these images, or those of `like`, and all pixels of the channel (the
 * population's: divisor n·pixels).
 *
 * @throws {RangeError} if all pixels of a channel are equal, so that it has no deviation.
 */
export function images({ pixels, labels, k, channels, normalize, like = pixels }: Images): Dataset {
  const d = pixels[0]!.length;
  const size = d / channels;
  const x = new Float64Array(pixels.length * d); // [n, d]
  for (let c = 0; c < channels; c++) {
    const { shift, scale } = normalize === 'unit' ? { shift: 0, scale: 255 } : moments(like, c, size);
    for (const [i, row] of pixels.entries()) {
      for (let e = c * size; e < (c + 1) * size; e++) x[i * d + e] = (row[e]! - shift) / scale;
    }
  }
  return classified(x, labels, d, k);
}

/** Computes mean and deviation of a channel from the counts of the 256 values. */
function moments(pixels: readonly Uint8Array[], channel: number, size: number): { shift: number; scale: number } {
  const counts = new Float64Array(256);
  for (const row of pixels) for (let e = channel * size; e < (channel + 1) * size; e++) counts[row[e]!]!++;
  const n = pixels.length * size;
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / n;
  const variance = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / n;
  if (counts.includes(n)) {
    throw new RangeError(`normalize: standard needs pixels that differ, got ${mean} in all of channel ${channel}`);
  }
  return { shift: mean, scale: Math.sqrt(variance) };
}
