import { describe, expect, it } from 'vitest';
import { denseOf } from '../../../src/math/linalg/dense-of.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { product, randomSymmetric } from './symmetric-matrices.ts';

describe('denseOf', () => {
  it('is the matrix that the products are of', () => {
    const A = randomSymmetric(nativeRandom(3), 6);
    expect(denseOf(product(A, 6), 6)).toEqual(A);
  });

  it.each([NaN, Infinity, -Infinity])('has a spectrum of NaN if any entry of a product is %s', (bad) => {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        // the product with eᵢ alone is spoilt, in entry j, above the diagonal as well as below
        const A = denseOf((x, out) => {
          out.set(x);
          if (x[i] === 1) out[j] = bad;
          return out;
        }, 3);
        expect(eigenvaluesSymmetric(A, 3)).toEqual(new Float64Array(3).fill(NaN));
      }
    }
  });
});
