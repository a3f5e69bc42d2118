import fc from 'fast-check';
import { type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { classified } from '../../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { DEFAULT_MISS_PROBABILITY } from '../../../src/math/linalg/lanczos/lanczos.ts';
import { CHECKS } from '../../../src/math/linalg/require-symmetric.ts';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { objective as risk } from '../../../src/math/risk.ts';
import { columns, hessian, sharpness } from '../../../src/operators/measures/hessian.ts';
import { descend } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { countingProducts, spectrumAt, withProducts } from '../../helpers/dense.ts';
import { networks } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { caseNames, fromFile, loadCase } from '../../helpers/reference.ts';

const { options } = hessian;

const run = (...h: number[]) =>
  gradientDescent({ objective: quadratic(...h), theta0: new Float64Array(h.length).fill(1), learningRate: 0.1 });

const watchedRun = () => {
  const objective = watched(quadratic(3, 1, -2));
  const rows = gradientDescent({ objective, theta0: Float64Array.of(1, 1, 1), learningRate: 0.1 });
  return { rows, made: () => objective.watch.evaluated };
};

describe('sharpness', () => {
  keepsStreamLaws(() => sharpness(), watchedRun);

  it.each([[3, 1], [1, 3, 2], [-5, 0.5, -1], [-3, -1, -2], [7]])(
    'is the largest entry, not the largest in modulus, of a diagonal Hessian (%s, %s, …)',
    async (...h) => {
      for (const row of await rowsOf(run(...h).pipe(take(3), sharpness()))) {
        // Lanczos spans all of so small a space, and its error is of second order in the residual
        expect(Math.abs(row.sharpness - Math.max(...h))).toBeLessThanOrEqual(row.sharpnessResidual + 1e-12);
        expect(row.sharpnessMissProbability).toBe(0);
      }
    },
  );

  it('has an eigenvalue within its residual, and is none but the largest, on random networks', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 4] }), async ({ L, theta }) => {
        const values = spectrumAt(L, theta);
        const source = gradientDescent({ objective: L, theta0: theta, learningRate: 0.1 });
        const [row] = await rowsOf(source.pipe(take(1), sharpness({ tol: 1e-6 })));
        const size = Math.max(...values.map(Math.abs));
        const nearest = Math.min(...values.map((value) => Math.abs(value - row!.sharpness)));
        // rounding of the products beside the residual that is reported
        expect(nearest).toBeLessThanOrEqual(row!.sharpnessResidual + 1e-12 * size);
        expect(Math.abs(row!.sharpness - values.at(-1)!)).toBeLessThanOrEqual(1e-5 * size);
      }),
      { numRuns: 60 },
    );
  });

  it.each(caseNames.filter((name) => loadCase(name).hessian))(
    'is autograd’s largest eigenvalue for %s',
    async (name) => {
      const file = loadCase(name);
      const { L, theta0 } = fromFile(file);
      const [row] = await rowsOf(
        gradientDescent({ objective: L, theta0, learningRate: 1 }).pipe(take(1), sharpness({ tol: 1e-6 })),
      );
      const [first, second] = file.hessian!.eigenvaluesTop as [number, number];
      // ‖Hv − θv‖²/gap, the gap being the next eigenvalue's
      expect(Math.abs(row!.sharpness - first)).toBeLessThanOrEqual(
        row!.sharpnessResidual ** 2 / (first - second) + 1e-9 * first,
      );
      expect(row!.sharpnessMissProbability).toBeLessThanOrEqual(DEFAULT_MISS_PROBABILITY);
      expect(row!.hessianProducts).toBeLessThan(200);
    },
  );

  it('spends fewer products where less is asked of it, and keeps to what is asked', async () => {
    const h = Array.from({ length: 60 }, (_, i) => 1 / (i + 1));
    const spent = async (options: Parameters<typeof sharpness>[0]) => {
      const [row] = await rowsOf(run(...h).pipe(take(1), sharpness(options)));
      expect(row!.sharpnessResidual).toBeLessThanOrEqual((options?.tol ?? 1e-4) * row!.sharpness);
      expect(row!.sharpnessMissProbability).toBeLessThanOrEqual(options?.miss ?? DEFAULT_MISS_PROBABILITY);
      return row!.hessianProducts;
    };
    expect(await spent({ tol: 1e-1 })).toBeLessThan(await spent({ tol: 1e-8 }));
    expect(await spent({ miss: 0.5 })).toBeLessThan(await spent({ miss: 1e-9 }));
  });

  it('counts the products that it asks for, those of the check on the first row included', async () => {
    const objective = countingProducts(quadratic(5, 4, 3, 2, 1));
    const source = gradientDescent({ objective, theta0: new Float64Array(5), learningRate: 1 });
    const rows = await rowsOf(source.pipe(take(3), sharpness()));
    expect(rows.reduce((sum, { hessianProducts }) => sum + hessianProducts, 0)).toBe(objective.asked.count);
    expect(rows[0]!.hessianProducts).toBeGreaterThan(rows[1]!.hessianProducts + CHECKS - 1);
  });

  it('is NaN where the Hessian is: a diverged run goes on, for a few products a row', async () => {
    const objective = withProducts(quadratic(2, 1, 5), (_, rows) =>
      rows === 2 ? { hvp: (_, out) => out.fill(NaN) } : {},
    );
    const source = gradientDescent({ objective, theta0: new Float64Array(3), learningRate: 0.1 });
    const rows = await rowsOf(source.pipe(take(3), sharpness()));
    expect(rows.map((row) => Math.round(row.sharpness))).toEqual([5, NaN, 5]);
    expect([rows[1]!.sharpnessResidual, rows[1]!.sharpnessMissProbability]).toEqual([NaN, NaN]);
    expect(rows[1]!.hessianProducts).toBe(1);
    const never = await rowsOf(run(NaN, 1).pipe(take(2), hessian({ k: 2 })));
    for (const row of never) {
      expect(row).toMatchObject({ sharpness: NaN, sharpnessConverged: false, sharpnessFresh: true });
      expect(row.hessianEigenvalues).toEqual(Float64Array.of(NaN, NaN));
      expect(row.hessianProducts).toBeLessThanOrEqual(CHECKS + 1);
    }
  });

  it.each([0, 1, -1, NaN])('refuses tol and miss = %s when it is called', (value) => {
    for (const name of ['tol', 'miss']) {
      const error = (who: string) => new RangeError(`${who}: ${name} must lie in (0, 1), got ${value}`);
      expect(() => sharpness({ [name]: value })).toThrow(error('sharpness'));
      expect(() => hessian({ [name]: value })).toThrow(error('hessian'));
      expect(options.safeParse({ [name]: value }).success).toBe(false);
    }
  });

  it('adds its columns to the type of the row', () => {
    const measured = run(1).pipe(sharpness());
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row['sharpness']>().toBeNumber();
    expectTypeOf<Row['sharpnessMissProbability']>().toBeNumber();
    expect(measured.columns['sharpness']!.unit).toBe('1/η');
    expect(Object.keys(measured.columns).slice(-4)).toEqual(Object.keys(columns));
  });
});

describe('the check before the first solve', () => {
  const first = (change: Parameters<typeof withProducts>[1]) => {
    const objective = withProducts(quadratic(3, 2, 1), change);
    return rowsOf(
      gradientDescent({ objective, theta0: Float64Array.of(1, 1, 1), learningRate: 0.1 }).pipe(take(2), sharpness()),
    );
  };

  it('refuses products that differ from one time to the next, with the numbers', async () => {
    let calls = 0;
    const noisy = first(({ hvp }) => ({
      hvp(v, out) {
        hvp(v, out);
        out[1]! += 1e-15 * ++calls;
        return out;
      },
    }));
    await expect(noisy).rejects.toThrow(
      /^sharpness: the same product taken twice must be the same, got \S+ and \S+ in entry 1; is the objective determin/,
    );
  });

  it('refuses products that are not symmetric, with the numbers', async () => {
    const skew = first(({ hvp }) => ({
      hvp(v, out) {
        hvp(v, out);
        out[0]! += 1e-3 * v[2]!;
        return out;
      },
    }));
    await expect(skew).rejects.toThrow(
      /^sharpness: products must be those of a symmetric matrix, u·Hv = v·Hu to \S+, got \S+ and \S+$/,
    );
  });

  it('lets products pass that are rounded to float32, and looks once only', async () => {
    const rows = await first(({ hvp }, rows) => ({
      hvp(v, out) {
        hvp(v, out);
        for (let i = 0; i < 3; i++) out[i] = Math.fround(out[i]!) + (rows > 1 ? 1e-3 * v[0]! : 0);
        return out;
      },
    }));
    expect(rows).toHaveLength(2);
  });
});

describe('hessian', () => {
  keepsStreamLaws(() => hessian({ every: 2 }), watchedRun);

  it('has the ends of the dense spectrum of random networks of up to 500 parameters to 1e-9', async () => {
    for (const [seed, hidden] of [
      [1, [4]],
      [2, [12, 9]],
      [3, [16, 12]],
    ] as const) {
      for (const loss of ['cross-entropy', 'mse'] as const) {
        for (const activation of ['tanh', 'gelu'] as const) {
          const L = risk({
            model: mlp({ hidden, activation, bias: true }),
            loss,
            data: gaussianMixture({ n: 20, d: 9, classes: 4, separation: 1 }),
            seed,
          });
          const theta0 = L.start().map((x) => 2 * x);
          const exact = spectrumAt(L, theta0);
          const size = Math.max(exact.at(-1)!, -exact[0]!);
          const source = gradientDescent({ objective: L, theta0, learningRate: 1e-3 });
          const [row] = await rowsOf(source.pipe(take(1), hessian({ k: 4, bottom: 3, tol: 1e-7 })));
          expect(row!.sharpnessConverged).toBe(true);
          for (const [i, value] of row!.hessianEigenvalues.entries()) {
            expect(Math.abs(value - exact.at(-1 - i)!)).toBeLessThan(1e-9 * size);
          }
          for (const [i, value] of row!.hessianLowest.entries()) {
            expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-9 * size);
          }
          expect(L.dim).toBeLessThanOrEqual(500);
        }
      }
    }
  });

  const n = 40;
  const x = nativeRandom(5).normal(n * 6); // [n, 6]
  /** XᵀX/n, its eigenvalues descending. */
  const covariance = () => {
    const C = new Float64Array(36);
    for (let s = 0; s < n; s++) {
      for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) C[i * 6 + j]! += (x[s * 6 + i]! * x[s * 6 + j]!) / n;
    }
    return Array.from(eigenvaluesSymmetric(C, 6)).reverse();
  };

  it('is 2/(nk)·XᵀX for each output of a linear regression', async () => {
    const outputs = 2;
    const data = { n, d: 6, k: outputs, x, y: nativeRandom(6).normal(n * outputs) };
    const L = risk({ model: mlp({ hidden: [] }), loss: 'mse', data });
    const source = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 });
    const exact = covariance().flatMap((mu) => [mu, mu].map((value) => (2 / outputs) * value));
    for (const matrix of ['hessian', 'gauss-newton'] as const) {
      const [row] = await rowsOf(source.pipe(take(1), hessian({ k: 12, matrix, tol: 1e-6 })));
      for (const [i, value] of row!.hessianEigenvalues.entries()) {
        expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-8);
      }
    }
  });

  it('is (diag p − ppᵀ) ⊗ XᵀX/n of a softmax regression, at p = 1/C', async () => {
    const C = 3;
    const labels = new Int32Array(n).map((_, i) => i % C);
    const L = risk({ model: mlp({ hidden: [] }), loss: 'cross-entropy', data: classified(x, labels, 6, C) });
    const source = gradientDescent({ objective: L, theta0: new Float64Array(L.dim), learningRate: 0.1 });
    const [row] = await rowsOf(source.pipe(take(1), hessian({ k: 13, bottom: 2, tol: 1e-6 })));
    // 1/C twice and 0 once, with each eigenvalue of XᵀX/n
    const exact = [...covariance().flatMap((mu) => [mu / C, mu / C]), 0];
    for (const [i, value] of row!.hessianEigenvalues.entries()) expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-8);
    for (const value of row!.hessianLowest) expect(Math.abs(value)).toBeLessThan(1e-8);
  });

  it('measures the Gauss-Newton matrix', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 3] }), async ({ L, theta }) => {
        fc.pre(L.dim >= 3);
        const exact = spectrumAt(L, theta, 'gnvp');
        const source = gradientDescent({ objective: L, theta0: theta, learningRate: 0.1 });
        const [row] = await rowsOf(source.pipe(take(1), hessian({ k: 2, matrix: 'gauss-newton', tol: 1e-9 })));
        // the residual bounds the error where eigenvalues lie together, and their gap says nothing
        for (const [i, value] of row!.hessianEigenvalues.slice(0, 2).entries()) {
          expect(Math.abs(value - exact.at(-1 - i)!)).toBeLessThanOrEqual(1e-8 * exact.at(-1)!);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('measures P^(−1/2)·∇²L·P^(−1/2) where the optimizer has a P, and ∇²L where it has none', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 3] }), async ({ L, theta }) => {
        const P = nativeRandom(L.dim).uniform(L.dim, 0.1, 3);
        const stepping = (preconditioner?: () => Float64Array) =>
          descend('test', { objective: L, theta0: theta, learningRate: 0.1 }, () => ({
            update: (_g, _theta, _eta, out) => void out.fill(0),
            edge: (eta) => 2 / eta,
            ...(preconditioner && { preconditioner }),
            snapshot: () => null,
            restore() {},
          }));
        const measured = async (source: ReturnType<typeof stepping>) =>
          (await rowsOf(source.pipe(take(1), hessian({ matrix: 'preconditioned', tol: 1e-9 }))))[0]!.sharpness;
        const exact = spectrumAt(
          L,
          theta,
          'hvp',
          P.map((p) => 1 / Math.sqrt(p)),
        );
        const size = Math.max(...exact.map(Math.abs));
        expect(Math.abs((await measured(stepping(() => P))) - exact.at(-1)!)).toBeLessThanOrEqual(1e-8 * size);
        const plain = spectrumAt(L, theta);
        const plainSize = Math.max(...plain.map(Math.abs));
        expect(Math.abs((await measured(stepping())) - plain.at(-1)!)).toBeLessThanOrEqual(1e-8 * plainSize);
      }),
      { numRuns: 25 },
    );
  });

  it('follows all that exceed ¾ of the edge, though one was asked for', async () => {
    const h = [19, 18, 15.5, 14, 12, 3, 2, 1]; // the edge is 20
    const [row] = await rowsOf(run(...h).pipe(take(1), hessian()));
    expect(Array.from(row!.hessianEigenvalues, Math.round)).toEqual([19, 18, 16]);
    for (const [i, value] of row!.hessianEigenvalues.entries()) expect(Math.abs(value - h[i]!)).toBeLessThan(1e-9);
    expect(row!.hessianResiduals).toHaveLength(3);
    expect(row!.hessianMissProbabilities).toHaveLength(3);
    expect(row!.sharpness).toBe(row!.hessianEigenvalues[0]);
  });

  it('measures at steps divisible by every, 0 included, and is null in between', async () => {
    const rows = await rowsOf(run(3, 1).pipe(take(7), hessian({ every: 3 as number })));
    expect(rows.map(({ sharpness }) => sharpness !== null)).toEqual([true, false, false, true, false, false, true]);
    for (const { sharpness } of rows) if (sharpness !== null) expect(sharpness).toBeCloseTo(3, 12);
    for (const name of Object.keys(run(3, 1).pipe(hessian()).columns).slice(5)) {
      expect(rows[1]).toHaveProperty(name, null);
    }
  });

  it('spends no product on the rows in between', async () => {
    const objective = countingProducts(quadratic(3, 1));
    const source = gradientDescent({ objective, theta0: Float64Array.of(1, 1), learningRate: 0.1 });
    const rows = await rowsOf(source.pipe(take(5), hessian({ every: 4 })));
    expect(objective.asked.count).toBe(rows.reduce((sum, row) => sum + (row.hessianProducts ?? 0), 0));
  });

  it('declares its columns null where some rows are not measured, and the lowest where they are asked for', () => {
    const sparse = run(1, 2).pipe(hessian({ every: 5, bottom: 1 }));
    expectTypeOf<ObservedValueOf<typeof sparse>['sharpness']>().toEqualTypeOf<number | null>();
    expectTypeOf<ObservedValueOf<typeof sparse>['hessianLowest']>().toEqualTypeOf<Float64Array | null>();
    for (const [name, { nullable }] of Object.entries(sparse.columns)) {
      expect([name, nullable]).toEqual([name, /^(sharpness|hessian)/.test(name)]);
    }
    expect(sparse.columns).toHaveProperty('hessianLowest');
    for (const dense of [run(1).pipe(hessian()), run(1).pipe(hessian({ every: 'adaptive' }))]) {
      expectTypeOf<ObservedValueOf<typeof dense>['sharpness']>().toBeNumber();
      expect(Object.values(dense.columns).some(({ nullable }) => nullable)).toBe(false);
      expect(dense.columns).not.toHaveProperty('hessianLowest');
    }
  });

  it.each([0, -1, 1.5, NaN, 'often'])('refuses every = %s when it is called', (every) => {
    expect(() => hessian({ every: every as number })).toThrow(
      new RangeError(`hessian: every must be a positive integer or a list of at least 1 or 'adaptive', got ${every}`),
    );
    expect(options.safeParse({ every }).success).toBe(false);
  });

  it('refuses k, bottom and matrix that are none when it is called', () => {
    expect(() => hessian({ k: 0 })).toThrow(new RangeError('hessian: k must be a positive integer, got 0'));
    expect(() => hessian({ bottom: -1 })).toThrow(
      new RangeError('hessian: bottom must be an integer of at least 0, got -1'),
    );
    expect(() => hessian({ matrix: 'fisher' as 'hessian' })).toThrow(
      'hessian: matrix must be one of hessian, gauss-newton, preconditioned, got fisher',
    );
    for (const bad of [{ k: 0 }, { k: 1.5 }, { bottom: -1 }, { matrix: 'fisher' }]) {
      expect(options.safeParse(bad).success).toBe(false);
    }
  });

  it('refuses more eigenvalues than there are parameters when the chain is assembled', () => {
    expect(() => run(3, 2, 1).pipe(hessian({ k: 2, bottom: 2 }))).toThrow(
      new RangeError('hessian: k + bottom must be at most the number of parameters, 3, got 4'),
    );
    expect(() => run(3, 2, 1).pipe(take(1), hessian({ k: 3 }))).not.toThrow();
  });

  it('stands in a spec by its options, one eigenvalue on every row by default', () => {
    expect(options.parse({})).toEqual({
      k: 1,
      bottom: 0,
      matrix: 'hessian',
      every: 1,
      tol: 1e-4,
      miss: DEFAULT_MISS_PROBABILITY,
    });
    expect(options.safeParse({ every: 'adaptive' }).success).toBe(true);
    expect(options.safeParse({ evry: 50 }).success).toBe(false);
  });
});
