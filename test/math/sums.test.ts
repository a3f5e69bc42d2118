import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Evaluation, emptySums, type Sums } from '../../src/math/objective.ts';
import { gradientDescentRule } from '../../src/math/optimizers/gradient-descent.ts';
import { onBatches } from '../../src/math/optimizers/on-batches.ts';
import { evaluateWithSums, fillSums } from '../../src/math/sums.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { gradientNorm } from '../../src/operators/measures/gradient-norm.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { bare, factorisation } from '../helpers/factorisation.ts';

const problem = factorisation();
const { tensors, theta0 } = problem;
const L = bare(problem);
const eta = 0.01;

/** The same objective with an evaluation of another kind. */
const withEvaluate = (evaluate: (sums: Sums, theta: Float64Array, gradient: Float64Array) => void) => ({
  ...L,
  open(): Evaluation {
    const inner = L.open();
    return {
      ...inner,
      evaluate(theta, gradient, sums) {
        const loss = inner.evaluate(theta, gradient, sums);
        evaluate(sums, theta, gradient);
        return loss;
      },
    };
  },
});

const rowsOf = (objective: typeof L) =>
  lastValueFrom(
    gradientDescent({ objective, theta0, learningRate: eta }).pipe(
      take(50),
      conservation(),
      gradientNorm(),
      map(({ state, ...row }) => ({ ...row, ...state.copy() })),
      toArray(),
    ),
  );

describe('the sums of an objective that leaves them alone', () => {
  it('give the drift of the parameters themselves, a closed ledger and the norm of the gradient', async () => {
    const rows = await rowsOf(L);
    const normSq = (v: Float64Array, { offset, rows, cols }: (typeof tensors)[number]) =>
      v.subarray(offset, offset + rows * cols).reduce((sum, x) => sum + x * x, 0);
    const C = (theta: Float64Array) => normSq(theta, tensors[1]) - normSq(theta, tensors[0]);
    const size = theta0.reduce((sum, x) => sum + x * x, 0);
    for (const { theta, gradient, drift, imbalanceSum, ledgerResidual, gradientNorm } of rows) {
      expect(Math.abs(drift[0]! - (C(theta) - C(theta0)))).toBeLessThan(1e-14 * size);
      // the law holds along the flow, so the drift is η²S alone
      expect(Math.abs(drift[0]! - eta ** 2 * imbalanceSum[0]!)).toBeLessThan(1e-13 * size);
      expect(Math.abs(ledgerResidual[0]!)).toBeLessThan(1e-13 * size);
      expect(gradientNorm).toBeCloseTo(Math.hypot(...gradient), 12);
    }
    expect(Math.abs(rows.at(-1)!.drift[0]!)).toBeGreaterThan(1e-4);
  });

  it('are those that a filling objective gives, to the bit, if it sums in the same order', async () => {
    const filling = withEvaluate((sums, theta, gradient) => fillSums(tensors, theta, gradient, sums));
    expect(await rowsOf(filling)).toEqual(await rowsOf(L));
  });

  it('are filled where an objective fills some of them', async () => {
    const half = withEvaluate((sums, theta, gradient) => {
      const all = emptySums(tensors);
      fillSums(tensors, theta, gradient, all);
      sums.weightNormSq.set(all.weightNormSq);
    });
    expect(await rowsOf(half)).toEqual(await rowsOf(L));
  });

  it('are left as they are where an objective fills them, and after a gradient that is NaN too', () => {
    const theta = theta0.slice();
    theta[0] = NaN;
    for (const at of [theta0, theta]) {
      let filled = 0;
      const marked = withEvaluate((sums, theta, gradient) => {
        fillSums(tensors, theta, gradient, sums);
        filled = sums.weightNormSq[1] = 1000 + filled;
      });
      const evaluate = evaluateWithSums(marked.open(), tensors);
      const sums = emptySums(tensors);
      const gradient = new Float64Array(theta0.length);
      evaluate(at, gradient, sums);
      expect(sums.weightNormSq[1]).toBe(1000);
      evaluate(theta0, gradient, sums);
      expect(sums.weightNormSq[1]).toBe(2000);
    }
  });

  it('are filled for mini-batches', () => {
    const batches = { n: 4, open: () => ({ ...L.open(), select() {} }) };
    const rule = onBatches(gradientDescentRule(0), L, batches, { batch: 2, seed: 0 });
    rule.update(new Float64Array(theta0.length), theta0, eta, new Float64Array(theta0.length));
    const { gradient, sums } = rule.stepGradient!();
    const expected = emptySums(tensors);
    fillSums(tensors, theta0, gradient, expected);
    expect(sums).toEqual(expected);
    expect(sums.inner[0]).not.toBe(0);
  });
});
