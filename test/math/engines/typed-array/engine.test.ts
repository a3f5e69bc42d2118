import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { classified } from '../../../../src/math/data/dataset.ts';
import { bytesOf, open } from '../../../../src/math/engines/typed-array/engine.ts';
import { losses } from '../../../../src/math/losses/losses.ts';
import { mlp } from '../../../../src/math/models/mlp.ts';
import { type Evaluation, emptySums } from '../../../../src/math/objective.ts';
import { nativeRandom } from '../../../../src/math/random/native.ts';
import { objective } from '../../../../src/math/risk.ts';
import { at, combine, direct, dot, networks, norm, probe, type Small, smooth } from '../../../helpers/network.ts';
import { caseNames, fromFile, loadCase } from '../../../helpers/reference.ts';

const vector = (size: number, seed: number) => nativeRandom(seed).normal(size);
const seeds = fc.nat();
const eps = Number.EPSILON;

/** Rounding of a quantity that is built up through `depth` products of size `scale`: a few units a layer. */
const rounding = ({ plan }: Small, scale: number) => 64 * eps * plan.widths.length * scale + Number.MIN_VALUE;

/** Do neurons keep their side of every kink within ±2h·v of θ? Without it a difference quotient straddles two pieces. */
function clearOfKinks(small: Small, theta: Float64Array, v: Float64Array, h: number): boolean {
  if (smooth.includes(small.plan.activation)) return true;
  const signs = (step: number) => direct(small, combine(1, theta, step, v)).hidden.map(Math.sign);
  const here = signs(0);
  return [-2 * h, -h, h, 2 * h].every((step) => signs(step).every((sign, i) => sign === here[i]));
}

/** (8(F(h) − F(−h)) − (F(2h) − F(−2h)))/(12h): the derivative of F at 0, off by h⁴F⁽⁵⁾/30. */
function difference(F: (t: number) => Float64Array, h: number): Float64Array {
  const near = combine(1, F(h), -1, F(-h));
  const far = combine(1, F(2 * h), -1, F(-2 * h));
  return combine(8 / (12 * h), near, -1 / (12 * h), far);
}

/**
 * The derivative by differences, and a bound of its error: halving h divides the h⁴ term by 16, so what the two steps
 * differ by is more than the error of the finer one; rounding of F of size |F| adds 3ε|F|/h a layer.
 */
function differentiated(F: (t: number) => Float64Array, h: number, size: number) {
  const value = difference(F, h / 2);
  const truncation = norm(combine(1, value, -1, difference(F, h)));
  return { value, error: truncation + (64 * eps * size) / h };
}

/** A derivative along v, as it is claimed, of F at θ. */
interface Claimed {
  readonly exact: Float64Array;
  readonly F: (theta: Float64Array) => Float64Array;
  /** Sizes of the numbers to which the errors of F and of its derivative are relative. */
  readonly size: number;
  readonly scale: number;
}

/** Holds what is claimed of random networks and directions against differences. */
function agreesWithDifferences(claim: (small: Small, evaluation: Evaluation, v: Float64Array) => Claimed): void {
  const numRuns = 200;
  let sharp = 0;
  fc.assert(
    fc.property(networks(), seeds, (small, seed) => {
      const { L, theta } = small;
      const h = 1e-3;
      const v = vector(L.dim, seed).map((x) => x / Math.sqrt(L.dim));
      fc.pre(clearOfKinks(small, theta, v, h));
      const { exact, F, size, scale } = claim(small, L.open(), v);
      const { value, error } = differentiated((t) => F(combine(1, theta, t, v)), h, size * L.tensors.length);
      expect(norm(combine(1, value, -1, exact))).toBeLessThanOrEqual(error);
      if (error < 1e-6 * scale) sharp++;
    }),
    { numRuns },
  );
  // the bound must not be what makes the comparison pass
  expect(sharp).toBeGreaterThan(numRuns / 2);
}

describe('the loss', () => {
  it('is that of the network written out sample by sample', () => {
    fc.assert(
      fc.property(networks(), (small) => {
        const { L, theta } = small;
        const expected = direct(small, theta);
        const scale = Math.max(1, ...expected.f.flat().map(Math.abs)) ** (small.plan.loss === 'mse' ? 2 : 1);
        // the host's exp, log and tanh are good to about an ulp, as ours are
        expect(Math.abs(at(L.open(), L, theta).loss - expected.loss)).toBeLessThanOrEqual(rounding(small, scale));
      }),
    );
  });
});

describe('the gradient', () => {
  it('is the derivative of the loss along any direction, away from kinks', () => {
    agreesWithDifferences(({ L, theta }, evaluation, v) => {
      const { loss, gradient } = at(evaluation, L, theta);
      const scale = norm(gradient);
      const F = (theta: Float64Array) => Float64Array.of(at(evaluation, L, theta).loss);
      return { exact: Float64Array.of(dot(gradient, v)), F, size: Math.abs(loss) + scale, scale };
    });
  });

  it('is the derivative of the loss in each single parameter', () => {
    fc.assert(
      fc.property(networks({ depth: [2, 3] }), (small) => {
        const { L, theta } = small;
        const h = 1e-3;
        const evaluation = L.open();
        const { loss, gradient } = at(evaluation, L, theta);
        for (let i = 0; i < L.dim; i++) {
          const e = new Float64Array(L.dim);
          e[i] = 1;
          if (!clearOfKinks(small, theta, e, h)) continue;
          const along = (t: number) => Float64Array.of(at(evaluation, L, combine(1, theta, t, e)).loss);
          const { value, error } = differentiated(along, h, Math.abs(loss) + norm(gradient));
          expect(Math.abs(value[0]! - gradient[i]!)).toBeLessThanOrEqual(error);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('takes the left slope at the kink itself, as PyTorch does', () => {
    const L = objective({
      engine: 'typed-array',
      model: mlp({ hidden: [1], activation: 'relu' }),
      loss: 'mse',
      data: { n: 1, d: 1, k: 1, x: Float64Array.of(1), y: Float64Array.of(3) },
    });
    // z = w₁x = 0: the neuron is off, and nothing reaches w₁
    expect([...at(L.open(), L, Float64Array.of(0, 5)).gradient]).toEqual([0, 0]);
  });
});

describe('the sums', () => {
  it('are the inner products of the blocks of θ and ∇L', () => {
    fc.assert(
      fc.property(networks(), (small) => {
        const { L, theta } = small;
        const { gradient, sums } = at(L.open(), L, theta);
        for (const [t, { offset, rows, cols }] of L.tensors.entries()) {
          const [w, g] = [theta, gradient].map((a) => a.subarray(offset, offset + rows * cols)) as [
            Float64Array,
            Float64Array,
          ];
          // both sum squares of the same numbers: only the order may differ
          const bound = (a: Float64Array, b: Float64Array) => eps * a.length * norm(a) * norm(b);
          expect(Math.abs(sums.weightNormSq[t]! - dot(w, w))).toBeLessThanOrEqual(bound(w, w));
          expect(Math.abs(sums.gradientNormSq[t]! - dot(g, g))).toBeLessThanOrEqual(bound(g, g));
          expect(Math.abs(sums.inner[t]! - dot(w, g))).toBeLessThanOrEqual(bound(w, g));
        }
      }),
    );
  });
});

/** ‖Hv‖, and ‖Gv‖ beside it: the Gauss-Newton part and the network's own curvature may cancel, their rounding does not. */
function terms(evaluation: Evaluation, v: Float64Array): number {
  const out = new Float64Array(v.length);
  return norm(evaluation.gnvp!(v, out)) + norm(evaluation.hvp!(v, out));
}

describe('the Hessian product', () => {
  it('is the derivative of the gradient along v, away from kinks', () => {
    agreesWithDifferences(({ L, theta }, evaluation, v) => {
      const { gradient } = at(evaluation, L, theta);
      const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
      const F = (theta: Float64Array) => at(evaluation, L, theta).gradient;
      return { exact: Hv, F, size: norm(gradient) + norm(Hv), scale: norm(Hv) };
    });
  });

  it('is symmetric: u·Hv = v·Hu', () => {
    fc.assert(
      fc.property(networks(), seeds, (small, seed) => {
        const { L, theta } = small;
        const [u, v] = [vector(L.dim, seed), vector(L.dim, seed + 1)];
        const evaluation = L.open();
        at(evaluation, L, theta);
        const Hu = evaluation.hvp!(u, new Float64Array(L.dim));
        const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
        const scale = norm(u) * terms(evaluation, v) + norm(v) * terms(evaluation, u);
        expect(Math.abs(dot(u, Hv) - dot(v, Hu))).toBeLessThanOrEqual(rounding(small, scale));
      }),
    );
  });

  it('is linear in v', () => {
    fc.assert(
      fc.property(networks(), seeds, (small, seed) => {
        const { L, theta } = small;
        const [u, v] = [vector(L.dim, seed), vector(L.dim, seed + 1)];
        const evaluation = L.open();
        at(evaluation, L, theta);
        const H = (w: Float64Array) => evaluation.hvp!(w, new Float64Array(L.dim));
        const [Hu, Hv] = [H(u), H(v)];
        const apart = norm(combine(1, H(combine(2, u, -3, v)), -1, combine(2, Hu, -3, Hv)));
        expect(apart).toBeLessThanOrEqual(rounding(small, terms(evaluation, u) + terms(evaluation, v)));
      }),
    );
  });

  it.each(caseNames.filter((name) => loadCase(name).hessian))('is autograd’s for %s, to 1e-10', (name) => {
    const file = loadCase(name);
    const { L, theta0 } = fromFile(file);
    const evaluation = L.open();
    at(evaluation, L, theta0);
    const Hv = evaluation.hvp!(probe(L.dim), new Float64Array(L.dim));
    const expected = Float64Array.from(file.hessian!.hvp);
    expect(norm(combine(1, Hv, -1, expected)) / norm(expected)).toBeLessThan(1e-10);
  });
});

describe('the Gauss-Newton product', () => {
  it('is Jᵀ(∇²ℓ)J v, with ∇²ℓ written out', () => {
    fc.assert(
      fc.property(networks(), seeds, (small, seed) => {
        const { plan, L, theta } = small;
        const { n, k } = L.dataset;
        const v = vector(L.dim, seed);
        const evaluation = L.open();
        at(evaluation, L, theta);
        const Jv = evaluation.jvp!(v, new Float64Array(n * k));
        const { f } = direct(small, theta);
        const u = new Float64Array(n * k); // ∇²ℓ·Jv
        for (let i = 0; i < n; i++) {
          const max = Math.max(...f[i]!);
          const total = f[i]!.reduce((sum, fa) => sum + Math.exp(fa - max), 0);
          const p = f[i]!.map((fa) => Math.exp(fa - max) / total);
          for (let a = 0; a < k; a++) {
            if (plan.loss === 'mse') u[i * k + a] = (2 / (n * k)) * Jv[i * k + a]!;
            else
              for (let b = 0; b < k; b++) u[i * k + a]! += (p[a]! * ((a === b ? 1 : 0) - p[b]!) * Jv[i * k + b]!) / n;
          }
        }
        const expected = evaluation.vjp!(u, new Float64Array(L.dim));
        const Gv = evaluation.gnvp!(v, new Float64Array(L.dim));
        // u is off by ε·max|Jv| an entry, where softmax cancels; Jᵀ enlarges that as it does a vector of such entries
        const largest = Math.max(...Jv.map(Math.abs));
        const spread = evaluation.vjp!(new Float64Array(n * k).fill(largest), new Float64Array(L.dim));
        expect(norm(combine(1, Gv, -1, expected))).toBeLessThanOrEqual(rounding(small, norm(expected) + norm(spread)));
      }),
    );
  });

  it('is the Hessian product of a network without hidden layers, to the bit: such a network has no curvature', () => {
    fc.assert(
      fc.property(networks({ depth: [1, 1] }), seeds, ({ L, theta }, seed) => {
        const v = vector(L.dim, seed);
        const evaluation = L.open();
        at(evaluation, L, theta);
        const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
        expect(evaluation.gnvp!(v, new Float64Array(L.dim))).toEqual(Hv);
      }),
    );
  });

  it('is never negative along v', () => {
    fc.assert(
      fc.property(networks(), seeds, (small, seed) => {
        const { L, theta } = small;
        const v = vector(L.dim, seed);
        const evaluation = L.open();
        at(evaluation, L, theta);
        const Gv = evaluation.gnvp!(v, new Float64Array(L.dim));
        expect(dot(v, Gv)).toBeGreaterThanOrEqual(-rounding(small, norm(v) * norm(Gv)));
      }),
    );
  });
});

describe('the products of the Jacobian', () => {
  it('are adjoint: u·Jv = v·Jᵀu', () => {
    fc.assert(
      fc.property(networks(), seeds, (small, seed) => {
        const { L, theta } = small;
        const { n, k } = L.dataset;
        const [u, v] = [vector(n * k, seed), vector(L.dim, seed + 1)];
        const evaluation = L.open();
        at(evaluation, L, theta);
        const Jv = evaluation.jvp!(v, new Float64Array(n * k));
        const Ju = evaluation.vjp!(u, new Float64Array(L.dim));
        const scale = norm(u) * norm(Jv) + norm(v) * norm(Ju);
        expect(Math.abs(dot(u, Jv) - dot(v, Ju))).toBeLessThanOrEqual(rounding(small, scale));
      }),
    );
  });

  it('are the derivative of the outputs', () => {
    agreesWithDifferences((small, evaluation, v) => {
      const { L, theta } = small;
      at(evaluation, L, theta);
      const Jv = evaluation.jvp!(v, new Float64Array(L.dataset.y.length));
      const F = (theta: Float64Array) => Float64Array.from(direct(small, theta).f.flat());
      return { exact: Jv, F, size: norm(F(theta)) + norm(Jv), scale: norm(Jv) };
    });
  });
});

describe('an evaluation', () => {
  it('gives the same product twice, whatever was asked in between', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const v = vector(L.dim, seed);
        const u = vector(L.dataset.y.length, seed + 1);
        const evaluation = L.open();
        at(evaluation, L, theta);
        const all = () => [
          evaluation.hvp!(v, new Float64Array(L.dim)),
          evaluation.gnvp!(v, new Float64Array(L.dim)),
          evaluation.jvp!(v, new Float64Array(u.length)),
          evaluation.vjp!(u, new Float64Array(L.dim)),
        ];
        const first = all();
        evaluation.hvp!(vector(L.dim, seed + 2), new Float64Array(L.dim));
        expect(all()).toEqual(first);
        expect(all().toReversed()).toEqual(first.toReversed());
      }),
    );
  });

  it('overwrites what was in the arrays it is given', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const v = vector(L.dim, seed);
        const evaluation = L.open();
        const clean = at(evaluation, L, theta);
        const dirty = new Float64Array(L.dim).fill(NaN);
        const sums = emptySums(L.tensors);
        for (const array of Object.values(sums)) array.fill(NaN);
        evaluation.evaluate(theta, dirty, sums);
        expect(dirty).toEqual(clean.gradient);
        expect(sums).toEqual(clean.sums);
        const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
        expect(evaluation.hvp!(v, new Float64Array(L.dim).fill(NaN))).toEqual(Hv);
      }),
    );
  });

  it('returns the array it was given to write to, and leaves its arguments alone', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const [v, before] = [vector(L.dim, seed), theta.slice()];
        const u = vector(L.dataset.y.length, seed);
        const evaluation = L.open();
        at(evaluation, L, theta);
        for (const product of ['hvp', 'gnvp', 'vjp'] as const) {
          const out = new Float64Array(L.dim);
          expect(evaluation[product]!(product === 'vjp' ? u : v, out)).toBe(out);
        }
        const out = new Float64Array(u.length);
        expect(evaluation.jvp!(v, out)).toBe(out);
        expect(theta).toEqual(before);
        expect(v).toEqual(vector(L.dim, seed));
        expect(u).toEqual(vector(u.length, seed));
      }),
    );
  });

  it('does not disturb another of the same objective', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const v = vector(L.dim, seed);
        const alone = L.open();
        const expected = { ...at(alone, L, theta), Hv: alone.hvp!(v, new Float64Array(L.dim)) };
        const [one, two] = [L.open(), L.open()];
        const first = at(one, L, theta);
        at(two, L, combine(-1, theta, 0, theta));
        two.hvp!(v, new Float64Array(L.dim));
        two.close();
        expect({ ...first, Hv: one.hvp!(v, new Float64Array(L.dim)) }).toEqual(expected);
      }),
    );
  });

  it('takes its products where it was evaluated, though the caller’s θ has moved on', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const v = vector(L.dim, seed);
        const evaluation = L.open();
        const moving = theta.slice();
        at(evaluation, L, moving);
        const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
        moving.fill(7);
        expect(evaluation.hvp!(v, new Float64Array(L.dim))).toEqual(Hv);
      }),
    );
  });

  it('moves to θ and back without a trace', () => {
    fc.assert(
      fc.property(networks(), ({ L, theta }) => {
        const evaluation = L.open();
        const first = at(evaluation, L, theta);
        at(evaluation, L, new Float64Array(L.dim).fill(NaN));
        expect(at(evaluation, L, theta)).toEqual(first);
      }),
    );
  });

  it('makes NaN of a NaN, and no exception', () => {
    fc.assert(
      fc.property(networks(), seeds, ({ L, theta }, seed) => {
        const top = L.tensors.filter(({ kind }) => kind === 'weight').at(-1)!;
        const broken = theta.slice();
        broken[top.offset + (seed % top.rows) * top.cols] = NaN;
        const evaluation = L.open();
        const { loss, gradient } = at(evaluation, L, broken);
        expect(loss).toBeNaN();
        expect(gradient.some(Number.isNaN)).toBe(true);
        expect(evaluation.hvp!(theta, new Float64Array(L.dim)).some(Number.isNaN)).toBe(true);
      }),
    );
  });

  it.each(['identity', 'relu', 'leaky-relu', 'tanh'] as const)(
    'does not lose a NaN in a hidden layer of %s',
    (activation) => {
      const data = classified(Float64Array.of(1, 2), Int32Array.of(0), 2, 3);
      const L = objective({
        engine: 'typed-array',
        model: mlp({ hidden: [3, 2], activation }),
        loss: 'cross-entropy',
        data,
      });
      const theta = L.start();
      theta[0] = NaN;
      expect(at(L.open(), L, theta).loss).toBeNaN();
    },
  );
});

describe('closed forms', () => {
  const { n, d } = { n: 7, d: 3 };
  const x = vector(n * d, 5);
  const column = (j: number) => Float64Array.from({ length: n }, (_, i) => x[i * d + j]!);

  it('linear regression has the Hessian 2/(nk) XᵀX in every output', () => {
    const k = 2;
    const L = objective({
      engine: 'typed-array',
      model: mlp({ hidden: [] }),
      loss: 'mse',
      data: { n, d, k, x, y: vector(n * k, 6) },
    });
    const evaluation = L.open();
    at(evaluation, L, L.start());
    for (let a = 0; a < k; a++) {
      for (let j = 0; j < d; j++) {
        const e = new Float64Array(k * d);
        e[a * d + j] = 1;
        const row = evaluation.hvp!(e, new Float64Array(k * d));
        for (let b = 0; b < k; b++) {
          for (let i = 0; i < d; i++) {
            const expected = a === b ? (2 / (n * k)) * dot(column(i), column(j)) : 0;
            expect(row[b * d + i]).toBeCloseTo(expected, 14);
          }
        }
      }
    }
  });

  it('softmax regression has the Hessian 1/n Σ (diag p − ppᵀ) ⊗ xxᵀ', () => {
    const k = 3;
    const labels = Int32Array.from({ length: n }, (_, i) => i % k);
    const L = objective({
      engine: 'typed-array',
      model: mlp({ hidden: [] }),
      loss: 'cross-entropy',
      data: classified(x, labels, d, k),
    });
    const theta = vector(k * d, 8);
    const evaluation = L.open();
    at(evaluation, L, theta);
    const expected = new Float64Array((k * d) ** 2);
    for (let i = 0; i < n; i++) {
      const xi = x.subarray(i * d, (i + 1) * d);
      const e = Array.from({ length: k }, (_, a) => Math.exp(dot(theta.subarray(a * d, (a + 1) * d), xi)));
      const total = e.reduce((sum, value) => sum + value);
      for (let r = 0; r < k * d; r++) {
        for (let c = 0; c < k * d; c++) {
          const [a, b] = [Math.floor(r / d), Math.floor(c / d)];
          const [p, q] = [e[a]! / total, e[b]! / total];
          expected[r * k * d + c]! += (((a === b ? p : 0) - p * q) * xi[r % d]! * xi[c % d]!) / n;
        }
      }
    }
    for (let r = 0; r < k * d; r++) {
      const unit = new Float64Array(k * d);
      unit[r] = 1;
      const row = evaluation.hvp!(unit, new Float64Array(k * d));
      for (let c = 0; c < k * d; c++) expect(row[c]).toBeCloseTo(expected[r * k * d + c]!, 14);
    }
  });
});

describe('the estimate of the workspace', () => {
  it.each([
    ['wide', [300]],
    ['deep', [100, 80, 60]],
    ['linear', []],
  ])('is what a %s network allocates', (_, hidden) => {
    const [n, d, k] = [500, 400, 3];
    const data = classified(new Float64Array(n * d), new Int32Array(n), d, k);
    const model = mlp({ hidden, bias: true });
    const { tensors, dim } = objective({ model, loss: 'mse', data });
    const network = { tensors, dim, dataset: data, activation: model.activation, loss: losses.mse };
    let allocated = 0;
    const counted = class extends Float64Array {
      constructor(length: number) {
        super(length);
        allocated += this.byteLength;
      }
    };
    vi.stubGlobal('Float64Array', counted);
    open(network);
    vi.unstubAllGlobals();
    expect(allocated).toBe(bytesOf(network));
  });
});
