import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { simd } from '../../../../src/math/kernels/simd.ts';
import { emptyBasis } from '../../../../src/math/linalg/basis/empty-basis.ts';
import { PlainBasis } from '../../../../src/math/linalg/basis/plain.ts';
import { LARGEST_DIMENSION, pagesToGrow, SimdBasis } from '../../../../src/math/linalg/basis/simd.ts';
import { orthogonalise } from '../../../../src/math/linalg/orthogonalise.ts';
import { dot, norm } from '../../../../src/math/linalg/vector.ts';
import { nativeRandom } from '../../../../src/math/random/native.ts';

const kinds = [PlainBasis, SimdBasis] as const;

afterEach(() => vi.restoreAllMocks());

describe('a basis', () => {
  it('has the same bits in arrays and in SIMD, whatever the dimension and the number of vectors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 60 }), fc.nat(), (d, count, seed) => {
        const random = nativeRandom(seed);
        using plain = new PlainBasis(d);
        using simd = new SimdBasis(d);
        for (let j = 0; j < count; j++) {
          const q = random.normal(d);
          for (const emptyBasis of [plain, simd]) emptyBasis.add(q);
        }
        const w = random.normal(d);
        expect(simd.inner(w)).toEqual(plain.inner(w));
        const from = seed % (count + 1);
        const s = random.normal(count - from);
        const out = w.slice(); // what is in it does not matter
        expect(simd.combine(s, out, from)).toEqual(plain.combine(s, undefined, from));
        const other = w.slice();
        simd.project(w);
        plain.project(other);
        expect(w).toEqual(other);
      }),
    );
  });

  describe.each(kinds)('%o', (Kind) => {
    it('multiplies and combines as matrices do', () => {
      using Q = new Kind(7);
      const random = nativeRandom(1);
      const rows = Array.from({ length: 6 }, () => random.normal(7));
      for (const q of rows) Q.add(q);
      const w = random.normal(7);
      expect(Q.length).toBe(6);
      for (const [j, value] of Q.inner(w).entries()) expect(value).toBeCloseTo(dot(rows[j]!, w), 14);
      const s = random.normal(4);
      const sum = w.map((_, i) => rows.slice(2).reduce((total, q, j) => total + s[j]! * q[i]!, 0));
      for (const [i, value] of Q.combine(s, undefined, 2).entries()) expect(value).toBeCloseTo(sum[i]!, 14);
    });

    it('hands out and takes in copies', () => {
      using Q = new Kind(3);
      const q = Float64Array.of(1, 2, 3);
      Q.add(q);
      q[0] = 9;
      Q.at(0)[1] = 9;
      expect([...Q.at(0)]).toEqual([1, 2, 3]);
    });

    it('is as new once it is cleared', () => {
      using Q = new Kind(2);
      Q.add(Float64Array.of(1, 0));
      Q.clear();
      const w = Float64Array.of(3, 4);
      Q.project(w);
      expect([Q.length, ...w]).toEqual([0, 3, 4]);
      Q.add(Float64Array.of(0, 1));
      Q.project(w);
      expect([Q.length, ...w]).toEqual([1, 3, 0]);
    });

    it('grows to more vectors than it has room for at first, and than it takes coefficients of at a time', () => {
      const [d, count] = [1000, 1030];
      using Q = new Kind(d);
      for (let j = 0; j < count; j++) Q.add(new Float64Array(d).fill(j));
      expect(Q.combine(new Float64Array(count).fill(1))[d - 1]).toBe((count * (count - 1)) / 2);
      expect(Q.inner(new Float64Array(d).fill(1))[count - 1]).toBe((count - 1) * d);
    });
  });

  it('leaves a vector orthogonal to all of it to rounding', () => {
    using Q = emptyBasis(50);
    const random = nativeRandom(3);
    for (let j = 0; j < 30; j++) {
      const q = random.normal(50);
      const length = orthogonalise(q, Q, norm(q));
      Q.add(q.map((x) => x / length));
    }
    const w = random.normal(50);
    const length = orthogonalise(w, Q, norm(w));
    expect(Math.max(...Q.inner(w).map(Math.abs))).toBeLessThan(1e-15 * length * 10);
    expect(length).toBeCloseTo(norm(w), 15);
  });

  it('is in arrays if the runtime has no SIMD, or d is too large for its memory', () => {
    using large = emptyBasis(LARGEST_DIMENSION + 1);
    expect(large).toBeInstanceOf(PlainBasis);
    using usual = emptyBasis(10);
    expect(usual).toBeInstanceOf(SimdBasis);
    vi.spyOn(simd, 'available', 'get').mockReturnValue(false);
    expect(emptyBasis(10)).toBeInstanceOf(PlainBasis);
  });

  it('grows by half, and holds a thousand vectors of the largest d though the last growth finds less room', () => {
    const bytes = LARGEST_DIMENSION * 8;
    let pages = Math.ceil((33 * bytes) / 65536);
    for (let length = 32; length < 1000; length++) {
      const missing = (length + 2) * bytes - pages * 65536;
      if (missing > 0) pages += pagesToGrow(missing, length * bytes, pages * 65536);
      expect(pages).toBeLessThanOrEqual(65536);
    }
    expect(pagesToGrow(1, 4 * 65536, 8 * 65536)).toBe(2);
  });

  it('gives its memory to the next one', () => {
    const acquire = vi.spyOn(simd, 'acquire');
    for (let i = 0; i < 3; i++) {
      using Q = emptyBasis(100);
      Q.add(new Float64Array(100).fill(i));
    }
    const lent = acquire.mock.results.map(({ value }) => value);
    expect(new Set(lent).size).toBe(1);
  });
});
