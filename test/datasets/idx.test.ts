import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type IdxOptions, readIdx } from '../../src/datasets/idx.ts';
import { folder, thrown } from './folder.ts';
import { header, idxImages, idxLabels, image, pixel } from './image-bytes.ts';

const { path: at, write } = folder();

const labels = [5, 0, 4, 1, 9, 0, 1];
const pictures = idxImages(2, 3, ...labels.map((_, i) => image(i, 6)));
const answers = idxLabels(...labels);
mkdirSync(join(at, 'folder'));
const files = { images: write('images', pictures), labels: write('labels', answers) };

describe('readIdx', () => {
  it('holds images of other files out', () => {
    const held = {
      testImages: write('t-images', idxImages(2, 3, image(50, 6), image(51, 6))),
      testLabels: write('t-labels', idxLabels(4, 1)),
    };
    const { test, ...train } = readIdx({ ...files, ...held, first: 3 });
    expect(train).toEqual(readIdx({ ...files, first: 3 }));
    expect(test).toEqual(readIdx({ images: held.testImages, labels: held.testLabels }));
    expect(readIdx({ ...files, ...held, testFirst: 1, classes: [1, 4] }).test!.labels).toEqual(Int32Array.of(1));
    expect(thrown(() => readIdx({ ...files, testImages: held.testImages }))).toBe(
      'RangeError: readIdx: testImages and testLabels must be given together, got only testImages',
    );
    const wide = { ...held, testImages: write('wide', idxImages(2, 2, image(0, 4), image(1, 4))) };
    expect(thrown(() => readIdx({ ...files, ...wide })).replaceAll(`${at}/`, '')).toBe(
      'TypeError: wide: expected images of 6 pixels, as images has, got 4',
    );
  });

  it('reads one row an image, of bytes over 255, and ten classes', () => {
    const { n, d, k, x, y, labels: read } = readIdx(files);
    expect({ n, d, k }).toEqual({ n: 7, d: 6, k: 10 });
    expect(x).toEqual(Float64Array.from({ length: 42 }, (_, e) => pixel(Math.floor(e / 6), e % 6) / 255));
    expect(read).toEqual(Int32Array.from(labels));
    expect(y).toEqual(Float64Array.from({ length: 70 }, (_, e) => (labels[Math.floor(e / 10)] === e % 10 ? 1 : 0)));
  });

  it('says by their content, not by their names, which files are gzipped', () => {
    const swapped = { images: write('plain.gz', pictures), labels: write('packed', gzipSync(answers)) };
    expect(readIdx(swapped)).toEqual(readIdx(files));
    const packed = { images: write('images.gz', gzipSync(pictures)), labels: write('labels.gz', gzipSync(answers)) };
    expect(readIdx(packed)).toEqual(readIdx(files));
  });

  it('finds the header of a gzip file however well it is packed, and takes the whole of a larger one', () => {
    const many = Array.from({ length: 3000 }, (_, i) => i % 10);
    const images = idxImages(28, 28, ...many.map((i) => image(i, 784)));
    const noise = Buffer.concat([
      images.subarray(0, 16),
      Buffer.alloc(3000 * 784).map((_, e) => (e * e * 2654435761) >>> 24),
    ]);
    for (const [name, bytes] of Object.entries({ images, noise })) {
      const packed = { images: write(`${name}.gz`, gzipSync(bytes)), labels: write(`${name}-l`, idxLabels(...many)) };
      const { n, x } = readIdx({ ...packed, first: 2500 });
      expect([n, x.length]).toEqual([2500, 2500 * 784]);
      expect(x.every((value, e) => value === bytes[16 + e]! / 255)).toBe(true);
    }
  });

  it('reads no more of a plain file than it is asked for', () => {
    const n = 2_000_000; // images of 28 × 28: 1.6 GB, of which nothing but the header is on the disk
    const [images, labels] = [write('sparse', header(0x803, n, 28, 28)), write('zeros', header(0x801, n))];
    truncateSync(images, 16 + 784 * n);
    truncateSync(labels, 8 + n);
    const before = process.memoryUsage().arrayBuffers;
    expect(readIdx({ images, labels, first: 3 })).toMatchObject({ n: 3, x: new Float64Array(3 * 784) });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  });

  it.each([1, 3, 7])('takes the first %s', (first) => {
    const whole = readIdx(files);
    const { n, k, x, labels } = readIdx({ ...files, first });
    expect({ n, k }).toEqual({ n: first, k: 10 });
    expect(x).toEqual(whole.x.subarray(0, 6 * first));
    expect(labels).toEqual(whole.labels!.subarray(0, first));
  });

  it('takes the classes asked for, numbered in that order, and the first of these', () => {
    const whole = readIdx(files);
    const rows = (...of: number[]) => Float64Array.from(of.flatMap((i) => [...whole.x.subarray(6 * i, 6 * (i + 1))]));
    expect(readIdx({ ...files, classes: [1, 0] })).toMatchObject({
      ...{ n: 4, k: 2, x: rows(1, 3, 5, 6), labels: Int32Array.of(1, 0, 1, 0) },
    });
    expect(readIdx({ ...files, classes: [0, 1], first: 3 })).toMatchObject({
      ...{ n: 3, k: 2, x: rows(1, 3, 5), labels: Int32Array.of(0, 1, 0) },
    });
  });

  it('takes images less their mean over their deviation, both of the images read', () => {
    const { x } = readIdx({ ...files, normalize: 'standard', first: 4 });
    const bytes = Array.from({ length: 24 }, (_, e) => pixel(Math.floor(e / 6), e % 6));
    const mean = bytes.reduce((sum, byte) => sum + byte) / 24;
    const deviation = Math.sqrt(bytes.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / 24);
    for (const [e, value] of x.entries()) expect(value).toBeCloseTo((bytes[e]! - mean) / deviation, 12);
  });

  const flipped = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 0xff;
    return copy;
  };
  const packed = gzipSync(pictures);
  const bomb = gzipSync(Buffer.concat([pictures, Buffer.alloc(1e8)]));
  const usual = (what: string, n: number) =>
    `it is the IDX file of the ${what}, of MNIST or Fashion-MNIST train-${what}-idx${n}-ubyte or t10k-${what}-idx${n}-ubyte, with .gz or without`;
  const none = (what: string, n: number) => `expected a file, found nothing there; ${usual(what, n)}`;
  const missing = join(at, 'missing');
  const withImages = (bytes: Uint8Array) => ({ images: write('bad', bytes) });
  const withLabels = (bytes: Uint8Array) => ({ labels: write('bad', bytes) });

  it.each<[string, () => Partial<IdxOptions>, string]>([
    // files
    ['no images', () => ({ images: missing }), `RangeError: AT/missing: ${none('images', 3)}`],
    ['no labels', () => ({ labels: missing }), `RangeError: AT/missing: ${none('labels', 1)}`],
    [
      'images in no folder',
      () => ({ images: join(files.labels, 'x') }),
      `RangeError: AT/labels/x: ${none('images', 3)}`,
    ],
    [
      'images that are packed under another name',
      () => ({ images: write('other.gz', packed).slice(0, -'.gz'.length) }),
      'RangeError: AT/other: expected a file, found nothing there; did you mean AT/other.gz?',
    ],
    [
      'images that are there unpacked',
      () => ({ images: join(at, 'images.gz.gz') }),
      'RangeError: AT/images.gz.gz: expected a file, found nothing there; did you mean AT/images.gz?',
    ],
    ['a folder', () => ({ images: join(at, 'folder') }), 'TypeError: AT/folder: expected a file, got a folder'],
    ['an empty file', () => withImages(Buffer.of()), 'TypeError: AT/bad: expected IDX images, got an empty file'],
    // the format
    [
      'a header cut off',
      () => withImages(pictures.subarray(0, 9)),
      'TypeError: AT/bad: expected a header of 16 bytes, got 9',
    ],
    [
      'a number cut off',
      () => withLabels(answers.subarray(0, 3)),
      'TypeError: AT/bad: expected a header of 8 bytes, got 3',
    ],
    [
      'labels for images',
      () => ({ images: files.labels }),
      'TypeError: AT/labels: expected the magic number 2051 of IDX images, got 2049, that of labels',
    ],
    [
      'images for labels, packed',
      () => withLabels(packed),
      'TypeError: AT/bad: expected the magic number 2049 of IDX labels, got 2051, that of images',
    ],
    [
      'something else',
      () => withImages(Buffer.from('PK and so on and on')),
      'TypeError: AT/bad: expected the magic number 2051 of IDX images, got 1347100769',
    ],
    [
      'no images within',
      () => withImages(header(0x803, 0, 2, 3)),
      'TypeError: AT/bad: expected images, got 0 of 2 × 3',
    ],
    [
      'images of nothing',
      () => withImages(header(0x803, 7, 0, 3)),
      'TypeError: AT/bad: expected images, got 7 of 0 × 3',
    ],
    [
      'images cut off',
      () => withImages(pictures.subarray(0, -1)),
      'TypeError: AT/bad: expected 58 bytes for 7 images of 2 × 3, got 57',
    ],
    [
      'more than the header says',
      () => withImages(Buffer.concat([pictures, Buffer.of(0)])),
      'TypeError: AT/bad: expected 58 bytes for 7 images of 2 × 3, got 59',
    ],
    [
      'packed images cut off before they were packed',
      () => withImages(gzipSync(pictures.subarray(0, -1))),
      'TypeError: AT/bad: expected 58 bytes for 7 images of 2 × 3, got 57',
    ],
    [
      'labels cut off',
      () => withLabels(answers.subarray(0, -2)),
      'TypeError: AT/bad: expected 15 bytes for 7 labels, got 13',
    ],
    [
      'a header that promises too much',
      () => withImages(header(0x803, 2 ** 31, 28, 28)),
      'RangeError: AT/bad: expected at most 2 GiB, got a header that says 2147483648 images of 28 × 28',
    ],
    // gzip
    [
      'a gzip file cut off',
      () => withImages(packed.subarray(0, -9)),
      'TypeError: AT/bad: expected a whole gzip file, got one that is cut off',
    ],
    [
      'a gzip file with a flipped byte',
      () => withImages(flipped(packed, packed.length - 7)),
      'TypeError: AT/bad: expected a gzip file that can be unpacked, got one that is corrupted: incorrect data check',
    ],
    [
      'a gzip file that is none',
      () => withImages(Buffer.of(0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
      'TypeError: AT/bad: expected a gzip file that can be unpacked, got one that is corrupted: unknown compression method',
    ],
    [
      'a gzip file that unpacks to a thousand times what its header says',
      () => withImages(bomb),
      'TypeError: AT/bad: expected 58 bytes once unpacked, as its header says, got more',
    ],
    // the pair, and what is asked of it
    [
      'another number of labels',
      () => withLabels(idxLabels(1, 2, 3)),
      'TypeError: AT/bad: expected 7 labels, one an image of AT/images, got 3',
    ],
    [
      'a label out of range',
      () => withLabels(idxLabels(1, 2, 3, 10, 4, 5, 6)),
      'RangeError: AT/bad: label 3: expected a class from 0 to 9, got 10',
    ],
    [
      'more than there are',
      () => ({ first: 8 }),
      'RangeError: AT/images: first: expected at most the 7 examples that are there, got 8',
    ],
    [
      'more than there are of these classes',
      () => ({ first: 5, classes: [0, 1] }),
      'RangeError: AT/images: first: expected at most the 4 examples of the classes 0, 1 that are there, got 5',
    ],
    [
      'classes that are not there',
      () => ({ classes: [2, 3] }),
      'RangeError: AT/images: expected examples of the classes 2, 3, found none',
    ],
    // options
    ['first 0', () => ({ first: 0 }), 'RangeError: readIdx: first must be a positive integer, got 0'],
    ['half an image', () => ({ first: 1.5 }), 'RangeError: readIdx: first must be a positive integer, got 1.5'],
    ...(
      [
        [[0], 'classes: expected two classes or more, each once, got [0]'],
        [[1, 1], 'classes: expected two classes or more, each once, got [1,1]'],
        [[0, 10], 'classes[1] must be an integer from 0 to 9, got 10'],
        [[-1, 2], 'classes[0] must be an integer from 0 to 9, got -1'],
        [[0, 0.5], 'classes[1] must be an integer from 0 to 9, got 0.5'],
      ] as const
    ).map(([classes, words]): [string, () => Partial<IdxOptions>, string] => [
      `the classes ${classes}`,
      () => ({ classes }),
      `RangeError: readIdx: ${words}`,
    ]),
    [
      'an option it does not have',
      () => ({ frist: 5 }) as Partial<IdxOptions>,
      'TypeError: readIdx: expected options among images, labels, first, classes, normalize, testImages, testLabels, testFirst, got frist',
    ],
    [
      'an unknown way to normalise',
      () => ({ normalize: 'zscore' as 'unit' }),
      'RangeError: readIdx: normalize must be one of unit, standard, got zscore',
    ],
    [
      'to standardise what is the same everywhere',
      () => ({ ...withImages(idxImages(1, 1, ...labels.map(() => [7]))), normalize: 'standard' }),
      'RangeError: normalize: standard needs pixels that differ, got 7 in all of channel 0',
    ],
  ])('refuses %s', (_, options, message) => {
    const changed = { ...files, ...options() };
    expect(thrown(() => readIdx(changed)).replaceAll(at, 'AT')).toBe(message);
  });
});
