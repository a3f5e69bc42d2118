import { type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { columns, spectralDensity } from '../../../src/operators/measures/spectral-density.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { countingProducts, spectrumAt } from '../../helpers/dense.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const { options } = spectralDensity;

const run = (L = quadratic(3, 1, -2)) =>
  gradientDescent({ objective: L, theta0: new Float64Array(L.dim).fill(0.1), learningRate: 0.1 });

describe('spectralDensity', () => {
  keepsStreamLaws(
    () => spectralDensity({ every: 2, probes: 2, points: 5 }),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      return { rows: run(objective as ReturnType<typeof quadratic>), made: () => objective.watch.evaluated };
    },
  );

  it.each(['hessian', 'gauss-newton'] as const)(
    'is that of the dense spectrum of a network, to its error: %s',
    async (matrix) => {
      const L = objective({
        model: mlp({ hidden: [10], activation: 'tanh', bias: true }),
        loss: 'cross-entropy',
        data: gaussianMixture({ n: 30, d: 6, classes: 3, separation: 1 }),
        seed: 1,
      });
      const source = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 });
      const [row] = await rowsOf(
        source.pipe(take(1), spectralDensity({ matrix, probes: 200, width: 0.05, points: 60 })),
      );
      const values = spectrumAt(L, L.start(), matrix === 'hessian' ? 'hvp' : 'gnvp');
      const { spectralGrid: grid, spectralWidth: sigma } = row!;
      expect(grid[0]).toBeLessThan(values[0]!);
      expect(grid.at(-1)).toBeGreaterThan(values.at(-1)!);
      const peak = Math.max(...row!.spectralDensity);
      for (const [i, lambda] of grid.entries()) {
        const exact =
          values.reduce((sum, value) => sum + Math.exp(-0.5 * ((lambda - value) / sigma) ** 2), 0) /
          (L.dim * sigma * Math.sqrt(2 * Math.PI));
        // 60 correlated points; and what the quadrature leaves where nothing else does
        const within = 5 * row!.spectralDensityError[i]! + 1e-6 * peak;
        expect(Math.abs(row!.spectralDensity[i]! - exact)).toBeLessThan(within);
      }
    },
  );

  it('counts its products, and draws other directions at every row', async () => {
    const L = countingProducts(quadratic(5, 4, 3, 2, 1, 0, -1));
    const rows = await rowsOf(run(L).pipe(take(3), spectralDensity({ probes: 3, steps: 4 })));
    expect(L.asked.count).toBe(rows.reduce((sum, { spectralProducts }) => sum + spectralProducts, 0));
    expect(rows[0]!.spectralProducts).toBe(12);
    expect(rows[0]!.spectralDensity).not.toEqual(rows[1]!.spectralDensity);
  });

  it('is NaN where the Hessian is', async () => {
    const [row] = await rowsOf(run(quadratic(NaN, 1)).pipe(take(1), spectralDensity()));
    expect(new Set([...row!.spectralDensity, ...row!.spectralDensityError])).toEqual(new Set([NaN]));
  });

  it('is null between its steps, and nowhere else', async () => {
    const measured = run().pipe(take(3), spectralDensity({ every: 2 }));
    expectTypeOf<ObservedValueOf<typeof measured>['spectralWidth']>().toEqualTypeOf<number | null>();
    const always = run().pipe(spectralDensity());
    expectTypeOf<ObservedValueOf<typeof always>['spectralDensity']>().toEqualTypeOf<Float64Array>();
    const rows = await rowsOf(measured);
    expect(rows.map((row) => row.spectralGrid === null)).toEqual([false, true, false]);
    for (const name of Object.keys(columns)) expect(measured.columns[name]!.nullable).toBe(true);
  });

  it.each([
    [{ probes: 1 }, 'probes must be an integer of at least 2, got 1'],
    [{ steps: 0 }, 'steps must be a positive integer, got 0'],
    [{ points: 1.5 }, 'points must be an integer of at least 2, got 1.5'],
    [{ width: 1 }, 'width must lie in (0, 1), got 1'],
    [{ every: 0 }, 'every must be a positive integer or a list of at least 1, got 0'],
    [{ matrix: 'fisher' as 'hessian' }, 'matrix must be one of hessian, gauss-newton, preconditioned, got fisher'],
  ])('refuses %j when it is called', (bad, message) => {
    expect(() => spectralDensity(bad)).toThrow(new RangeError(`spectralDensity: ${message}`));
    expect(options.safeParse(bad).success).toBe(false);
  });
});
