import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/datasets/content-hash.ts';
import { readDataset } from '../../src/datasets/file.ts';
import { classified } from '../../src/math/data/dataset.ts';
import { folder } from './folder.ts';
import { doubles, npy } from './npy-bytes.ts';

const { write } = folder();
const data = () => classified(Float64Array.of(1, 2, 3, 4), Int32Array.of(0, 1), 2, 2);

describe('contentHash', () => {
  it('is the SHA-256 of the shape, then x, y and the labels in little-endian bytes', () => {
    const int32s = new Uint8Array(Int32Array.of(0, 1).buffer);
    const bytes = Buffer.concat([
      Buffer.from('{"n":2,"d":2,"k":2,"labels":true}'),
      doubles(1, 2, 3, 4, 1, 0, 0, 1),
      int32s,
    ]);
    expect(contentHash(data())).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('does not depend on the format, or on what columns and classes are called', () => {
    const csv = readDataset(write('a.csv', 'a,b,c\n1,2,u\n3,4,v\n'), {});
    const matrix = readDataset(write('a.npy', npy(doubles(1, 2, 7, 3, 4, 9), { shape: '(2, 3)' })), {});
    expect(contentHash(csv)).toBe(contentHash(matrix));
    expect(contentHash(csv)).toBe(contentHash(data()));
  });

  it('does not depend on the buffer that the arrays are views of', () => {
    const x = Float64Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5);
    expect(contentHash({ ...data(), x })).toBe(contentHash(data()));
  });

  it.each([
    ['a bit of x', { x: Float64Array.of(1, 2, 3, 4 + 2 ** -50) }],
    ['the sign of a zero', { y: Float64Array.of(1, -0, 0, 1) }],
    ['the labels', { labels: Int32Array.of(1, 0) }],
    ['whether there are labels', { labels: undefined }],
    ['the shape alone', { n: 4, d: 1, k: 1 }],
  ])('changes with %s', (_, change) => {
    const { labels, ...rest } = { ...data(), ...change };
    expect(contentHash(labels ? { ...rest, labels } : rest)).not.toBe(contentHash(data()));
  });

  it('hashes past the size of one update as in one', () => {
    const x = Float64Array.from({ length: 2 ** 20 + 3 }, (_, i) => Math.sin(i));
    const y = Float64Array.of(1);
    const whole = createHash('sha256')
      .update(JSON.stringify({ n: 1, d: x.length, k: 1, labels: false }))
      .update(x)
      .update(y);
    expect(contentHash({ n: 1, d: x.length, k: 1, x, y })).toBe(whole.digest('hex'));
  });
});
