import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToRows, multiply, sumRows, transpose } from '../../../../src/math/engines/typed-array/kernels.ts';

const size = fc.integer({ min: 0, max: 11 });
const whole = (length: number) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length });
/** Matrices of small integers: their sums are exact, so equality is to the bit. */
const matrices = fc.tuple(size, size, size).chain(([m, n, k]) =>
  fc.record({
    m: fc.constant(m),
    n: fc.constant(n),
    k: fc.constant(k),
    A: whole(m * k),
    B: whole(n * k),
    C: whole(m * n),
  }),
);

describe('multiply', () => {
  it('is A·Bᵀ entry by entry, in every tile and edge', () => {
    fc.assert(
      fc.property(matrices, fc.boolean(), ({ m, n, k, A, B, C }, accumulate) => {
        const out = Float64Array.from(C);
        multiply(Float64Array.from(A), Float64Array.from(B), out, m, n, k, accumulate);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = accumulate ? C[i * n + j]! : 0;
            for (let l = 0; l < k; l++) sum += A[i * k + l]! * B[j * k + l]!;
            expect(out[i * n + j]! - sum).toBe(0);
          }
        }
      }),
    );
  });

  it('sums from left to right, whatever the tile: rounding does not depend on where an entry stands', () => {
    const k = 9;
    const row = new Float64Array(k).map((_, l) => Math.sin(l + 1) * 10 ** (l - 4));
    let expected = 0;
    for (const x of row) expected += x * x;
    const [m, n] = [5, 7];
    const A = new Float64Array(m * k).map((_, i) => row[i % k]!);
    const B = new Float64Array(n * k).map((_, i) => row[i % k]!);
    const out = new Float64Array(m * n);
    multiply(A, B, out, m, n, k);
    expect([...out]).toEqual(new Array(m * n).fill(expected));
  });
});

describe('transpose', () => {
  it('swaps the indices of the block that begins at the offset', () => {
    fc.assert(
      fc.property(matrices, size, ({ m, k, A }, offset) => {
        const padded = Float64Array.from([...new Array(offset).fill(77), ...A]);
        const out = transpose(padded, new Float64Array(m * k), m, k, offset);
        for (let i = 0; i < m; i++) for (let j = 0; j < k; j++) expect(out[j * m + i]).toBe(A[i * k + j]);
      }),
    );
  });
});

describe('addToRows and sumRows', () => {
  it('are transposes of each other: ⟨C, 1bᵀ⟩ = ⟨sum of the rows of C, b⟩', () => {
    fc.assert(
      fc.property(matrices, ({ m, n, C, k: _, A: __, B: ___ }) => {
        const b = new Float64Array(n).map((_, j) => j - 3);
        const ones = new Float64Array(m * n); // 1bᵀ
        addToRows(ones, b, m, n);
        const summed = new Float64Array(n).fill(55); // overwritten
        sumRows(Float64Array.from(C), summed, m, n);
        const left = C.reduce((sum, c, i) => sum + c * ones[i]!, 0);
        expect(left - summed.reduce((sum, s, j) => sum + s * b[j]!, 0)).toBe(0);
      }),
    );
  });

  it('adds the bias to what is there', () => {
    const C = Float64Array.of(1, 2, 3, 4);
    addToRows(C, Float64Array.of(10, 20), 2, 2);
    expect([...C]).toEqual([11, 22, 13, 24]);
  });
});
