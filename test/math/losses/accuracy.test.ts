import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy } from '../../../src/math/losses/accuracy.ts';

const of = (rows: number[][], ...labels: number[]) => accuracy(Float64Array.from(rows.flat()), Int32Array.from(labels));

describe('accuracy', () => {
  it('is what sorting the outputs of each sample says', () => {
    const outputs = fc.array(fc.constantFrom(-Infinity, -1, -0, 0, 2, Infinity), { minLength: 3, maxLength: 3 });
    const samples = fc.array(fc.tuple(outputs, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(samples, (rows) => {
        const right = rows.filter(([f, label]) => {
          const order = [0, 1, 2].sort((a, b) => (f[a] === f[b] ? a - b : f[b]! > f[a]! ? 1 : -1));
          return order[0] === label;
        });
        expect(
          of(
            rows.map(([f]) => f),
            ...rows.map(([, label]) => label),
          ),
        ).toBe(right.length / rows.length);
      }),
    );
  });

  it('gives a tie to the first of its outputs', () => {
    expect(of([[1, 1]], 0)).toBe(1);
    expect(of([[1, 1]], 1)).toBe(0);
  });

  it('counts a sample with a NaN in it as wrong, whichever label it has', () => {
    for (const f of [
      [NaN, 1],
      [1, NaN],
      [NaN, NaN],
    ])
      for (const label of [0, 1]) expect(of([f], label)).toBe(0);
  });
});
