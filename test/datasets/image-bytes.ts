/** Words as IDX has them: 32 bits, the high byte first. */
export const header = (...words: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => void bytes.writeUInt32BE(word, 4 * i));
  return bytes;
};

/** An IDX file of images, rows × columns bytes each. */
export const idxImages = (rows: number, columns: number, ...images: readonly number[][]): Buffer =>
  Buffer.concat([header(0x803, images.length, rows, columns), Uint8Array.from(images.flat())]);

/** An IDX file of labels. */
export const idxLabels = (...labels: readonly number[]): Buffer =>
  Buffer.concat([header(0x801, labels.length), Uint8Array.from(labels)]);

/** Pixel e of a made-up image i: a byte that depends on both. */
export const pixel = (i: number, e: number): number => (i * 37 + e * 11) % 256;

/** A made-up image of so many pixels. */
export const image = (i: number, pixels: number): number[] => Array.from({ length: pixels }, (_, e) => pixel(i, e));

/** A batch of CIFAR-10: its images are made up, numbered from `from`. */
export const cifarBatch = (labels: readonly number[], from = 0): Buffer =>
  Buffer.concat(labels.map((label, i) => Uint8Array.from([label, ...image(from + i, 3072)])));
