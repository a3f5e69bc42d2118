import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCifar10 } from '../../src/datasets/cifar10.ts';
import { folder, thrown } from './folder.ts';
import { cifarBatch, pixel } from './image-bytes.ts';

const { path: at } = folder();

/** Labels of five batches of two or three images, whose numbers go through all of them. */
const labels = [
  [6, 9],
  [1, 1, 3],
  [0, 2],
  [1, 6],
  [9, 4],
];
const train = labels.flat();
const whole = join(at, 'whole');
mkdirSync(whole);
labels.forEach((batch, b) => {
  const from = labels.slice(0, b).flat().length;
  writeFileSync(join(whole, `data_batch_${b + 1}.bin`), cifarBatch(batch, from));
});
writeFileSync(join(whole, 'test_batch.bin'), cifarBatch([3, 8], 100));

/** A folder with these batches only. */
function only(name: string, batches: Readonly<Record<string, Uint8Array>>): string {
  const path = join(at, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  for (const [file, bytes] of Object.entries(batches)) writeFileSync(join(path, file), bytes);
  return path;
}

const rows = (...of: number[]) =>
  Float64Array.from({ length: 3072 * of.length }, (_, e) => pixel(of[Math.floor(e / 3072)]!, e % 3072) / 255);

describe('readCifar10', () => {
  it('holds the test batch out, normalised as the training images are', () => {
    const { test, ...train } = readCifar10({ folder: whole, test: true, testFirst: 1, normalize: 'standard' });
    expect(train).toEqual(readCifar10({ folder: whole, normalize: 'standard' }));
    expect([test!.n, test!.labels]).toEqual([1, Int32Array.of(3)]);
    // one affine map a channel takes bytes over 255 to what was read, in both parts
    const bytes = [readCifar10({ folder: whole }), readCifar10({ folder: whole, split: 'test', first: 1 })];
    for (let c = 0; c < 3; c++) {
      const [a, b] = [c * 1024, c * 1024 + 1];
      const scale = (train.x[b]! - train.x[a]!) / (bytes[0]!.x[b]! - bytes[0]!.x[a]!);
      for (const e of [a, b, a + 1000]) {
        const expected = train.x[a]! + scale * (bytes[1]!.x[e]! - bytes[0]!.x[a]!);
        expect(test!.x[e]).toBeCloseTo(expected, 10);
      }
    }
    expect(thrown(() => readCifar10({ folder: whole, split: 'test', test: true }))).toBe(
      'RangeError: readCifar10: test must come with the split train, got test',
    );
    expect(thrown(() => readCifar10({ folder: whole, testFirst: 2 }))).toBe(
      'RangeError: readCifar10: testFirst must come with a test set, got 2 alone',
    );
  });

  it('reads the five batches in their order: one row an image, of bytes over 255', () => {
    const { n, d, k, x, y, labels } = readCifar10({ folder: whole });
    expect({ n, d, k }).toEqual({ n: 11, d: 3072, k: 10 });
    expect(x).toEqual(rows(...train.keys()));
    expect(labels).toEqual(Int32Array.from(train));
    expect(y.reduce((sum, one) => sum + one)).toBe(11);
  });

  it('reads the test batch', () => {
    const { x, labels } = readCifar10({ folder: whole, split: 'test' });
    expect(x).toEqual(rows(100, 101));
    expect(labels).toEqual(Int32Array.of(3, 8));
  });

  it.each([1, 2, 3, 6, 11])('takes the first %s', (first) => {
    const { n, x, labels } = readCifar10({ folder: whole, first });
    expect(n).toBe(first);
    expect(x).toEqual(rows(...Array.from({ length: first }, (_, i) => i)));
    expect(labels).toEqual(Int32Array.from(train.slice(0, first)));
  });

  it('needs no batch beyond what is asked for', () => {
    const folder = only('one', { 'data_batch_1.bin': cifarBatch([6, 9]) });
    expect(readCifar10({ folder, first: 2 }).x).toEqual(rows(0, 1));
  });

  it('takes the classes asked for, numbered in that order, and the first of these', () => {
    expect(readCifar10({ folder: whole, classes: [6, 1] })).toMatchObject({
      ...{ n: 5, k: 2, x: rows(0, 2, 3, 7, 8), labels: Int32Array.of(0, 1, 1, 1, 0) },
    });
    expect(readCifar10({ folder: whole, classes: [1, 3], first: 3 })).toMatchObject({
      ...{ n: 3, k: 2, x: rows(2, 3, 4), labels: Int32Array.of(0, 0, 1) },
    });
  });

  it('takes each colour less its mean over its deviation', () => {
    const { x, n } = readCifar10({ folder: whole, normalize: 'standard' });
    for (const colour of [0, 1, 2]) {
      const of = Array.from({ length: n * 1024 }, (_, e) => {
        return x[Math.floor(e / 1024) * 3072 + colour * 1024 + (e % 1024)]!;
      });
      const mean = of.reduce((sum, value) => sum + value) / of.length;
      const square = of.reduce((sum, value) => sum + value * value, 0) / of.length;
      // 11264 roundings of terms about 1
      expect(Math.abs(mean)).toBeLessThan(1e-12);
      expect(Math.abs(square - 1)).toBeLessThan(1e-12);
      // a rising line of what the bytes are
      const byte = pixel(0, colour * 1024) - pixel(0, colour * 1024 + 1);
      expect(Math.sign(x[colour * 1024]! - x[colour * 1024 + 1]!)).toBe(Math.sign(byte));
    }
  });

  const advice = (folder: string) =>
    `unpack cifar-10-binary.tar.gz, and put its data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin and test_batch.bin into AT/${folder}`;
  it.each<[string, () => Parameters<typeof readCifar10>[0], string]>([
    [
      'no folder',
      () => ({ folder: join(at, 'nowhere') }),
      `RangeError: AT/nowhere/data_batch_1.bin: expected a file, found nothing there; ${advice('nowhere')}`,
    ],
    [
      'a folder without one of the batches',
      () => ({ folder: only('two', { 'data_batch_1.bin': cifarBatch([1]), 'data_batch_3.bin': cifarBatch([1]) }) }),
      `RangeError: AT/two/data_batch_2.bin: expected a file, found nothing there; ${advice('two')}`,
    ],
    [
      'a folder without the test batch',
      () => ({ folder: only('two', {}), split: 'test' }),
      `RangeError: AT/two/test_batch.bin: expected a file, found nothing there; ${advice('two')}`,
    ],
    [
      'a batch cut off',
      () => ({ folder: only('cut', { 'data_batch_1.bin': cifarBatch([1, 2]).subarray(0, -1) }), first: 1 }),
      'TypeError: AT/cut/data_batch_1.bin: expected rows of 3073 bytes, a label and 3072 pixels each, got 6145 bytes',
    ],
    [
      'an empty batch',
      () => ({ folder: only('cut', { 'data_batch_1.bin': Buffer.of() }) }),
      'TypeError: AT/cut/data_batch_1.bin: expected rows of 3073 bytes, a label and 3072 pixels each, got 0 bytes',
    ],
    [
      'a label out of range',
      () => ({ folder: only('label', { 'data_batch_1.bin': cifarBatch([1, 2, 10]) }) }),
      'RangeError: AT/label/data_batch_1.bin: label 2: expected a class from 0 to 9, got 10',
    ],
    [
      'more than there are',
      () => ({ folder: whole, first: 12 }),
      'RangeError: AT/whole: first: expected at most the 11 examples that are there, got 12',
    ],
    [
      'classes that are not there',
      () => ({ folder: whole, classes: [5, 7] }),
      'RangeError: AT/whole: expected examples of the classes 5, 7, found none',
    ],
    [
      'an unknown split',
      () => ({ folder: whole, split: 'valid' as 'test' }),
      'RangeError: readCifar10: split must be one of train, test, got valid',
    ],
    [
      'first 0',
      () => ({ folder: whole, first: 0 }),
      'RangeError: readCifar10: first must be a positive integer, got 0',
    ],
  ])('refuses %s', (_, options, message) => {
    const asked = options();
    expect(thrown(() => readCifar10(asked)).replaceAll(at, 'AT')).toBe(message);
  });
});
