import { describe, expect, it } from 'vitest';
import { toDataset } from '../../src/datasets/to-dataset.ts';
import { thrown } from './folder.ts';

const table = (n: number, value: (i: number) => number) => ({
  inputs: ['a'],
  x: new Float64Array(n),
  target: 't',
  cells: { values: Float64Array.from({ length: n }, (_, i) => value(i)) },
});

const words = (n: number, different: number) => ({
  inputs: ['a'],
  x: new Float64Array(n),
  target: 't',
  cells: {
    codes: Int32Array.from({ length: n }, (_, i) => i % different),
    words: Array.from({ length: different }, (_, i) => `w${i}`),
  },
});

describe('toDataset', () => {
  it.each([
    [2, 2, 2],
    [3, 2, 2],
    [3, 3, 1],
    [10, 5, 5],
    [10, 6, 1],
    [2000, 1000, 1000],
    [5000, 1001, 1],
  ])('gives %i rows of %i different whole numbers k = %i', (n, different, k) => {
    expect(
      toDataset(
        'f',
        table(n, (i) => i % different),
      ).k,
    ).toBe(k);
  });

  it('gives numbers that are not whole k = 1, however few', () => {
    const { k, y, labels } = toDataset(
      'f',
      table(4, (i) => (i % 2) / 2),
    );
    expect({ k, y, labels }).toEqual({ k: 1, y: Float64Array.of(0, 0.5, 0, 0.5), labels: undefined });
  });

  it('numbers classes in the order of their values', () => {
    const { labels, classes } = toDataset(
      'f',
      table(6, (i) => [100, -5, 20][i % 3]!),
    );
    expect({ labels, classes }).toEqual({ labels: Int32Array.of(2, 0, 1, 2, 0, 1), classes: ['-5', '20', '100'] });
  });

  it('sets one 1 in every row of y, where the label is', () => {
    const { n, k, y, labels } = toDataset('f', words(7, 3));
    for (let i = 0; i < n; i++) {
      expect([...y.subarray(i * k, (i + 1) * k)]).toEqual([0, 1, 2].map((c) => (c === labels![i] ? 1 : 0)));
    }
  });

  it('takes words for classes even where none recurs, up to 1000', () => {
    expect(toDataset('f', words(1000, 1000)).k).toBe(1000);
    expect(thrown(() => toDataset('f', words(2000, 1001)))).toBe(
      'RangeError: f: column t: expected at most 1000 classes, got 1001 different values',
    );
  });

  it('refuses one class', () => {
    const only = 'RangeError: f: column t: expected at least two classes, got only';
    expect(thrown(() => toDataset('f', words(3, 1)))).toBe(`${only} "w0"`);
    expect(
      thrown(() =>
        toDataset(
          'f',
          table(3, () => 7),
        ),
      ),
    ).toBe(`${only} "7"`);
  });
});
