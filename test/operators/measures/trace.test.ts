import { type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { columns, trace } from '../../../src/operators/measures/trace.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { countingProducts } from '../../helpers/dense.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { caseNames, fromFile, loadCase } from '../../helpers/reference.ts';

const { options } = trace;

const run = (L = quadratic(3, 1, -2)) =>
  gradientDescent({ objective: L, theta0: new Float64Array(L.dim).fill(0.1), learningRate: 0.1 });

describe('trace', () => {
  keepsStreamLaws(
    () => trace(),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      return { rows: run(objective as ReturnType<typeof quadratic>), made: () => objective.watch.evaluated };
    },
  );

  it.each(caseNames.filter((name) => loadCase(name).hessian))('is autograd’s for %s, to its error', async (name) => {
    const file = loadCase(name);
    const { L, theta0 } = fromFile(file);
    const source = gradientDescent({ objective: L, theta0, learningRate: 1e-9 }); // the same point, row after row
    const rows = await rowsOf(source.pipe(take(12), trace({ products: 60 })));
    const off = rows.map(({ hessianTrace, hessianTraceError }) => [
      (hessianTrace - file.hessian!.trace) / hessianTraceError,
      hessianTraceError / Math.abs(file.hessian!.trace),
    ]);
    // twelve draws of Student's t with 19 degrees of freedom: |t| < 5 but for 1e-3 of all runs
    for (const [t, relative] of off) {
      expect(Math.abs(t!)).toBeLessThan(5);
      expect(relative).toBeLessThan(0.2);
    }
    expect(Math.sqrt(off.reduce((sum, [t]) => sum + t! * t!, 0) / 12)).toBeGreaterThan(0.3);
  });

  it('is exact where there are few parameters, and counts its products', async () => {
    const L = countingProducts(quadratic(5, 4, -3));
    const rows = await rowsOf(run(L).pipe(take(2), trace()));
    for (const row of rows) {
      expect(row).toMatchObject({ hessianTrace: 6, hessianTraceError: 0, hessianTraceProducts: 3 });
    }
    expect(L.asked.count).toBe(6);
  });

  it('is NaN where the Hessian is, and null between its steps', async () => {
    const [row] = await rowsOf(run(quadratic(NaN, 1)).pipe(take(1), trace()));
    expect(row!.hessianTrace).toBeNaN();
    const measured = run().pipe(take(3), trace({ every: 2 }));
    expectTypeOf<ObservedValueOf<typeof measured>['hessianTrace']>().toEqualTypeOf<number | null>();
    expect((await rowsOf(measured)).map(({ hessianTrace }) => hessianTrace)).toEqual([2, null, 2]);
    for (const name of Object.keys(columns)) expect(measured.columns[name]!.nullable).toBe(true);
  });

  it.each([
    [{ products: 5 }, 'products must be an integer of at least 6, got 5'],
    [{ every: 1.5 }, 'every must be a positive integer or a list of at least 1, got 1.5'],
    [{ matrix: 'fisher' as 'hessian' }, 'matrix must be one of hessian, gauss-newton, preconditioned, got fisher'],
  ])('refuses %j when it is called', (bad, message) => {
    expect(() => trace(bad)).toThrow(new RangeError(`trace: ${message}`));
    expect(options.safeParse(bad).success).toBe(false);
  });
});
