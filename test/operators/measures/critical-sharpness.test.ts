import fc from 'fast-check';
import { lastValueFrom, map, type ObservedValueOf, take, tap, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Objective } from '../../../src/math/objective.ts';
import { cosine } from '../../../src/math/schedules/cosine.ts';
import { criticalSharpness } from '../../../src/operators/measures/critical-sharpness.ts';
import { sharpness } from '../../../src/operators/measures/hessian.ts';
import { descend } from '../../../src/operators/sources/descend.ts';
import type { LearningRate } from '../../../src/operators/sources/descent.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { at, dot, networks } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const { options } = criticalSharpness;

const run = (L: Objective = quadratic(3, 1, 2), learningRate: LearningRate = 0.1) =>
  gradientDescent({ objective: L, theta0: new Float64Array(L.dim).fill(1), learningRate });

describe('criticalSharpness', () => {
  keepsStreamLaws(
    () => criticalSharpness(),
    () => {
      const objective = watched(quadratic(3, 1, 2));
      // rows are counted as they come: the line search evaluates the objective as well
      let made = 0;
      const rows = run(objective).pipe(tap(() => void made++));
      return { rows, made: () => made };
    },
  );

  it.each([1e-4, 0.1, 0.6, 5])(
    'is gᵀHg/‖g‖² on a quadratic, within its error, at any learning rate: %f',
    async (eta) => {
      for (const tol of [0.5, 1 / 32, 1e-6]) {
        const rows = await lastValueFrom(
          run(quadratic(3, 1, 2), eta).pipe(
            take(4),
            criticalSharpness({ tol }),
            map((row) => {
              const g = row.state.gradient;
              const Hg = row.state.hvp(g, new Float64Array(3));
              return { ...row, exact: dot(g, Hg) / dot(g, g) };
            }),
            toArray(),
          ),
        );
        for (const { exact, ...row } of rows) {
          // the loss at the crossing is the loss at θ but for rounding, which moves it by some ε·L/(g·D)
          expect(Math.abs(row.criticalSharpness - exact)).toBeLessThanOrEqual(
            row.criticalSharpnessError + 1e-12 * exact,
          );
          expect(row.criticalSharpnessError).toBeLessThanOrEqual(0.5 * tol * row.criticalSharpness);
          expect(Math.abs(2 / row.criticalLearningRate - row.criticalSharpness)).toBeLessThanOrEqual(
            row.criticalSharpnessError,
          );
        }
      }
    },
  );

  it('is NaN, for no pass, where a schedule has come to 0 and there is no update', async () => {
    const rows = await rowsOf(run(quadratic(3, 1, 2), cosine(0.1, { steps: 3 })).pipe(take(5), criticalSharpness()));
    expect(rows.map(({ criticalPasses }) => criticalPasses > 0)).toEqual([true, true, true, false, false]);
    for (const { criticalSharpness, criticalSharpnessError, criticalLearningRate } of rows.slice(3)) {
      expect([criticalSharpness, criticalSharpnessError, criticalLearningRate]).toEqual([NaN, NaN, NaN]);
    }
  });

  it('is λ₁ where the gradient has turned to the top eigenvector', async () => {
    // beyond the edge the top component grows, and the others vanish
    const rows = await rowsOf(run(quadratic(3, 1, 2), 0.7).pipe(take(60), criticalSharpness(), sharpness()));
    const last = rows.at(-1)!;
    expect(Math.abs(last.criticalSharpness - last.sharpness)).toBeLessThanOrEqual(last.criticalSharpnessError);
    for (const row of rows) expect(row.criticalSharpness).toBeLessThan(row.sharpness + row.criticalSharpnessError);
  });

  it('brackets the learning rate at which the loss of a network rises along its step', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ activations: ['tanh', 'gelu'], depth: [2, 3] }), async ({ L, theta }) => {
        const source = gradientDescent({ objective: L, theta0: theta, learningRate: 0.05 });
        const [row] = await rowsOf(source.pipe(take(1), criticalSharpness()));
        fc.pre(row!.criticalSharpness > 1e-6 && row!.criticalSharpness < 1e6);
        const evaluation = L.open();
        const { gradient, loss } = at(evaluation, L, theta);
        const lossAt = (eta: number) =>
          at(
            evaluation,
            L,
            theta.map((t, i) => t - eta * gradient[i]!),
          ).loss;
        const high = 2 / (row!.criticalSharpness - row!.criticalSharpnessError);
        const low = 2 / (row!.criticalSharpness + row!.criticalSharpnessError);
        expect(lossAt(high * (1 + 1e-9))).toBeGreaterThan(loss * (1 - 1e-12));
        expect(lossAt(low * (1 - 1e-9))).toBeLessThan(loss * (1 + 1e-12));
      }),
      { numRuns: 40 },
    );
  });

  it('spends seven passes once it follows, and none of the row’s own evaluation', async () => {
    const objective = watched(quadratic(3, 1, 2));
    const rows = await rowsOf(run(objective).pipe(take(5), criticalSharpness(), sharpness()));
    for (const row of rows.slice(1)) {
      expect(row.criticalPasses).toBeLessThanOrEqual(7);
      expect(row.sharpness).toBeCloseTo(3, 9); // products after it are still those at θₜ
    }
    const passes = rows.reduce((sum, { criticalPasses }) => sum + criticalPasses, 0);
    expect(objective.watch).toEqual({ opened: 2, closed: 2, evaluated: passes + 5 });
  });

  it('takes the forward pass of an engine that has one', async () => {
    const L = quadratic(3, 1, 2);
    let forward = 0;
    const cheap: Objective = {
      ...L,
      open() {
        const inner = L.open();
        return {
          ...inner,
          loss(theta) {
            forward++;
            return 0.5 * theta.reduce((sum, t, i) => sum + [3, 1, 2][i]! * t * t, 0);
          },
        };
      },
    };
    const [row] = await rowsOf(run(cheap).pipe(take(1), criticalSharpness()));
    expect(row!.criticalPasses).toBe(forward);
    expect(forward).toBeGreaterThan(0);
  });

  it('closes what it opened when it is left part-way, and opens nothing without a row', async () => {
    const objective = watched(quadratic(3, 1, 2));
    const measured = run(objective).pipe(criticalSharpness({ every: 3 }), take(2));
    expect(objective.watch.opened).toBe(0);
    await rowsOf(measured);
    expect(objective.watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('is Infinity where the update climbs, 0 to its error where the loss never rises, NaN where the loss is', async () => {
    const uphill = descend('test', { objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 0.1 }, () => ({
      update: (g, _theta, eta, out) => void out.set(g.map((x) => eta * x)),
      edge: (eta) => 2 / eta,
      snapshot: () => null,
      restore() {},
    }));
    const [up] = await rowsOf(uphill.pipe(take(1), criticalSharpness()));
    expect(up).toMatchObject({
      criticalSharpness: Infinity,
      criticalSharpnessError: Infinity,
      criticalLearningRate: 0,
    });
    const [down] = await rowsOf(run(quadratic(-1)).pipe(take(1), criticalSharpness()));
    expect(down!.criticalSharpness).toBeLessThanOrEqual(down!.criticalSharpnessError);
    expect(down!.criticalSharpnessError).toBeLessThan(1e-10);
    const rows = await rowsOf(run(quadratic(NaN)).pipe(take(2), criticalSharpness()));
    expect(rows.map((row) => [row.criticalSharpness, row.criticalPasses])).toEqual([
      [NaN, 0],
      [NaN, 0],
    ]);
  });

  it('is null between its steps', async () => {
    const measured = run().pipe(take(3), criticalSharpness({ every: 2 }));
    expectTypeOf<ObservedValueOf<typeof measured>['criticalSharpness']>().toEqualTypeOf<number | null>();
    expect((await rowsOf(measured)).map((row) => row.criticalSharpness === null)).toEqual([false, true, false]);
  });

  it.each([
    [{ every: 0 }, 'every must be a positive integer or a list of at least 1, got 0'],
    [{ tol: 0 }, 'tol must lie in (0, 1), got 0'],
    [{ tol: 1 }, 'tol must lie in (0, 1), got 1'],
  ])('refuses %j when it is called', (bad, message) => {
    expect(() => criticalSharpness(bad)).toThrow(new RangeError(`criticalSharpness: ${message}`));
    expect(options.safeParse(bad).success).toBe(false);
  });
});
