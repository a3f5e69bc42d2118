import { lastValueFrom, map, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Eigenpair, lanczos } from '../../../src/math/linalg/lanczos/lanczos.ts';
import { addScaled, dot } from '../../../src/math/linalg/vector.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { emptySums } from '../../../src/math/objective.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { objective, type Risk } from '../../../src/math/risk.ts';
import { STEPS_ELSEWHERE, STEPS_NEAR_EDGE } from '../../../src/math/theory/cadence.ts';
import { hessian, sharpness } from '../../../src/operators/measures/hessian.ts';
import { descend } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { spectrumAt, withProducts } from '../../helpers/dense.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';
import { type EdgeCase, edgeNames, loadEdge } from '../../helpers/reference.ts';

function taskOf(file: EdgeCase): { L: Risk; theta0: Float64Array } {
  const model = mlp({ hidden: file.widths.slice(1, -1), activation: 'tanh', bias: true });
  const data = { n: file.x.length, d: 1, k: 1, x: Float64Array.from(file.x), y: Float64Array.from(file.y) };
  return { L: objective({ model, loss: 'mse', data }), theta0: Float64Array.from(file.parameters.flat()) };
}

describe.each(edgeNames)('%s', (name) => {
  const file = loadEdge(name);
  const { L, theta0 } = taskOf(file);
  const eta = file.learningRate;
  const start = () => gradientDescent({ objective: L, theta0, learningRate: eta });

  it('has PyTorch’s sharpness before it crosses the edge, crosses where it did, and hovers there', async () => {
    const rows = await rowsOf(start().pipe(take(6001), every(25), sharpness()));
    for (const { step, sharpness } of file.points.filter((point) => point.step < file.firstAbove)) {
      const ours = rows.find((row) => row.step === step)!.sharpness;
      expect(Math.abs(ours - sharpness)).toBeLessThanOrEqual(1e-6 * sharpness);
    }
    const crossed = rows.find(({ sharpness }) => eta * sharpness > 2)!.step;
    expect(Math.abs(crossed - file.firstAbove)).toBeLessThanOrEqual(25);
    const late = rows.filter(({ step }) => step > 5500).map(({ sharpness }) => eta * sharpness);
    expect(late).toHaveLength(20);
    expect(Math.abs(late.reduce((sum, x) => sum + x) / 20 - file.lateMean)).toBeLessThan(0.02);
    // and at the price of some twenty products a row
    expect(rows.reduce((sum, { hessianProducts }) => sum + hessianProducts, 0) / rows.length).toBeLessThan(25);
  });
});

describe('at the edge, when another direction overtakes', () => {
  const file = loadEdge('edge-chebyshev-seed137');
  const { L, theta0 } = taskOf(file);
  const eta = file.learningRate;
  const edged = lastValueFrom(
    gradientDescent({ objective: L, theta0, learningRate: eta }).pipe(
      take(2001),
      map(({ state }) => state.copy().theta),
    ),
  );
  /** The largest eigenpairs by a cold solve to rounding, which the test of the solver holds against dense ones. */
  const exact = (hvp: Parameters<typeof lanczos>[0], k: number) =>
    lanczos(hvp, L.dim, { random: nativeRandom(1), k, tol: 1e-9, maxProducts: 2000 }).top;

  /**
   * The net's own products on even rows. On odd ones its i-th eigenvector has been lifted (or all above it lowered) so
   * that it passes the first by 2 %: between two solves, and with nothing of it in the vectors that the second starts from
   * but where it is the second.
   */
  const overtaking = (place: number, how: 'lift' | 'lower') => {
    const truth: number[] = [];
    const objective = withProducts(L, ({ hvp }, rows) => {
      const pairs = exact(hvp, place + 1);
      const first = pairs[0]!.value;
      const chosen = pairs[place]!;
      truth.push(rows % 2 ? first : how === 'lift' ? 1.02 * first : chosen.value);
      if (rows % 2) return {};
      const changes =
        how === 'lift'
          ? [{ v: chosen.vector, by: 1.02 * first - chosen.value }]
          : pairs.slice(0, place).map(({ vector, value }) => ({ v: vector, by: chosen.value / 1.02 - value }));
      return {
        hvp(v, out) {
          hvp(v, out);
          for (const change of changes) addScaled(out, change.by * dot(change.v, v), change.v);
          return out;
        },
      };
    });
    return { objective, truth };
  };

  it.each([
    [1, 'lower'],
    [4, 'lift'],
  ] as const)('is right in 200 of 200 solves: eigenvector %i, by %s', async (place, how) => {
    const { objective, truth } = overtaking(place, how);
    const source = gradientDescent({ objective, theta0: await edged, learningRate: eta });
    const rows = await rowsOf(source.pipe(take(400), sharpness()));
    const right = rows.filter(({ sharpness }, t) => Math.abs(sharpness - truth[t]!) < 1e-5 * truth[t]!);
    expect(right.filter((_, t) => t % 2)).toHaveLength(200);
    expect(right).toHaveLength(400);
  });

  it('is right in 200 of 200 seeded solves at one point, warm from the vectors of another', async () => {
    const evaluation = L.open();
    const theta = await edged;
    const sums = emptySums(L.tensors);
    evaluation.evaluate(theta, new Float64Array(L.dim), sums);
    const [first, second] = exact(evaluation.hvp!, 2) as [Eigenpair, Eigenpair];
    const lowered = (v: Float64Array, out: Float64Array) =>
      addScaled(evaluation.hvp!(v, out), (second.value / 1.02 - first.value) * dot(first.vector, v), first.vector);
    for (let seed = 0; seed < 200; seed++) {
      // the old vector alone, which is an eigenvector still, to 1e-9
      const found = lanczos(lowered, L.dim, { random: nativeRandom(seed), start: [first.vector], tol: 1e-4 });
      expect(Math.abs(found.top[0]!.value - second.value)).toBeLessThan(1e-6 * second.value);
    }
    evaluation.close();
  });
});

describe('the adaptive cadence', () => {
  const file = loadEdge('edge-chebyshev-seed42');
  const { L, theta0 } = taskOf(file);
  const eta = file.learningRate;

  it('looks often near the edge and seldom elsewhere, and has a lower bound in between', async () => {
    const start = () => gradientDescent({ objective: L, theta0, learningRate: eta }).pipe(take(1501));
    const rows = await rowsOf(start().pipe(hessian({ every: 'adaptive' })));
    const solved = rows.filter(({ sharpnessFresh }) => sharpnessFresh);
    const gaps = solved.slice(1).map(({ step }, i) => ({ step, gap: step - solved[i]!.step }));
    expect(Math.max(...gaps.map(({ gap }) => gap))).toBe(STEPS_ELSEWHERE);
    const inBand = ({ sharpness }: { readonly sharpness: number }) => eta * sharpness >= 1.5 && eta * sharpness <= 2.2;
    const near = gaps.filter((_, i) => inBand(solved[i]!));
    expect(near.length).toBeGreaterThan(40);
    expect(near.every(({ gap }) => gap === STEPS_NEAR_EDGE)).toBe(true);
    const crossed = solved.find(({ sharpness }) => eta * sharpness > 2)!.step;
    const exactly = await rowsOf(start().pipe(take(900), sharpness({ miss: 0.5 })));
    const first = exactly.find(({ sharpness }) => eta * sharpness > 2)!.step;
    expect(crossed - first).toBeGreaterThanOrEqual(0);
    expect(crossed - first).toBeLessThanOrEqual(STEPS_NEAR_EDGE);
    const between = rows.filter(({ sharpnessFresh }) => !sharpnessFresh);
    for (const { step, sharpness, ...row } of between) {
      expect(row).toMatchObject({ sharpnessMissProbability: 1, sharpnessConverged: false, hessianProducts: 1 });
      expect(row.hessianEigenvalues).toHaveLength(0);
      const upper = exactly[step]?.sharpness;
      // both are good to the square of a residual, 1e-8 of ‖H‖
      if (upper !== undefined) expect(sharpness).toBeLessThanOrEqual(upper * (1 + 1e-7));
    }
    const spent = rows.reduce((sum, { hessianProducts }) => sum + hessianProducts, 0);
    expect(spent).toBeLessThan(4 * rows.length);
  });

  it('has lower bounds that are Rayleigh quotients: within their residual of an eigenvalue', async () => {
    const source = gradientDescent({ objective: L, theta0, learningRate: eta });
    let seen = 0;
    await lastValueFrom(
      source.pipe(
        take(40),
        hessian({ every: 'adaptive' }),
        map(({ state, step, sharpness, sharpnessResidual, sharpnessFresh }) => {
          if (sharpnessFresh || step % 13) return;
          seen++;
          const values = spectrumAt(L, state.theta);
          const nearest = Math.min(...values.map((value) => Math.abs(value - sharpness)));
          expect(nearest).toBeLessThanOrEqual(sharpnessResidual);
        }),
      ),
    );
    expect(seen).toBe(3);
  });
});

describe('under an optimizer that steps through P⁻¹', () => {
  const h = [40, 39, 38, 1, 1, 1, 1, 1, 1, 1];
  const rows = (matrix: 'hessian' | 'preconditioned', every: 1 | 'adaptive') => {
    // the edge of P⁻¹H is 2/η = 4, and so is its λ₁; ten times that is λ₁ of H
    const P = new Float64Array(h.length).fill(10);
    const rule = () => ({
      update: (g: Float64Array, _: Float64Array, eta: number, out: Float64Array) => {
        for (let i = 0; i < out.length; i++) out[i] = (-eta * g[i]!) / P[i]!;
      },
      edge: (eta: number) => 2 / eta,
      preconditioner: () => P,
      snapshot: () => null,
      restore: () => {},
    });
    const start = { objective: quadratic(...h), theta0: new Float64Array(h.length).fill(1), learningRate: 0.5 };
    return rowsOf(descend('through', start, rule).pipe(take(31), hessian({ matrix, every })));
  };

  it('follows more than k at the edge of P⁻¹H, and of another matrix only k', async () => {
    const [preconditioned] = await rows('preconditioned', 1);
    expect(preconditioned!.hessianEigenvalues).toHaveLength(3);
    const [plain] = await rows('hessian', 1);
    expect(plain!.hessianEigenvalues).toHaveLength(1);
  });

  it('solves often throughout where the edge does not say when another matrix is near it', async () => {
    const solved = (await rows('hessian', 'adaptive')).filter(({ sharpnessFresh }) => sharpnessFresh);
    expect(solved.map(({ step }) => step)).toEqual([0, STEPS_NEAR_EDGE, 2 * STEPS_NEAR_EDGE, 3 * STEPS_NEAR_EDGE]);
  });
});
