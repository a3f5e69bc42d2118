import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlp, tensorsOf } from '../../../src/math/models/mlp.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { type LawOptions, lawsOf } from '../../../src/math/theory/laws.ts';
import { type Balance, Ledger } from '../../../src/math/theory/ledger.ts';
import { paired } from '../../helpers/laws.ts';
import { combine, dot } from '../../helpers/network.ts';

/** Posts a step of the laws' forms and returns the balance before it. */
function post(ledger: Ledger, theta: Float64Array, gradient: Float64Array, D: Float64Array): Balance {
  const { laws, entry } = ledger;
  laws.form(theta, theta, entry.C);
  laws.form(gradient, gradient, entry.delta);
  laws.form(theta, gradient, entry.A);
  laws.form(theta, D, entry.thetaD);
  laws.form(D, D, entry.DD);
  return ledger.post();
}

const books = fc.record({
  widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 3, maxLength: 9 }),
  bias: fc.boolean(),
  seed: fc.nat(),
  laws: fc.subarray(['layer', 'neuron', 'matrix'] as const, { minLength: 1 }),
  biases: fc.boolean(),
  matrix: fc.constantFrom('norm' as const, 'whole' as const),
  size: fc.constantFrom(1e-6, 1e-3, 0.3, 3),
});

/** Random steps that come from no gradient: the books close for every optimizer. */
function walk(
  {
    widths,
    bias,
    seed,
    size,
    ...options
  }: LawOptions & { widths: number[]; bias: boolean; seed: number; size: number },
  steps: number,
) {
  const tensors = tensorsOf(mlp({ hidden: widths.slice(1, -1), bias }), widths[0]!, widths.at(-1)!);
  const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const random = nativeRandom(seed);
  const path = [
    { theta: random.normal(dim), gradient: random.normal(dim), D: random.normal(dim).map((x) => size * x) },
  ];
  while (path.length < steps) {
    const { theta, D } = path.at(-1)!;
    path.push({
      theta: combine(1, theta, 1, D),
      gradient: random.normal(dim),
      D: random.normal(dim).map((x) => size * x),
    });
  }
  return { path, laws: lawsOf(paired(tensors), options) };
}

describe('the ledger', () => {
  it('closes for any steps: drift less its first and second order is at most 1e-12 Σ‖W‖²', () => {
    fc.assert(
      fc.property(books, (plan) => {
        const { path, laws } = walk(plan, 40);
        const ledger = new Ledger(laws);
        for (const { theta, gradient, D } of path) {
          const { residual } = post(ledger, theta, gradient, D);
          const largest = Math.max(...path.map((at) => dot(at.theta, at.theta)));
          for (const r of residual) expect(Math.abs(r)).toBeLessThanOrEqual(1e-12 * largest);
        }
      }),
    );
  });

  it('would not close with any of its terms left out', () => {
    const { path, laws } = walk({ widths: [3, 4, 2], bias: true, seed: 5, size: 0.3 }, 10);
    const worst = (spoil: (ledger: Ledger) => void) => {
      const ledger = new Ledger(laws);
      const residuals = path.map(({ theta, D }) => {
        laws.form(theta, theta, ledger.entry.C);
        laws.form(theta, D, ledger.entry.thetaD);
        laws.form(D, D, ledger.entry.DD);
        spoil(ledger);
        return Math.abs(ledger.post().residual[0]!);
      });
      return Math.max(...residuals);
    };
    expect(worst(() => {})).toBeLessThan(1e-12);
    expect(worst(({ entry }) => entry.thetaD.fill(0))).toBeGreaterThan(0.1);
    expect(worst(({ entry }) => entry.DD.fill(0))).toBeGreaterThan(0.01);
  });

  it('describes the parameters before the step that is posted: all but the law and the symmetry begin at zero', () => {
    const { path, laws } = walk({ widths: [3, 4, 2], bias: true, seed: 1, size: 0.1 }, 3);
    const ledger = new Ledger(laws);
    const [first, second, third] = path.map(({ theta, gradient, D }) => post(ledger, theta, gradient, D));
    const at = (u: Float64Array, v: Float64Array) => {
      const out = new Float64Array(1);
      laws.form(u, v, out);
      return out[0]!;
    };
    const [p0, p1, p2] = path as [(typeof path)[0], (typeof path)[0], (typeof path)[0]];
    expect(first).toMatchObject({
      drift: Float64Array.of(0),
      imbalanceSum: Float64Array.of(0),
      residual: Float64Array.of(0),
    });
    expect(first!.conservation[0]).toBe(at(p0.theta, p0.theta));
    expect(first!.symmetry[0]).toBe(at(p0.theta, p0.gradient));
    expect(second!.imbalanceSum[0]).toBe(at(p0.gradient, p0.gradient));
    expect(second!.firstOrder[0]).toBe(2 * at(p0.theta, p0.D));
    expect(second!.secondOrder[0]).toBe(at(p0.D, p0.D));
    expect(third!.imbalanceSum[0]).toBeCloseTo(at(p0.gradient, p0.gradient) + at(p1.gradient, p1.gradient), 12);
    expect(third!.drift[0]).toBe(at(p2.theta, p2.theta) - at(p0.theta, p0.theta));
  });

  it('reports a matrix by the norm of what it reports of its entries', () => {
    fc.assert(
      fc.property(books, (plan) => {
        const report = (matrix: 'norm' | 'whole') => {
          const { path, laws } = walk({ ...plan, laws: ['matrix'], matrix }, 5);
          const ledger = new Ledger(laws);
          return path.map(({ theta, gradient, D }) => post(ledger, theta, gradient, D)).at(-1)!;
        };
        const [norms, whole] = [report('norm'), report('whole')];
        for (const key of ['conservation', 'drift', 'imbalanceSum', 'firstOrder', 'secondOrder', 'symmetry'] as const) {
          let from = 0;
          for (const [l, width] of plan.widths.slice(1, -1).entries()) {
            const entries = whole[key].subarray(from, (from += width * width));
            const norm = Math.sqrt(dot(entries, entries));
            expect(Math.abs(norms[key][l]! - norm)).toBeLessThanOrEqual(1e-14 * norm); // 49 squares, another order
          }
        }
      }),
    );
  });

  it('gives out balances that later posts leave alone', () => {
    const { path, laws } = walk(
      { widths: [2, 3, 2], bias: false, seed: 3, size: 0.1, laws: ['layer', 'neuron', 'matrix'] },
      6,
    );
    const ledger = new Ledger(laws);
    const balances = path.map(({ theta, gradient, D }) => post(ledger, theta, gradient, D));
    const copies = structuredClone(balances);
    post(ledger, path[0]!.theta, path[0]!.gradient, path[0]!.D);
    ledger.entry.C.fill(77);
    ledger.entry.A.fill(77);
    expect(balances).toEqual(copies);
  });

  it('goes on from a snapshot to the bit', () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 0, max: 10 }), (plan, half) => {
        const { path, laws } = walk(plan, 10);
        const [whole, cut, resumed] = [new Ledger(laws), new Ledger(laws), new Ledger(laws)];
        const all = path.map(({ theta, gradient, D }) => post(whole, theta, gradient, D));
        for (const { theta, gradient, D } of path.slice(0, half)) post(cut, theta, gradient, D);
        resumed.restore(structuredClone(cut.snapshot()));
        expect(path.slice(half).map(({ theta, gradient, D }) => post(resumed, theta, gradient, D))).toEqual(
          all.slice(half),
        );
      }),
    );
  });

  const single = lawsOf(paired(tensorsOf(mlp({ hidden: [1] }), 1, 1)));
  const sums = (...deltas: number[]) => {
    const ledger = new Ledger(single);
    for (const delta of deltas) {
      ledger.entry.delta[0] = delta;
      ledger.post();
    }
    return ledger.post().imbalanceSum[0];
  };

  it('carries what rounding drops from its sums', () => {
    expect(sums(1, 1e100, 1, -1e100)).toBe(2); // 0 in plain floating point
    expect(sums(...new Array(1000).fill(0.1))).toBe(100); // 99.9999999999986 in plain floating point
  });

  it('says infinity, not NaN, of a sum that overflows, and NaN once it is one', () => {
    expect(sums(1, Infinity, 1)).toBe(Infinity);
    expect(sums(1e308, 1e308)).toBe(Infinity);
    expect(sums(1, Infinity, -Infinity)).toBeNaN();
    expect(sums(NaN, 1)).toBeNaN();
  });
});
