import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { eigenSymmetric, eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { distance, frobenius, product, randomSymmetric, wishart } from './symmetric-matrices.ts';

const oracle = (A: Float64Array, d: number) =>
  new EigenvalueDecomposition(Matrix.from1DArray(d, d, A), { assumeSymmetric: true }).realEigenvalues.sort(
    (a, b) => a - b,
  );

const symmetric = fc
  .integer({ min: 1, max: 12 })
  .chain((d) =>
    fc.tuple(
      fc.constant(d),
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: d * d, maxLength: d * d }),
    ),
  )
  .map(([d, entries]) => {
    // squares of smaller entries would vanish from the norms that the bounds below are made of
    const A = Float64Array.from(entries, (a) => (Math.abs(a) < 1e-100 ? 0 : a)); // [d, d]
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) A[j * d + i] = A[i * d + j]!;
    return { A, d };
  });

describe('eigenvaluesSymmetric', () => {
  it.each([1, 2, 3, 4, 5, 31, 100, 201])('agrees with ml-matrix on a random matrix of %i', (d) => {
    const A = randomSymmetric(nativeRandom(d), d);
    expect(distance(eigenvaluesSymmetric(A, d), oracle(A, d))).toBeLessThan(d * 2 ** -52 * frobenius(A));
  });

  it('agrees with ml-matrix on a Wishart matrix of rank 40 in 60', () => {
    const A = wishart(nativeRandom(7), 40, 60);
    const values = eigenvaluesSymmetric(A, 60);
    expect(distance(values, oracle(A, 60))).toBeLessThan(60 * 2 ** -52 * frobenius(A));
    expect(values.filter((value) => Math.abs(value) < 1e-13)).toHaveLength(20); // its null space
  });

  it('gives 4 sin²(jπ/(2n + 2)) for the second difference of n points', () => {
    const n = 150;
    const A = new Float64Array(n * n); // [n, n]
    for (let i = 0; i < n; i++) {
      A[i * n + i] = 2;
      if (i > 0) A[i * n + i - 1] = A[(i - 1) * n + i] = -1;
    }
    const exact = Array.from({ length: n }, (_, j) => 4 * Math.sin(((j + 1) * Math.PI) / (2 * n + 2)) ** 2);
    expect(distance(eigenvaluesSymmetric(A, n), exact)).toBeLessThan(4 * n * 2 ** -52);
  });

  it('gives 0 and d for the matrix of ones', () => {
    const d = 64;
    const exact = Array.from({ length: d }, (_, i) => (i === d - 1 ? d : 0));
    expect(distance(eigenvaluesSymmetric(new Float64Array(d * d).fill(1), d), exact)).toBeLessThan(d * d * 2 ** -52);
  });

  it('keeps the trace and the sum of squares', () => {
    fc.assert(
      fc.property(symmetric, ({ A, d }) => {
        const values = eigenvaluesSymmetric(A, d);
        const bound = 10 * d * d * 2 ** -52 * frobenius(A);
        const trace = Array.from({ length: d }, (_, i) => A[i * d + i]!).reduce((a, b) => a + b, 0);
        expect(Math.abs(values.reduce((a, b) => a + b, 0) - trace)).toBeLessThanOrEqual(bound);
        expect(Math.abs(frobenius(values) - frobenius(A))).toBeLessThanOrEqual(bound);
        expect(values).toEqual(values.slice().sort());
      }),
    );
  });

  it('shifts with A + cI and scales, to the bit, with 2ᵏA', () => {
    fc.assert(
      fc.property(symmetric, fc.double({ min: -100, max: 100, noNaN: true }), ({ A, d }, c) => {
        const values = eigenvaluesSymmetric(A, d);
        const shifted = A.slice();
        for (let i = 0; i < d; i++) shifted[i * d + i]! += c;
        const bound = 10 * d * d * 2 ** -52 * (frobenius(A) + Math.abs(c));
        expect(
          distance(
            eigenvaluesSymmetric(shifted, d),
            values.map((value) => value + c),
          ),
        ).toBeLessThanOrEqual(bound);
        const scaled = eigenvaluesSymmetric(
          A.map((a) => a * 2 ** 40),
          d,
        );
        expect(
          distance(
            scaled,
            values.map((value) => value * 2 ** 40),
          ),
        ).toBeLessThanOrEqual(2 ** 40 * 1e-300);
      }),
    );
  });

  it('reads the lower triangle only, and writes nothing', () => {
    const d = 20;
    const A = randomSymmetric(nativeRandom(3), d);
    const lower = A.slice();
    for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) lower[i * d + j] = NaN;
    const before = lower.slice();
    expect(eigenvaluesSymmetric(lower, d)).toEqual(eigenvaluesSymmetric(A, d));
    expect(lower).toEqual(before);
  });

  it('takes the empty, the zero, the huge and the tiny matrix', () => {
    expect(eigenvaluesSymmetric(new Float64Array(0), 0)).toEqual(new Float64Array(0));
    expect(eigenvaluesSymmetric(new Float64Array(9), 3)).toEqual(new Float64Array(3));
    for (const unit of [1e300, 1e-300]) {
      const values = eigenvaluesSymmetric(Float64Array.of(2 * unit, unit, unit, 2 * unit), 2);
      expect(distance(values, [unit, 3 * unit])).toBeLessThanOrEqual(4 * 2 ** -52 * unit);
    }
  });

  it('gives NaN, at once, if an entry is NaN or infinite', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(eigenvaluesSymmetric(Float64Array.of(1, 0, bad, 1), 2)).toEqual(new Float64Array(2).fill(NaN));
    }
  });

  it('refuses an array that is not d × d', () => {
    expect(() => eigenvaluesSymmetric(new Float64Array(8), 3)).toThrow(
      'eigenvaluesSymmetric: A must hold 3 × 3 numbers, got 8',
    );
  });
});

describe('eigenSymmetric', () => {
  it('gives orthonormal rows v with A·v = λv, for the same λ', () => {
    fc.assert(
      fc.property(symmetric, ({ A, d }) => {
        const { values, vectors } = eigenSymmetric(A, d);
        const scale = frobenius(A);
        expect(distance(values, eigenvaluesSymmetric(A, d))).toBeLessThanOrEqual(d * 2 ** -52 * scale);
        for (let j = 0; j < d; j++) {
          const v = vectors.subarray(j * d, (j + 1) * d);
          const Av = product(A, d)(v, new Float64Array(d));
          expect(
            distance(
              Av,
              v.map((x) => values[j]! * x),
            ),
          ).toBeLessThanOrEqual(10 * d * 2 ** -52 * scale);
          for (let k = 0; k <= j; k++) {
            const dot = v.reduce((sum, x, i) => sum + x * vectors[k * d + i]!, 0);
            expect(Math.abs(dot - (j === k ? 1 : 0))).toBeLessThanOrEqual(10 * d * 2 ** -52);
          }
        }
      }),
    );
  });

  it('holds at 200 as well', () => {
    const d = 200;
    const A = randomSymmetric(nativeRandom(11), d);
    const { values, vectors } = eigenSymmetric(A, d);
    for (let j = 0; j < d; j += 13) {
      const v = vectors.subarray(j * d, (j + 1) * d);
      const Av = product(A, d)(v, new Float64Array(d));
      expect(
        distance(
          Av,
          v.map((x) => values[j]! * x),
        ),
      ).toBeLessThan(d * 2 ** -52 * frobenius(A));
    }
  });
});
