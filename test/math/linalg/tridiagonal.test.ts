import { describe, expect, it } from 'vitest';
import { powerOfTwo, tridiagonalEigen, tridiagonalEigenvalues } from '../../../src/math/linalg/tridiagonal.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { distance } from './symmetric-matrices.ts';

const second = (n: number) => ({ diagonal: new Float64Array(n).fill(2), coupling: new Float64Array(n - 1).fill(-1) });

describe('tridiagonalEigenvalues', () => {
  it.each([1, 2, 3, 10, 257])('gives 4 sin²(jπ/(2n + 2)) for the second difference of %i points', (n) => {
    const { diagonal, coupling } = second(n);
    const exact = Array.from({ length: n }, (_, j) => 4 * Math.sin(((j + 1) * Math.PI) / (2 * n + 2)) ** 2);
    // backward stable: n rotations of rounding ε in a matrix of norm 4
    expect(distance(tridiagonalEigenvalues(diagonal, coupling), exact)).toBeLessThan(4 * (n + 2) * 2 ** -52);
  });

  it('gives ±k for the Clement matrix, whose couplings differ a thousandfold', () => {
    const n = 101;
    const coupling = Float64Array.from({ length: n - 1 }, (_, i) => Math.sqrt((i + 1) * (n - 1 - i)));
    const exact = Array.from({ length: n }, (_, k) => 2 * k - (n - 1));
    expect(distance(tridiagonalEigenvalues(new Float64Array(n), coupling), exact)).toBeLessThan(100 * n * 2 ** -52);
  });

  it('leaves its arguments alone and sorts a diagonal', () => {
    const diagonal = Float64Array.of(3, -1, 2);
    expect(tridiagonalEigenvalues(diagonal, new Float64Array(2))).toEqual(Float64Array.of(-1, 2, 3));
    expect(diagonal).toEqual(Float64Array.of(3, -1, 2));
  });

  it('takes the empty, the zero, the huge and the tiny matrix', () => {
    expect(tridiagonalEigenvalues(new Float64Array(0), new Float64Array(0))).toEqual(new Float64Array(0));
    expect(tridiagonalEigenvalues(new Float64Array(4), new Float64Array(3))).toEqual(new Float64Array(4));
    for (const unit of [1e300, 1e-300, 5e-324]) {
      const values = tridiagonalEigenvalues(Float64Array.of(2 * unit, 2 * unit), Float64Array.of(unit));
      expect(distance(values, [unit, 3 * unit])).toBeLessThanOrEqual(4 * 2 ** -52 * unit);
    }
  });

  it('gives NaN, at once, if an entry is NaN or infinite', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(tridiagonalEigenvalues(Float64Array.of(1, bad, 2), Float64Array.of(1, 1))).toEqual(
        new Float64Array(3).fill(NaN),
      );
      expect(tridiagonalEigen(Float64Array.of(1, 1, 2), Float64Array.of(1, bad)).vectors).toEqual(
        new Float64Array(9).fill(NaN),
      );
    }
  });

  it('refuses couplings that do not fit', () => {
    expect(() => tridiagonalEigenvalues(new Float64Array(3), new Float64Array(3))).toThrow(
      'tridiagonal: 3 diagonal entries take 2 couplings, got 3',
    );
  });
});

describe('tridiagonalEigen', () => {
  const n = 60;
  const random = nativeRandom(5);
  const diagonal = random.normal(n);
  const coupling = random.normal(n - 1);
  const { values, vectors } = tridiagonalEigen(diagonal, coupling);
  const at = (j: number, i: number) => vectors[j * n + i] ?? 0;

  it('gives rows v with T·v = λv', () => {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const left = i > 0 ? coupling[i - 1]! * at(j, i - 1) : 0;
        const right = i < n - 1 ? coupling[i]! * at(j, i + 1) : 0;
        // ‖T‖ < 10, and a rounding per rotation that meets the row
        expect(Math.abs(left + diagonal[i]! * at(j, i) + right - values[j]! * at(j, i))).toBeLessThan(
          10 * n * 2 ** -52,
        );
      }
    }
  });

  it('gives orthonormal rows', () => {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k <= j; k++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += at(j, i) * at(k, i);
        expect(Math.abs(sum - (j === k ? 1 : 0))).toBeLessThan(n * 2 ** -52);
      }
    }
  });

  it('gives the same values, and only the components asked for', () => {
    const ends = new Float64Array(2 * n); // [n, 2]: first and last column of the identity
    ends[0] = 1;
    ends[2 * n - 1] = 1;
    const partial = tridiagonalEigen(diagonal, coupling, ends);
    expect(partial.values).toEqual(values);
    expect(partial.vectors).toEqual(
      Float64Array.from({ length: 2 * n }, (_, i) => at(Math.floor(i / 2), i % 2 === 0 ? 0 : n - 1)),
    );
    expect(tridiagonalEigenvalues(diagonal, coupling)).toEqual(values);
  });

  it('integrates polynomials up to degree 2n − 1 as Gauss and Legendre do', () => {
    const m = 8;
    const jacobi = Float64Array.from({ length: m - 1 }, (_, i) => (i + 1) / Math.sqrt(4 * (i + 1) ** 2 - 1));
    const first = new Float64Array(m); // [m, 1]
    first[0] = 1;
    const gauss = tridiagonalEigen(new Float64Array(m), jacobi, first);
    for (let degree = 0; degree < 2 * m; degree++) {
      let integral = 0;
      for (let j = 0; j < m; j++) integral += 2 * gauss.vectors[j]! ** 2 * gauss.values[j]! ** degree;
      expect(Math.abs(integral - (degree % 2 === 0 ? 2 / (degree + 1) : 0))).toBeLessThan(20 * m * 2 ** -52);
    }
  });

  it('refuses rows of unequal length', () => {
    expect(() => tridiagonalEigen(diagonal, coupling, new Float64Array(n + 1))).toThrow(RangeError);
  });
});

describe('powerOfTwo', () => {
  it('is at most the number and more than half of it', () => {
    for (const x of [1, 1.5, 2, 3, 1e300, 1e-290, Number.MAX_VALUE]) {
      const p = powerOfTwo(x);
      expect(p).toBeLessThanOrEqual(x);
      expect(p).toBeGreaterThan(x / 2);
      expect(Number.isInteger(Math.log2(p))).toBe(true);
    }
  });
});
