import { existsSync } from 'node:fs';
import { z } from 'zod';
import { isGzip, unpacked, unpackedHead } from '../files/gzip.ts';
import { checkFile, mostBytes, readFirst, readWhole } from '../files/local-file.ts';
import { choose } from '../math/data/choose.ts';
import type { Dataset } from '../math/data/dataset.ts';
import { type Images, images as imagesOf } from '../math/data/images.ts';
import { type Given, parseOptions } from '../options.ts';
import {
  type Asked,
  checkFound,
  checkLabels,
  imageOptions,
  requireTest,
  tenClasses,
  testFirst,
} from './image-options.ts';

/** Schema of {@link IdxOptions}. */
export const idxOptions = z.strictObject({
  images: z.string().min(1).meta({ description: 'path of the images, as train-images-idx3-ubyte, gzipped or not' }),
  labels: z.string().min(1).meta({ description: 'path of their labels, as train-labels-idx1-ubyte, gzipped or not' }),
  ...imageOptions.shape,
  testImages: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'path of images that are held out, as t10k-images-idx3-ubyte' }),
  testLabels: z.string().min(1).optional().meta({ description: 'path of their labels' }),
  testFirst,
});

/** Options of {@link readIdx}. Paths are relative to the working directory. */
export type IdxOptions = Given<typeof idxOptions>;

/**
 * Reads MNIST, Fashion-MNIST, or another set of ten classes in their IDX files, gzipped or not,
 * synchronously: one row a sample, d = rows·columns.
 *
 * The first bytes of a file tell if it is gzipped; its name does not matter. A plain file is read
 * as far as asked for. A gzipped one is unpacked whole, so that its checksum is checked, and to no
 * more bytes than its header promises.
 *
 * - cost: 8·d bytes an example read: 376 MB for all 60 000 of MNIST, 3 MB for `first: 500`
 *
 * @throws {TypeError} if a file is not in the format, is cut off or corrupted, or there are not as
 *   many labels as images.
 * @throws {RangeError} if there is no such file, a label is not in 0 … 9, an option is out of
 *   range, there are fewer than `first` examples, or none of the classes.
 * @example
 * const [images, labels] = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'];
 * readIdx({ images, labels, first: 500 }); // n = 500, d = 784
 * @see http://yann.lecun.com/exdb/mnist, "FILE FORMATS FOR THE MNIST DATABASE".
 */
export function readIdx(options: IdxOptions): Dataset {
  const { images, labels, testImages, testLabels, testFirst, ...asked } = parseOptions('readIdx', idxOptions, options);
  if ((testImages === undefined) !== (testLabels === undefined)) {
    throw new RangeError(
      `readIdx: testImages and testLabels must be given together, got only test${testImages ? 'Images' : 'Labels'}`,
    );
  }
  requireTest('readIdx', { test: testImages, testFirst });
  const train = readPair(images, labels, asked);
  if (testImages === undefined) return imagesOf(train);
  const held = readPair(testImages, testLabels!, { ...asked, first: testFirst });
  if (held.pixels[0]!.length !== train.pixels[0]!.length) {
    throw new TypeError(
      `${testImages}: expected images of ${train.pixels[0]!.length} pixels, as ${images} has, got ${held.pixels[0]!.length}`,
    );
  }
  return { ...imagesOf(train), test: imagesOf({ ...held, like: train.pixels }) };
}

/** Reads examples of one file of images and its labels. */
function readPair(images: string, labels: string, asked: Asked): Images {
  const { first, classes, normalize } = asked;
  const pictures = open(images, formats.images);
  const answers = open(labels, formats.labels);
  if (answers.items !== pictures.items) {
    throw new TypeError(
      `${labels}: expected ${pictures.items} labels, one an image of ${images}, got ${answers.items}`,
    );
  }
  const given = answers.read(answers.items);
  checkLabels(labels, given);
  const chosen = choose(given, { classes, most: first ?? Infinity });
  checkFound(images, chosen.indices.length, asked);
  const d = pictures.size;
  const bytes = pictures.read(chosen.indices.at(-1)! + 1);
  return {
    pixels: chosen.indices.map((i) => bytes.subarray(i * d, (i + 1) * d)),
    labels: Int32Array.from(chosen.labels),
    k: classes?.length ?? tenClasses,
    channels: 1,
    normalize,
  };
}

interface Format {
  readonly what: string;
  readonly magic: number;
  /** Dimensions of an item: an image has two. */
  readonly dimensions: number;
  readonly usual: string;
}

/** Magic numbers: unsigned bytes (8), then the count of dimensions, with that of the items. */
const formats = {
  images: { what: 'images', magic: 0x803, dimensions: 2, usual: 'images-idx3-ubyte' },
  labels: { what: 'labels', magic: 0x801, dimensions: 0, usual: 'labels-idx1-ubyte' },
} satisfies Record<string, Format>;

/** Bytes of a gzip file that are enough to unpack a header from. */
const headBytes = 2 ** 14;

/** Reads and checks the header; the items are read when they are asked for. */
function open(path: string, format: Format) {
  const { what, magic, dimensions } = format;
  const { size: stored } = checkFile(path, adviceOn(path, format));
  if (stored === 0) throw new TypeError(`${path}: expected IDX ${what}, got an empty file`);
  const start = 8 + 4 * dimensions;
  const begin = readFirst(path, headBytes);
  const packed = isGzip(begin);
  const head = packed ? unpackedHead(path, begin) : begin;
  if (head.length >= 4 && head.readUInt32BE() !== magic) {
    const found = head.readUInt32BE();
    const other = Object.values(formats).find((other) => other.magic === found);
    const meaning = other ? `, that of ${other.what}` : '';
    throw new TypeError(`${path}: expected the magic number ${magic} of IDX ${what}, got ${found}${meaning}`);
  }
  if (head.length < start) throw new TypeError(`${path}: expected a header of ${start} bytes, got ${head.length}`);
  const items = head.readUInt32BE(4);
  const shape = Array.from({ length: dimensions }, (_, i) => head.readUInt32BE(8 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  const each = dimensions ? ` of ${shape.join(' × ')}` : '';
  if (items * size === 0) throw new TypeError(`${path}: expected ${what}, got ${items}${each}`);
  const expected = start + items * size;
  if (expected > mostBytes) {
    throw new RangeError(`${path}: expected at most 2 GiB, got a header that says ${items} ${what}${each}`);
  }
  const requireLength = (found: number) => {
    if (found === expected) return;
    throw new TypeError(`${path}: expected ${expected} bytes for ${items} ${what}${each}, got ${found}`);
  };
  if (!packed) requireLength(stored);
  const read = (count: number): Uint8Array => {
    const end = start + count * size;
    if (!packed) return readFirst(path, end).subarray(start);
    const bytes = unpacked(path, readWhole(path, stored), expected);
    requireLength(bytes.length);
    return bytes.subarray(start, end);
  };
  return { items, size, read };
}

function adviceOn(path: string, { what, usual }: Format): string {
  const other = path.endsWith('.gz') ? path.slice(0, -3) : `${path}.gz`;
  if (existsSync(other)) return `did you mean ${other}?`;
  return `it is the IDX file of the ${what}, of MNIST or Fashion-MNIST train-${usual} or t10k-${usual}, with .gz or without`;
}
