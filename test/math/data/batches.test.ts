import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from '../../../src/math/data/batches.ts';
import { classified } from '../../../src/math/data/dataset.ts';
import { emptied, gather } from '../../../src/math/data/gather.ts';

const sizes = fc
  .integer({ min: 1, max: 40 })
  .chain((n) => fc.record({ n: fc.constant(n), size: fc.integer({ min: 1, max: n }), seed: fc.nat() }));

describe('the order of batches', () => {
  it('takes each sample at most once an epoch, and leaves n mod size out', () => {
    fc.assert(
      fc.property(sizes, ({ n, size, seed }) => {
        const order = new Batches(n, size, seed);
        for (let epoch = 0; epoch < 3; epoch++) {
          const taken = Array.from({ length: Math.floor(n / size) }, () => [...order.next()]).flat();
          expect(new Set(taken).size).toBe(n - (n % size));
          expect(taken.every((row) => row >= 0 && row < n)).toBe(true);
        }
      }),
    );
  });

  it('is another at every epoch and seed, and the same for the same seed', () => {
    const epochs = (seed: number) => {
      const order = new Batches(12, 12, seed);
      return [1, 2, 3].map(() => String(order.next()));
    };
    expect(new Set([...epochs(1), ...epochs(2)]).size).toBe(6);
    expect(epochs(1)).toEqual(epochs(1));
  });

  it('takes every sample as often as any other', () => {
    const counts = new Array<number>(10).fill(0);
    const order = new Batches(10, 3, 4);
    for (let t = 0; t < 30_000; t++) for (const row of order.next()) counts[row]!++;
    // 9000 expected; 10,000 epochs leave each out with chance 1/10, a deviation of 30
    for (const count of counts) expect(Math.abs(count - 9000)).toBeLessThan(150);
  });

  it('goes on from a snapshot at any batch', () => {
    fc.assert(
      fc.property(sizes, fc.nat(20), ({ n, size, seed }, at) => {
        const order = new Batches(n, size, seed);
        for (let t = 0; t < at; t++) order.next();
        const saved = structuredClone(order.snapshot());
        const rest = Array.from({ length: 12 }, () => [...order.next()]);
        const resumed = new Batches(n, size, seed + 1);
        resumed.restore(saved);
        expect(Array.from({ length: 12 }, () => [...resumed.next()])).toEqual(rest);
      }),
    );
  });
});

describe('gather', () => {
  const all = classified(Float64Array.of(0, 1, 2, 3, 4, 5), Int32Array.of(1, 0, 1), 2, 2);
  it('writes the samples asked for over those that were there', () => {
    const out = emptied(all, 2);
    gather(all, Int32Array.of(2, 0), out);
    expect(out).toEqual({
      ...{ n: 2, d: 2, k: 2, x: Float64Array.of(4, 5, 0, 1), y: Float64Array.of(0, 1, 0, 1) },
      labels: Int32Array.of(1, 1),
    });
    gather(all, Int32Array.of(1, 1), out);
    expect([out.x, out.labels]).toEqual([Float64Array.of(2, 3, 2, 3), Int32Array.of(0, 0)]);
    expect(emptied({ ...all, labels: undefined } as never, 1)).not.toHaveProperty('labels');
  });
  it('refuses another number of samples, and samples that are not there', () => {
    expect(() => gather(all, Int32Array.of(1), emptied(all, 2))).toThrow(
      new TypeError('gather: expected 2 rows, got 1'),
    );
    expect(() => gather(all, Int32Array.of(3), emptied(all, 1))).toThrow(
      new RangeError('gather: rows must lie in 0 … 2, got 3'),
    );
  });
});
