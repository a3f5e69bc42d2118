import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chebyshev } from '../src/math/data/chebyshev.ts';
import { mlp } from '../src/math/models/mlp.ts';
import { objective, type Risk } from '../src/math/risk.ts';
import { conservation } from '../src/operators/measures/conservation.ts';
import { gradientDescent } from '../src/operators/sources/gradient-descent.ts';
import { kept } from './helpers/operators.ts';
import { type Case, caseNames, edgeNames, fromFile, fromSeed, loadCase, loadEdge } from './helpers/reference.ts';

const eps = Number.EPSILON;
const run = ({ L, theta0 }: { L: Risk; theta0: Float64Array }, learningRate: number, rows: number) =>
  lastValueFrom(
    gradientDescent({ objective: L, theta0, learningRate }).pipe(take(rows), conservation(), map(kept), toArray()),
  );

/**
 * Below the edge, gradient descent forgets a perturbation or keeps it, so rounding stays rounding and two programs
 * agree to 1e-9. Above it (η = 1 against λ₁ ≈ 6 … 9 at the start) the first steps enlarge it by up to |1 − ηλ₁| each,
 * until the sharpness has fallen.
 */
const toleranceAt = ({ hessian }: Case, learningRate: number) =>
  learningRate * (hessian?.eigenvaluesTop[0] ?? 0) < 2 ? 1e-9 : 1e-6;

const close = (value: number, expected: number, relative: number, absolute = 0) =>
  expect(Math.abs(value - expected), `${value} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + absolute,
  );

describe.each(caseNames)('%s', (name) => {
  const file = loadCase(name);

  it.each(file.runs.map((expected) => [expected.learningRate, expected] as const))(
    'at η = %s has PyTorch’s trajectory, drift and S',
    async (learningRate, expected) => {
      const tolerance = toleranceAt(file, learningRate);
      const rows = await run(fromFile(file), learningRate, expected.steps + 1);
      const last = rows.at(-1)!;
      expect(last.step).toBe(expected.steps);
      const total = last.weightNormSq.reduce((sum, square) => sum + square, 0);
      for (const [l, S] of expected.imbalanceSum.entries()) {
        close(last.imbalanceSum[l]!, S, tolerance);
        // the file's drift is a difference of rounded norms
        close(last.drift[l]!, expected.drift[l]!, tolerance, 64 * eps * total);
        expect(Math.abs(last.ledgerResidual[l]!)).toBeLessThanOrEqual(1e-12 * total);
      }
      for (const { step, loss, weightNormSq, gradNormSq } of expected.checkpoints) {
        const row = rows[step]!;
        close(row.loss, loss, tolerance);
        for (const [l, square] of weightNormSq.entries()) close(row.weightNormSq[l]!, square, tolerance);
        for (const [l, square] of gradNormSq.entries()) close(row.gradientNormSq[l]!, square, tolerance);
      }
    },
  );

  it('begins, from the seed alone, with the weights and the data of the file to the bit', async () => {
    const [drawn, stored] = [fromSeed(file), fromFile(file)];
    expect(drawn.theta0).toEqual(stored.theta0);
    expect(drawn.L.dataset).toEqual(stored.L.dataset);
    // and what follows is a function of these: the runs above are the runs from the seed
    const { learningRate } = file.runs.at(-1)!;
    expect(await run(drawn, learningRate, 30)).toEqual(await run(stored, learningRate, 30));
  });
});

describe.each(edgeNames)('%s', (name) => {
  const file = loadEdge(name);
  const theta0 = Float64Array.from(file.parameters.flat());
  const model = mlp({ hidden: file.widths.slice(1, -1), activation: 'tanh', bias: true });
  const data = {
    n: file.x.length,
    d: 1,
    k: 1,
    x: Float64Array.from(file.x),
    y: Float64Array.from(file.y),
  };

  const drawn = objective({
    engine: 'typed-array',
    model,
    loss: 'mse',
    data: chebyshev({ n: 20, degree: 6 }),
    seed: file.seed,
  });

  /** Holds the losses of a run against PyTorch's at every listed point before the sharpness crosses 2/η. */
  async function hasLosses(L: Risk, theta0: Float64Array) {
    const points = file.points.filter(({ step }) => step < file.firstAbove);
    expect(points.length).toBeGreaterThan(20);
    const losses = await lastValueFrom(
      gradientDescent({ objective: L, theta0, learningRate: file.learningRate }).pipe(
        take(file.firstAbove),
        map(({ loss }) => loss),
        toArray(),
      ),
    );
    for (const { step, loss } of points) close(losses[step]!, loss, 1e-9);
  }

  it('has PyTorch’s loss at every listed point before the sharpness crosses 2/η', () =>
    hasLosses(objective({ engine: 'typed-array', model, loss: 'mse', data }), theta0));

  it('is drawn from the seed alone: parameters to the bit, targets to rounding', () => {
    expect(drawn.start()).toEqual(theta0);
    expect(drawn.dataset.x).toEqual(data.x);
    // T₆ by recurrence against cos(6 arccos x), which loses |T₆′|·ε at most, and |T₆′| ≤ 36
    for (const [i, y] of data.y.entries()) expect(Math.abs(drawn.dataset.y[i]! - y)).toBeLessThanOrEqual(36 * eps);
  });

  it('has the same losses from the seed alone', () => hasLosses(drawn, drawn.start()));
});
