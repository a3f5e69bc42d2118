import fc from 'fast-check';
import { type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { eigenvaluesSymmetric } from '../../../src/math/linalg/symmetric.ts';
import { columns, hessian, options, sharpness } from '../../../src/operators/measures/hessian.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { at, networks, type Small } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { caseNames, fromFile, loadCase } from '../../helpers/reference.ts';

const run = (...h: number[]) =>
  gradientDescent({ objective: quadratic(...h), theta0: new Float64Array(h.length).fill(1), learningRate: 0.1 });

/** All eigenvalues of ∇²L at θ, ascending, by a dense computation. */
function spectrum({ L, theta }: Pick<Small, 'L' | 'theta'>): Float64Array {
  const d = L.dim;
  const evaluation = L.open();
  at(evaluation, L, theta);
  const H = new Float64Array(d * d);
  for (let i = 0; i < d; i++) evaluation.hvp(new Float64Array(d).fill(1, i, i + 1), H.subarray(i * d, (i + 1) * d));
  return eigenvaluesSymmetric(H, d);
}

describe('sharpness', () => {
  keepsStreamLaws(
    () => sharpness(),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      const rows = gradientDescent({ objective, theta0: Float64Array.of(1, 1, 1), learningRate: 0.1 });
      return { rows, made: () => objective.watch.evaluated };
    },
  );

  it.each([[3, 1], [1, 3, 2], [-5, 0.5, -1], [-3, -1, -2], [7]])(
    'is the largest entry, not the largest in modulus, of a diagonal Hessian (%s, %s, …)',
    async (...h) => {
      for (const row of await rowsOf(run(...h).pipe(take(3), sharpness()))) {
        // Lanczos spans all of so small a space, and its error is of second order in the residual
        expect(Math.abs(row.sharpness - Math.max(...h))).toBeLessThanOrEqual(row.sharpnessResidual + 1e-12);
        expect(row.sharpnessConverged).toBe(true);
        expect(row.hessianProducts).toBeGreaterThan(0);
        expect(row.hessianProducts).toBeLessThanOrEqual(h.length + 1);
      }
    },
  );

  it('has an eigenvalue within its residual, and is none but the largest, on random networks', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 4] }), async (small) => {
        const values = spectrum(small);
        const [row] = await rowsOf(
          gradientDescent({ objective: small.L, theta0: small.theta, learningRate: 0.1 }).pipe(
            take(1),
            sharpness({ tol: 1e-6 }),
          ),
        );
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
      expect(row!.hessianProducts).toBeLessThan(200);
    },
  );

  it('spends fewer products where less is asked of it, and keeps to what is asked', async () => {
    const h = Array.from({ length: 60 }, (_, i) => 1 / (i + 1));
    const products: number[] = [];
    for (const tol of [1e-1, 1e-4, 1e-8]) {
      const [row] = await rowsOf(run(...h).pipe(take(1), sharpness({ tol })));
      expect(row!.sharpnessResidual).toBeLessThanOrEqual(tol * row!.sharpness);
      products.push(row!.hessianProducts);
    }
    expect(products).toEqual(products.toSorted((a, b) => a - b));
    expect(products[2]).toBeGreaterThan(products[0]!);
  });

  it('counts the products that it asks for', async () => {
    const objective = quadratic(5, 4, 3, 2, 1);
    let asked = 0;
    const counting = {
      ...objective,
      open() {
        const evaluation = objective.open();
        return {
          ...evaluation,
          hvp(v: Float64Array, out: Float64Array) {
            asked++;
            return evaluation.hvp(v, out);
          },
        };
      },
    };
    const [row] = await rowsOf(
      gradientDescent({ objective: counting, theta0: new Float64Array(5), learningRate: 1 }).pipe(take(1), sharpness()),
    );
    expect(row!.hessianProducts).toBe(asked);
  });

  it('is NaN, and not converged, where the Hessian is: a diverged run goes on', async () => {
    const rows = await rowsOf(run(NaN, 1).pipe(take(2), sharpness()));
    expect(rows.map(({ sharpness, sharpnessConverged }) => [sharpness, sharpnessConverged])).toEqual([
      [NaN, false],
      [NaN, false],
    ]);
  });

  it('does not claim a chance of having missed a larger one', async () => {
    const [row] = await rowsOf(run(1, 2).pipe(take(1), sharpness()));
    expect(row!.sharpnessMissProbability).toBeNull();
    expect(columns.sharpnessMissProbability.nullable).toBe(true);
  });

  it.each([0, 1, -1, NaN])('refuses tol = %s when it is called', (tol) => {
    expect(() => sharpness({ tol })).toThrow(new RangeError(`sharpness: tol must lie in (0, 1), got ${tol}`));
    expect(() => hessian({ tol })).toThrow(new RangeError(`hessian: tol must lie in (0, 1), got ${tol}`));
    expect(options.safeParse({ tol }).success).toBe(false);
  });

  it('adds its columns to the type of the row', () => {
    const measured = run(1).pipe(sharpness());
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row['sharpness']>().toBeNumber();
    expectTypeOf<Row['sharpnessConverged']>().toBeBoolean();
    expectTypeOf<Row['sharpnessMissProbability']>().toEqualTypeOf<number | null>();
    expect(measured.columns['sharpness']!.unit).toBe('1/η');
  });
});

describe('hessian', () => {
  keepsStreamLaws(
    () => hessian({ every: 2 }),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      const rows = gradientDescent({ objective, theta0: Float64Array.of(1, 1, 1), learningRate: 0.1 });
      return { rows, made: () => objective.watch.evaluated };
    },
  );

  it('measures at steps divisible by every, 0 included, and is null in between', async () => {
    const rows = await rowsOf(run(3, 1).pipe(take(7), hessian({ every: 3 })));
    expect(rows.map(({ sharpness }) => sharpness !== null)).toEqual([true, false, false, true, false, false, true]);
    for (const { sharpness } of rows) if (sharpness !== null) expect(sharpness).toBeCloseTo(3, 12);
    const { state: _, ...nothing } = { ...rows[1]!, state: 0 };
    for (const name of Object.keys(columns)) expect(nothing).toHaveProperty(name, null);
  });

  it('spends no product on the rows in between', async () => {
    const objective = quadratic(3, 1);
    let asked = 0;
    const counting = {
      ...objective,
      open() {
        const evaluation = objective.open();
        return {
          ...evaluation,
          hvp(v: Float64Array, out: Float64Array) {
            asked++;
            return evaluation.hvp(v, out);
          },
        };
      },
    };
    const rows = await rowsOf(
      gradientDescent({ objective: counting, theta0: Float64Array.of(1, 1), learningRate: 0.1 }).pipe(
        take(5),
        hessian({ every: 4 }),
      ),
    );
    expect(asked).toBe(rows.reduce((sum, { hessianProducts }) => sum + (hessianProducts ?? 0), 0));
  });

  it('measures what sharpness does', async () => {
    const values = async (operator: typeof hessian | typeof sharpness) =>
      (await rowsOf(run(3, 1, 2).pipe(take(3), operator()))).map(({ sharpness }) => sharpness);
    const [one, other] = [await values(hessian), await values(sharpness)];
    for (const [t, value] of one.entries()) expect(value).toBeCloseTo(other[t]!, 12);
  });

  it('declares every column nullable', () => {
    const measured = run(1).pipe(hessian());
    for (const name of Object.keys(columns)) expect(measured.columns[name]!.nullable).toBe(true);
    expectTypeOf<ObservedValueOf<typeof measured>['sharpness']>().toEqualTypeOf<number | null>();
  });

  it.each([0, -1, 1.5, NaN])('refuses every = %s when it is called', (every) => {
    expect(() => hessian({ every })).toThrow(new RangeError(`hessian: every must be a positive integer, got ${every}`));
    expect(options.safeParse({ every }).success).toBe(false);
  });

  it('stands in a spec by its options, one eigenvalue on every row by default', () => {
    expect(options.parse({})).toEqual({ k: 1, every: 1, tol: 1e-4 });
    expect(options.safeParse({ evry: 50 }).success).toBe(false);
  });
});
