import { describe, expect, it } from 'vitest';
import { eigenvaluesSymmetric } from '../../../../src/math/linalg/symmetric.ts';
import { at } from '../../../helpers/network.ts';
import { caseNames, fromFile, loadCase } from '../../../helpers/reference.ts';

const names = caseNames.filter((name) => loadCase(name).hessian);

/** H, column by column from the products of the unit vectors. */
function dense(name: string): { H: Float64Array; d: number } {
  const { L, theta0 } = fromFile(loadCase(name));
  const d = L.dim;
  const evaluation = L.open();
  at(evaluation, L, theta0);
  const H = new Float64Array(d * d); // [d, d]
  const unit = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    unit[i] = 1;
    evaluation.hvp!(unit, H.subarray(i * d, (i + 1) * d));
    unit[i] = 0;
  }
  return { H, d };
}

describe('the Hessian of 1600 products', () => {
  it.each(names)('of %s is symmetric and has autograd’s trace; its spectrum has autograd’s ends', (name) => {
    const { trace, eigenvaluesTop, eigenvaluesBottom } = loadCase(name).hessian!;
    const { H, d } = dense(name);
    let [sum, skew, size] = [0, 0, 0];
    for (let i = 0; i < d; i++) {
      sum += H[i * d + i]!;
      for (let j = 0; j < i; j++) {
        skew = Math.max(skew, Math.abs(H[i * d + j]! - H[j * d + i]!));
        size = Math.max(size, Math.abs(H[i * d + j]!));
      }
    }
    expect(skew).toBeLessThan(1e-13 * size);
    expect(Math.abs(sum - trace)).toBeLessThan(1e-9 * Math.abs(trace));
    const values = eigenvaluesSymmetric(H, d); // ascending
    for (const [i, value] of eigenvaluesTop.entries()) {
      expect(Math.abs(values[d - 1 - i]! - value)).toBeLessThan(1e-9 * eigenvaluesTop[0]!);
    }
    for (const [i, value] of eigenvaluesBottom.entries()) {
      expect(Math.abs(values[i]! - value)).toBeLessThan(1e-9 * eigenvaluesTop[0]!);
    }
  });
});
