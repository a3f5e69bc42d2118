import type { MatVec } from '../../src/math/linalg/mat-vec.ts';
import { eigenvaluesSymmetric } from '../../src/math/linalg/symmetric.ts';
import type { Evaluation, Objective } from '../../src/math/objective.ts';
import type { Products } from '../../src/state.ts';
import { at } from './network.ts';

/** A, column by column from the products of the unit vectors; [d, d]. */
export function dense(matvec: MatVec, d: number): Float64Array {
  const A = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matvec(new Float64Array(d).fill(1, i, i + 1), A.subarray(i * d, (i + 1) * d));
  return A;
}

/** All eigenvalues of a product of the objective at θ, ascending, by a dense computation; of D·A·D with a diagonal D. */
export function spectrumAt(
  L: Parameters<typeof at>[1],
  theta: Float64Array,
  product: 'hvp' | 'gnvp' = 'hvp',
  D?: Float64Array,
): Float64Array {
  const d = L.dim;
  const evaluation = L.open();
  at(evaluation, L, theta);
  const A = dense((v, out) => evaluation[product]!(v, out), d);
  evaluation.close();
  if (D) for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) A[i * d + j]! *= D[i]! * D[j]!;
  return eigenvaluesSymmetric(A, d);
}

/** The same objective with products of its own making, told how many rows have been evaluated. */
export function withProducts(
  objective: Objective,
  change: (products: Required<Products>, rows: number) => Partial<Products>,
): Objective {
  return {
    ...objective,
    open(): Evaluation {
      const inner = objective.open();
      let rows = 0;
      let changed: Partial<Products> = {};
      return {
        ...inner,
        evaluate(theta, gradient, sums) {
          const loss = inner.evaluate(theta, gradient, sums);
          changed = change(inner as Required<Products>, ++rows);
          return loss;
        },
        hvp: (v, out) => (changed.hvp ?? inner.hvp!)(v, out),
        gnvp: (v, out) => (changed.gnvp ?? inner.gnvp!)(v, out),
      };
    },
  };
}

/** The same objective, with a count of the products that are asked of it. */
export function countingProducts(objective: Objective): Objective & { readonly asked: { count: number } } {
  const asked = { count: 0 };
  const counted =
    (product: MatVec): MatVec =>
    (v, out) => {
      asked.count++;
      return product(v, out);
    };
  return {
    ...withProducts(objective, (products) => ({ hvp: counted(products.hvp), gnvp: counted(products.gnvp) })),
    asked,
  };
}
