import { join } from 'node:path';
import { z } from 'zod';
import { checkFile, readFirst, readWhole } from '../files/local-file.ts';
import { choose } from '../math/data/choose.ts';
import type { Dataset } from '../math/data/dataset.ts';
import { type Images, images } from '../math/data/images.ts';
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

/** Schema of {@link Cifar10Options}. */
export const cifar10Options = z.strictObject({
  folder: z.string().min(1).meta({ description: 'folder of data_batch_1.bin … and test_batch.bin' }),
  split: z
    .enum(['train', 'test'])
    .default('train')
    .meta({ description: 'train: data_batch_1.bin … data_batch_5.bin, in this order; test: test_batch.bin' }),
  ...imageOptions.shape,
  test: z.boolean().optional().meta({ description: 'true: the examples of test_batch.bin are held out' }),
  testFirst,
});

/** Options of {@link readCifar10}. `folder` is relative to the working directory. */
export type Cifar10Options = Given<typeof cifar10Options>;

const batches = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};

/** 32 × 32 pixels of red, then of green, then of blue. */
const d = 3 * 32 * 32;
/** Bytes of a row: a label, then the pixels. */
const row = 1 + d;

/**
 * Reads CIFAR-10 in its binary version, synchronously: one row a sample, d = 3072, red before green
 * before blue.
 *
 * Batches are read in their order until there are as many examples as asked for. The others need
 * not be there.
 *
 * - cost: 8·3072 bytes an example read: 1.2 GB for all 50 000, 12 MB for `first: 500`
 *
 * @throws {TypeError} if a batch is not of whole rows of 3073 bytes.
 * @throws {RangeError} if there is no such file, a label is not in 0 … 9, an option is out of
 *   range, there are fewer than `first` examples, or none of the classes.
 * @example
 * readCifar10({ folder: 'cifar-10-batches-bin', first: 500, normalize: 'standard' }); // d = 3072
 * @see https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
export function readCifar10(options: Cifar10Options): Dataset {
  const { folder, split, test, testFirst, ...asked } = parseOptions('readCifar10', cifar10Options, options);
  requireTest('readCifar10', { test, testFirst });
  if (test && split === 'test') throw new RangeError('readCifar10: test must come with the split train, got test');
  const train = readSplit(folder, split, asked);
  if (!test) return images(train);
  const held = readSplit(folder, 'test', { ...asked, first: testFirst });
  return { ...images(train), test: images({ ...held, like: train.pixels }) };
}

/** Reads examples of the batches of a split. */
function readSplit(folder: string, split: keyof typeof batches, asked: Asked): Images {
  const { first, classes, normalize } = asked;
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  for (const name of batches[split]) {
    const most = (first ?? Infinity) - labels.length;
    if (most <= 0) break;
    const bytes = readBatch(folder, name, classes ? Infinity : most);
    const given = Uint8Array.from({ length: bytes.length / row }, (_, i) => bytes[i * row]!);
    checkLabels(join(folder, name), given);
    const chosen = choose(given, { classes, most });
    for (const i of chosen.indices) pixels.push(bytes.subarray(i * row + 1, (i + 1) * row));
    for (const label of chosen.labels) labels.push(label);
  }
  checkFound(folder, labels.length, asked);
  const k = classes?.length ?? tenClasses;
  return { pixels, labels: Int32Array.from(labels), k, channels: 3, normalize };
}

/** Reads the first rows of a batch. */
function readBatch(folder: string, name: string, rows: number): Uint8Array {
  const path = join(folder, name);
  const { size } = checkFile(path, `unpack cifar-10-binary.tar.gz, and put its ${listed} into ${folder}`);
  if (size === 0 || size % row) {
    throw new TypeError(`${path}: expected rows of ${row} bytes, a label and ${d} pixels each, got ${size} bytes`);
  }
  return rows * row < size ? readFirst(path, rows * row) : readWhole(path, size);
}

const listed = `${batches.train.join(', ')} and ${batches.test.join()}`;
