import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../../src/math/losses/cross-entropy.ts';

const eps = Number.EPSILON;

/** ℓ, ∂ℓ/∂f and a product of ∇²ℓ at the outputs `f`, one row a sample. */
function at(f: readonly (readonly number[])[], labels: readonly number[], u: readonly number[] = f.flat()) {
  const [n, k] = [f.length, f[0]!.length];
  const target = { n, k, y: new Float64Array(n * k), labels: Int32Array.from(labels) };
  const [delta, memo, Hu] = [new Float64Array(n * k), new Float64Array(n * k), new Float64Array(n * k)];
  const value = crossEntropy.value(Float64Array.from(f.flat()), target, delta, memo);
  crossEntropy.hessian(Float64Array.from(u), target, memo, Hu);
  return { value, delta, Hu };
}

const logits = fc.integer({ min: 1, max: 6 }).chain((k) =>
  fc.record({
    f: fc.array(fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: k, maxLength: k }), {
      minLength: 1,
      maxLength: 5,
    }),
    label: fc.integer({ min: 0, max: k - 1 }),
    // no numbers so small that their products are subnormal and lose their relative precision
    u: fc.array(
      fc.integer({ min: -24, max: 24 }).map((i) => i / 8),
      { minLength: 5 * k, maxLength: 5 * k },
    ),
  }),
);

describe('cross-entropy', () => {
  it('is the mean of log Σ eᶠ − f[label]; its gradient is p − onehot, its Hessian diag p − ppᵀ, over n', () => {
    fc.assert(
      fc.property(logits, ({ f, label, u: pool }) => {
        const [n, k] = [f.length, f[0]!.length];
        const u = pool.slice(0, n * k);
        const { value, delta, Hu } = at(
          f,
          f.map(() => label),
          u,
        );
        let loss = 0;
        for (const [i, row] of f.entries()) {
          const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
          const p = row.map((x) => Math.exp(x) / total);
          loss += (Math.log(total) - row[label]!) / n;
          const mean = p.reduce((sum, pa, a) => sum + pa * u[i * k + a]!, 0);
          for (let a = 0; a < k; a++) {
            // |f| ≤ 8 and |u| ≤ 3: the direct forms lose a few ulp of these
            expect(Math.abs(delta[i * k + a]! - (p[a]! - (a === label ? 1 : 0)) / n)).toBeLessThanOrEqual(32 * eps);
            expect(Math.abs(Hu[i * k + a]! - (p[a]! * (u[i * k + a]! - mean)) / n)).toBeLessThanOrEqual(64 * eps);
          }
        }
        expect(Math.abs(value - loss)).toBeLessThanOrEqual(64 * eps);
      }),
    );
  });

  it('does not see a shift of all outputs of a sample', () => {
    // shifts by powers of two far below 2⁵³ times the outputs' last bit are exact
    const f = [[0.5, -1.25, 2]];
    expect(
      at(
        f.map((row) => row.map((x) => x + 1024)),
        [1],
        [1, 2, 3],
      ),
    ).toEqual(at(f, [1], [1, 2, 3]));
  });

  it('is log k where all outputs are equal', () => {
    const { value, delta } = at([[3, 3, 3, 3]], [2]);
    expect(value).toBeCloseTo(Math.log(4), 15);
    expect([...delta]).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  it('is zero, with no gradient, where there is one class only', () => {
    const { value, delta, Hu } = at([[5], [-2]], [0, 0]);
    expect(value).toBe(0);
    expect([...delta, ...Hu].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('stays finite and right at logits of ±10⁴', () => {
    const sure = at([[1e4, -1e4, 0]], [0]);
    expect(sure.value).toBe(0); // e^−10⁴ is below the least double
    expect(Math.abs(sure.delta[0]!) + sure.delta[1]! + sure.delta[2]!).toBe(0);
    const wrong = at([[1e4, -1e4, 0]], [1]);
    expect(wrong.value).toBe(2e4); // f[0] − f[1]
    expect([...wrong.delta]).toEqual([1, -1, 0]);
    const half = at([[1e4, 1e4, -1e4]], [1]);
    expect(half.value).toBeCloseTo(Math.LN2, 15);
    expect([...half.delta]).toEqual([0.5, -0.5, 0]);
    expect([...half.Hu.map(Math.abs)]).toEqual([0, 0, 0]);
  });

  it.each([1e-3, 1, 20, 50, 200, 600])(
    'keeps its relative precision for a sample that is right by a margin of %s',
    (margin) => {
      // two classes: ℓ = log(1 + e^−m), p₁ = 1/(1 + eᵐ), ∇²ℓ = p₀p₁ (1 −1; −1 1), for a label on either side of the pair
      const p1 = 1 / (1 + Math.exp(margin));
      const p0 = 1 / (1 + Math.exp(-margin));
      for (const label of [0, 1]) {
        const f = label === 0 ? [margin, 0] : [0, margin];
        const { value, delta, Hu } = at([f], [label], label === 0 ? [1, 0] : [0, 1]);
        const close = (x: number, y: number) => expect(Math.abs(x / y - 1)).toBeLessThan(8 * eps);
        close(value, Math.log1p(Math.exp(-margin)));
        close(delta[label]!, -p1);
        close(delta[1 - label]!, p1);
        close(Hu[label]!, p0 * p1);
        close(Hu[1 - label]!, -p0 * p1);
      }
    },
  );

  it('has a Hessian whose rows sum to zero in relative terms, however sure a sample is', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0, max: 600, noNaN: true }), ({ f, label, u: pool }, margin) => {
        const row = f[0]!.map((x, a) => (a === label ? x + margin : x));
        const { Hu } = at([row], [label], pool.slice(0, row.length));
        const size = Hu.reduce((sum, x) => sum + Math.abs(x), 0);
        expect(Math.abs(Hu.reduce((sum, x) => sum + x, 0))).toBeLessThanOrEqual(16 * eps * size + Number.MIN_VALUE);
      }),
    );
  });

  it('is positive semidefinite in relative terms: u·Hu ≥ 0', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0, max: 600, noNaN: true }), ({ f, label, u: pool }, margin) => {
        const row = f[0]!.map((x, a) => (a === label ? x + margin : x));
        const u = pool.slice(0, row.length);
        const { Hu } = at([row], [label], u);
        const size = Hu.reduce((sum, x, a) => sum + Math.abs(x * u[a]!), 0);
        expect(Hu.reduce((sum, x, a) => sum + x * u[a]!, 0)).toBeGreaterThanOrEqual(-16 * eps * size);
      }),
    );
  });

  it.each([0, 1, 2])('makes NaN of a NaN in output %s', (a) => {
    const f = [1, 2, 3];
    f[a] = NaN;
    for (const label of [0, 1, 2]) {
      const { value, delta } = at([f], [label]);
      expect(value).toBeNaN();
      expect(delta.some(Number.isNaN)).toBe(true);
    }
  });

  it('is infinite where another class is infinitely likelier, and undefined where infinities meet', () => {
    expect(at([[Infinity, 0]], [1]).value).toBe(Infinity);
    expect(at([[0, -Infinity]], [1]).value).toBe(Infinity);
    expect(at([[Infinity, Infinity]], [1]).value).toBeNaN();
  });
});
