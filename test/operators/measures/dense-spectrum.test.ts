import fc from 'fast-check';
import { map, Observable, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { denseSpectrum, LARGEST } from '../../../src/operators/measures/dense-spectrum.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { dense } from '../../helpers/dense.ts';
import { at, networks } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const { options } = denseSpectrum;

const run = (L = quadratic(3, 1, -2)) =>
  gradientDescent({ objective: L, theta0: new Float64Array(L.dim).fill(0.1), learningRate: 0.1 });

describe('denseSpectrum', () => {
  keepsStreamLaws(
    () => denseSpectrum(),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      return { rows: run(objective as ReturnType<typeof quadratic>), made: () => objective.watch.evaluated };
    },
  );

  it('is the diagonal of a diagonal Hessian, ascending', async () => {
    const [row] = await rowsOf(run(quadratic(3, 1, -2, 1)).pipe(take(1), denseSpectrum()));
    for (const [i, value] of [-2, 1, 1, 3].entries()) expect(row!.hessianSpectrum[i]).toBeCloseTo(value, 13);
  });

  it('has the trace and the squared norm of the matrix for its first two moments', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 3] }), async ({ L, theta }) => {
        const source = gradientDescent({ objective: L, theta0: theta, learningRate: 0.1 });
        const [row] = await rowsOf(source.pipe(take(1), denseSpectrum({ matrix: 'gauss-newton' })));
        const evaluation = L.open();
        at(evaluation, L, theta);
        const A = dense((v, out) => evaluation.gnvp!(v, out), L.dim);
        let [sum, square] = [0, 0];
        for (let i = 0; i < L.dim; i++) sum += A[i * L.dim + i]!;
        for (const a of A) square += a * a;
        const values = row!.hessianSpectrum;
        const of = (f: (x: number) => number) => values.reduce((total, x) => total + f(x), 0);
        expect(Math.abs(of((x) => x) - sum)).toBeLessThanOrEqual(1e-12 * sum);
        expect(Math.abs(of((x) => x * x) - square)).toBeLessThanOrEqual(1e-12 * square);
        expect(values).toEqual(values.toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a large network when the chain is assembled, or at the first row where nothing was known before', async () => {
    const L = objective({
      model: mlp({ hidden: [100] }),
      loss: 'mse',
      data: gaussianMixture({ n: 2, d: 20, classes: 2, separation: 1 }),
    });
    const source = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 });
    expect(() => source.pipe(denseSpectrum())).toThrow(
      new RangeError(`denseSpectrum: takes at most ${LARGEST} parameters, got 2200; use spectralDensity`),
    );
    const plain = new Observable<ObservedValueOf<typeof source>>((s) => source.pipe(take(1)).subscribe(s));
    await expect(
      rowsOf(
        plain.pipe(
          denseSpectrum(),
          map((row) => row),
        ),
      ),
    ).rejects.toThrow('denseSpectrum: takes at most 2000 parameters, got 2200');
  });

  it('is NaN where the Hessian is, and null between its steps', async () => {
    const [row] = await rowsOf(run(quadratic(NaN, 1)).pipe(take(1), denseSpectrum()));
    expect(row!.hessianSpectrum).toEqual(Float64Array.of(NaN, NaN));
    const measured = run().pipe(take(3), denseSpectrum({ every: 2 }));
    expectTypeOf<ObservedValueOf<typeof measured>['hessianSpectrum']>().toEqualTypeOf<Float64Array | null>();
    expect((await rowsOf(measured)).map(({ hessianSpectrum }) => hessianSpectrum === null)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each([
    [{ every: 0 }, 'every must be a positive integer or a list of at least 1, got 0'],
    [{ matrix: 'fisher' as 'hessian' }, 'matrix must be one of hessian, gauss-newton, preconditioned, got fisher'],
  ])('refuses %j when it is called', (bad, message) => {
    expect(() => denseSpectrum(bad)).toThrow(new RangeError(`denseSpectrum: ${message}`));
    expect(options.safeParse(bad).success).toBe(false);
  });
});
