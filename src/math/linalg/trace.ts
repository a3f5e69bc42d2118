import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { meanAndError } from '../stats/mean-and-error.ts';
import { emptyBasis } from './basis/empty-basis.ts';
import type { MatVec } from './mat-vec.ts';
import { orthogonalise } from './orthogonalise.ts';
import { dot, norm } from './vector.ts';

export interface Trace {
  readonly value: number;
  /** One standard error; 0 if the trace is exact. */
  readonly error: number;
  readonly products: number;
}

/**
 * Estimates tr A of a symmetric A ∈ ℝᵈˣᵈ by Hutch++: exact on the space that A maps a third of the
 * directions to, which holds its large eigenvalues, and Hutchinson's estimate on the rest.
 *
 *     tr A = tr QᵀAQ + E[gᵀ(I − QQᵀ)A(I − QQᵀ)g]
 *
 * Here Q is an orthonormal basis of A·S, and the entries of S and g are ±1.
 *
 * Q and the g are drawn independently, so the estimate has no bias, and the samples of the second
 * part give its standard error.
 *
 * - cost:  `products` products, rounded down to a multiple of 3; at least 6; fewer if A has a
 *   lower rank than a third of them. If d ≤ products/3: d, and exact
 * - error: `error`; for A ⪰ 0 the relative error falls as 1/products, Hutchinson's as its square
 *   root
 *
 * @returns value and error NaN if a product is not finite.
 * @throws {RangeError} if `products` is not an integer of at least 6.
 * @see Meyer, Musco, Musco and Woodruff 2020, arXiv:2010.09649, Algorithm 1.
 */
export function hutchPlusPlus(matvec: MatVec, d: number, random: Random, products: number): Trace {
  requireCounts('hutchPlusPlus', { products }, 6);
  const third = Math.floor(products / 3);
  let spent = 0;
  let finite = true;
  const times = (x: Float64Array) => {
    const y = matvec(x, new Float64Array(d));
    spent++;
    finite &&= norm(y) < Infinity;
    return y;
  };
  if (d <= third) {
    let value = 0;
    for (let i = 0; i < d; i++) value += times(new Float64Array(d).fill(1, i, i + 1))[i]!;
    return finite ? { value, error: 0, products: d } : { value: NaN, error: NaN, products: d };
  }
  const signs = () => random.uniform(d, -1, 1).map((x) => (x < 0 ? -1 : 1));
  using Q = emptyBasis(d); // at most a third of the products
  for (let j = 0; j < third; j++) {
    const y = times(signs());
    if (!finite) return { value: NaN, error: NaN, products: spent };
    const before = norm(y);
    const length = orthogonalise(y, Q, before);
    if (!(length > 2 ** -40 * before)) continue; // the rank of A is reached
    for (let i = 0; i < d; i++) y[i]! /= length;
    Q.add(y);
  }
  let large = 0;
  for (let j = 0; j < Q.length; j++) {
    const q = Q.at(j);
    large += dot(q, times(q));
  }
  const rest = Array.from({ length: third }, () => {
    const g = signs();
    orthogonalise(g, Q, norm(g));
    return dot(g, times(g));
  });
  const [mean, error] = meanAndError(rest);
  return finite ? { value: large + mean, error, products: spent } : { value: NaN, error: NaN, products: spent };
}
