import fc from 'fast-check';
import { EMPTY, filter, lastValueFrom, type ObservedValueOf, take, takeWhile } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { float64 } from '../../../src/columns.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { objective } from '../../../src/math/risk.ts';
import { STEPS_NEAR_EDGE } from '../../../src/math/theory/cadence.ts';
import { columns, edgeOfStability } from '../../../src/operators/measures/edge-of-stability.ts';
import { hessian, sharpness } from '../../../src/operators/measures/hessian.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import { adamw } from '../../../src/operators/sources/adamw.ts';
import { descend } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { rmsprop } from '../../../src/operators/sources/rmsprop.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import { derive } from '../../../src/operators/transforms/derive.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { untilDiverged } from '../../../src/operators/transforms/until-diverged.ts';
import { chebyshevTask, edgeTask, twoLayers } from '../../helpers/edge.ts';
import { dot } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { edgeNames, loadEdge } from '../../helpers/reference.ts';

const { options } = edgeOfStability;

const learningRate = 0.1;
const run = (...h: number[]) =>
  gradientDescent({ objective: quadratic(...h), theta0: new Float64Array(h.length).fill(1), learningRate });
const regimesIn = (rows: readonly { readonly regime: string }[]) => [...new Set(rows.map(({ regime }) => regime))];

describe('edgeOfStability', () => {
  keepsStreamLaws(
    () => edgeOfStability({ sharpness: false }),
    () => {
      const objective = watched(quadratic(3, 1, -2));
      const rows = gradientDescent({ objective, theta0: Float64Array.of(1, 1, 1), learningRate });
      return { rows, made: () => objective.watch.evaluated };
    },
  );

  it('has on a quadratic the s, the cosine and the ratio that its closed form gives', async () => {
    const curvatures = fc.array(fc.double({ min: 0.1, max: 30, noNaN: true }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(curvatures, async (h) => {
        const rows = await rowsOf(run(...h).pipe(take(6), sharpness(), edgeOfStability()));
        for (const [t, row] of rows.entries()) {
          expect(row.edge).toBe(2 / learningRate);
          // Lanczos stops at a residual of 1e-4 of the eigenvalue
          const ratio = (learningRate * Math.max(...h)) / 2;
          expect(Math.abs(row.stabilityRatio! - ratio)).toBeLessThanOrEqual(1e-4 * ratio);
          if (t === 0) {
            expect([row.stepCurvature, row.gradientCosine]).toEqual([null, null]);
            continue;
          }
          const gradient = (step: number) => Float64Array.from(h, (x) => x * (1 - learningRate * x) ** step);
          const [g, next] = [gradient(t - 1), gradient(t)];
          const gHg = h.reduce((sum, x, i) => sum + x * g[i]! * g[i]!, 0);
          expect(row.stepCurvature).toBeCloseTo((learningRate * gHg) / dot(g, g), 8);
          expect(row.gradientCosine).toBeCloseTo(dot(g, next) / Math.sqrt(dot(g, g) * dot(next, next)), 8);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes a lower bound between two solves for no measurement', async () => {
    const rows = await rowsOf(run(3, 1).pipe(take(30), hessian({ every: 'adaptive' }), edgeOfStability()));
    const bounds = rows.filter(({ sharpnessFresh }) => !sharpnessFresh);
    expect(bounds.length).toBeGreaterThan(10);
    for (const { sharpness, sharpnessFresh, stabilityRatio, edge } of rows) {
      expect(stabilityRatio).toBe(sharpnessFresh ? sharpness / edge : null);
    }
  });

  it('holds the sharpness against the edge of the optimizer that makes the steps', async () => {
    const beta = 0.9;
    const heavyBall = () => {
      let v: Float64Array | undefined;
      return {
        update(gradient: Float64Array, _: Float64Array, eta: number, out: Float64Array) {
          v = gradient.map((g, i) => g + beta * (v?.[i] ?? 0));
          for (let i = 0; i < out.length; i++) out[i] = -eta * v[i]!;
        },
        edge: (eta: number) => (2 + 2 * beta) / eta,
        snapshot: () => v,
        restore: (saved: Float64Array) => void (v = saved),
      };
    };
    const rowsAt = (lambda: number) => {
      const start = { objective: quadratic(lambda, 1), theta0: Float64Array.of(1, 1), learningRate };
      return rowsOf(descend('heavyBall', start, heavyBall).pipe(take(600), sharpness(), edgeOfStability()));
    };
    const edge = (2 + 2 * beta) / learningRate;
    for (const [ratio, regime] of [
      [0.97, 'flow-like'],
      [1.03, 'divergence'],
    ] as const) {
      const rows = await rowsAt(ratio * edge);
      expect(rows[0]).toMatchObject({ edge, stabilityRatio: expect.closeTo(ratio, 10) });
      expect(rows.at(-1)!.regime).toBe(regime);
    }
    // and g′ = −g on the orbit of period 2, so that s is 2 there as well
    const rows = await rowsAt(edge);
    expect(rows.at(-1)).toMatchObject({ stepCurvature: expect.closeTo(2, 2), period: 2 });
  });

  it('refuses on assembly the sharpness of another matrix than the optimizer has its edge of', () => {
    const start = { objective: quadratic(3, 1), theta0: Float64Array.of(1, 1), learningRate };
    const refused = new TypeError(
      "edgeOfStability: sharpness must be that of the matrix whose edge the optimizer has, preconditioned, got that of hessian; measure it with matrix: 'preconditioned'",
    );
    for (const through of [adam(start), adamw(start), rmsprop(start)]) {
      expect(() => through.pipe(sharpness(), edgeOfStability())).toThrow(refused);
      expect(() => through.pipe(hessian({ every: 5 }), take(3), edgeOfStability())).toThrow(refused);
      // an operator put together before it has a source
      expect(() => through.pipe((rows) => rows.pipe(sharpness(), edgeOfStability()))).toThrow(refused);
      expect(() => through.pipe(hessian({ matrix: 'gauss-newton' }), edgeOfStability())).toThrow('of gauss-newton;');
      through.pipe(hessian({ matrix: 'preconditioned' }), edgeOfStability());
      through.pipe(sharpness(), edgeOfStability({ sharpness: false }));
    }
    for (const plain of [gradientDescent(start), momentum(start)]) {
      expect(() => plain.pipe(hessian({ matrix: 'gauss-newton' }), edgeOfStability())).toThrow(
        'has, hessian, got that of gauss-newton;',
      );
      // P is the identity
      plain.pipe(hessian({ matrix: 'preconditioned' }), edgeOfStability());
    }
    // of a column of one's own nobody knows
    const own = { sharpness: float64('λ₁ of P⁻¹∇²L, by other means') };
    adam(start).pipe(
      derive(own, () => ({ sharpness: 1 })),
      edgeOfStability(),
    );
  });

  it('refuses on assembly steps made from mini-batches, but not from all samples', () => {
    const model = mlp({ hidden: [4], activation: 'tanh' });
    const data = gaussianMixture({ n: 12, d: 3, classes: 2, separation: 1 });
    const L = objective({ model, loss: 'mse', seed: 1, data });
    const run = (batch: number) => sgd({ objective: L, theta0: L.start(), learningRate, batch, seed: 1 });
    const refused = new TypeError(
      'edgeOfStability: needs steps of the whole gradient, got those of mini-batches, whose edge is not one of λ₁; measure batchSharpness instead',
    );
    expect(() => run(11).pipe(sharpness(), edgeOfStability())).toThrow(refused);
    expect(() => run(11).pipe(edgeOfStability({ sharpness: false }))).toThrow(refused);
    run(12).pipe(sharpness(), edgeOfStability());
  });

  it('has no ratio where a schedule has come to 0, and says of the run what it said before', async () => {
    const learningRate = (step: number) => (step % 5 ? 0.1 : 0);
    const start = { objective: quadratic(18, 1), theta0: Float64Array.of(1, 1), learningRate };
    const rows = await rowsOf(gradientDescent(start).pipe(take(40), sharpness(), edgeOfStability()));
    for (const { step, edge, stabilityRatio, crossingForecast, regime } of rows) {
      expect(edge).toBe(step % 5 ? 20 : Infinity);
      expect(stabilityRatio).toEqual(step % 5 ? expect.closeTo(0.9, 10) : null);
      expect([crossingForecast, regime]).toEqual([null, 'flow-like']);
    }
  });

  it.each([7, 'adaptive'] as const)(
    'dates a crossing in a period of 2 no later than two odd cadences: every %s',
    async (every) => {
      // of its period only the odd steps are above the edge at first: at every tenth step it is seen 201 steps late
      const L = objective({
        model: mlp({ hidden: [24, 24], activation: 'relu' }),
        ...{ loss: 'mse', seed: 22, random: 'native' },
        data: gaussianMixture({ n: 60, d: 6, classes: 3, separation: 1 }),
      });
      const crossing = async (every: number | 'adaptive') => {
        const start = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.6 });
        const rows = await rowsOf(start.pipe(take(181), hessian({ every, tol: 1e-3 }), edgeOfStability()));
        return rows.at(-1)!.crossingStep!;
      };
      const late = (await crossing(every)) - (await crossing(1));
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(2 * (every === 'adaptive' ? STEPS_NEAR_EDGE : every));
    },
  );

  it('is beyond the edge, and not before it, where weight decay has taken the edge below 0', async () => {
    const start = { theta0: Float64Array.of(1, 1), learningRate, weightDecay: 30 };
    const ratioAt = async (...h: [number, number]) => {
      const run = gradientDescent({ ...start, objective: quadratic(...h) });
      return (await rowsOf(run.pipe(take(1), sharpness(), edgeOfStability())))[0]!.stabilityRatio;
    };
    // the edge is 2/η − w = −10: |1 − η(λ + w)| is 2.3 at λ = 3, and 0.5 at −15
    expect(await ratioAt(3, 1)).toBe(Infinity);
    expect(await ratioAt(-15, -16)).toBe(0);
  });

  it('refuses a gap, for what it sums up is told from one step to the next', async () => {
    await expect(rowsOf(run(3).pipe(every(10), sharpness(), edgeOfStability(), take(3)))).rejects.toThrow(
      new RangeError('edgeOfStability: step 10 follows step 0; put it above every()'),
    );
  });

  it('needs the column sharpness above it, unless it is told to do without', async () => {
    // @ts-expect-error nothing measures a sharpness
    expect(() => run(3).pipe(edgeOfStability())).toThrow(
      new TypeError(
        'edgeOfStability: reads the column sharpness, which nothing above adds: put hessian above it; there are step, learningRate, loss, weightNormSq, gradientNormSq',
      ),
    );
    const rows = await rowsOf(run(3).pipe(edgeOfStability({ sharpness: false }), take(3)));
    expect(rows.map(({ stabilityRatio }) => stabilityRatio)).toEqual([null, null, null]);
    expect(() => EMPTY.pipe(edgeOfStability({ sharpness: false }))).not.toThrow();
  });

  it.each([0, 1, -0.1, NaN])('refuses band = %s when it is called', (band) => {
    expect(() => edgeOfStability({ band })).toThrow(
      new RangeError(`edgeOfStability: band must lie in (0, 1), got ${band}`),
    );
    expect(options.safeParse({ band }).success).toBe(false);
  });

  it.each([0, -1, 1.5, NaN])('refuses window = %s when it is called', (window) => {
    expect(() => edgeOfStability({ window })).toThrow(
      new RangeError(`edgeOfStability: window must be a positive integer, got ${window}`),
    );
    expect(options.safeParse({ window }).success).toBe(false);
  });

  it('stands in a spec by its options', () => {
    expect(options.parse({})).toEqual({ sharpness: true, band: 0.05, window: 200 });
    expect(options.safeParse({ bandd: 0.1 }).success).toBe(false);
  });

  it('adds its columns to the type of the row, and what is one of the run to the runs', () => {
    const measured = run(1).pipe(hessian({ every: 5 }), edgeOfStability());
    type Row = ObservedValueOf<typeof measured>;
    expectTypeOf<Row['stabilityRatio']>().toEqualTypeOf<number | null>();
    expectTypeOf<Row['crossingStep']>().toEqualTypeOf<number | null>();
    expectTypeOf<Row['regime']>().toEqualTypeOf<string>();
    expect(Object.keys(columns).filter((name) => 'summary' in measured.columns[name]!)).toEqual([
      ...['crossingStep', 'onsetStep', 'hoveringStep', 'catapultStep', 'regime', 'period'],
    ]);
  });
});

const cadence = 25;

describe.each(edgeNames)('%s', (name) => {
  const file = loadEdge(name);
  const measured = (start: Pick<ReturnType<typeof edgeTask>, 'objective' | 'theta0'>) =>
    rowsOf(
      gradientDescent({ ...start, learningRate: file.learningRate }).pipe(
        take(6001),
        hessian({ every: cadence }),
        edgeOfStability(),
      ),
    );
  const L = chebyshevTask(file.seed);

  it.each([
    ['of its file', edgeTask(file)],
    ['of its seed', { objective: L, theta0: L.start() }],
  ] as const)(
    'from the data %s crosses where it is listed, then oscillates, then hovers to the end',
    async (_, start) => {
      const rows = await measured(start);
      const { crossingStep, onsetStep, hoveringStep, catapultStep, regime, period } = rows.at(-1)!;
      expect(Math.abs(crossingStep! - file.firstAbove)).toBeLessThanOrEqual(cadence);
      expect(catapultStep).toBeNull();
      // the loss shows nothing of a crossing until the onset
      expect(onsetStep).toBe(rows.findIndex(({ loss }, t) => t > 0 && loss > rows[t - 1]!.loss));
      expect(onsetStep! - crossingStep!).toBeGreaterThan(100);
      // hovering by its definition: within 5 % of the edge in four of five measurements of 200 steps
      const since = (t: number) =>
        rows.slice(Math.max(0, t - 199), t + 1).filter(({ sharpness }) => sharpness !== null);
      const share = (t: number) => {
        const there = since(t);
        return there.filter(({ sharpness }) => Math.abs(sharpness! * learningRate - 2) < 0.1).length / there.length;
      };
      const hovers = rows.findIndex(
        ({ sharpness, step }) => sharpness !== null && step >= onsetStep! && share(step) >= 0.8,
      );
      expect(hoveringStep).toBe(hovers);
      expect({ regime, period }).toEqual({ regime: 'edge of stability', period: 2 });
      // entered once, and never left
      const entered = rows.findIndex((row) => row.regime === 'edge of stability');
      expect(regimesIn(rows.slice(entered))).toEqual(['edge of stability']);
      expect(entered).toBeLessThan(3000);
      expect(regimesIn(rows.slice(0, entered))).toEqual(['flow-like', 'progressive sharpening', 'crossed']);
      // the loss falls in the long run: an edge, and no divergence
      expect(rows.at(-1)!.loss).toBeLessThan(rows[entered]!.loss / 4);
    },
  );

  it('has the same onset and ends at the edge by gradients alone', async () => {
    const rows = await rowsOf(
      gradientDescent({ ...edgeTask(file), learningRate }).pipe(take(6001), edgeOfStability({ sharpness: false })),
    );
    const { crossingStep, onsetStep, hoveringStep, regime } = rows.at(-1)!;
    expect({ crossingStep, regime }).toEqual({ crossingStep: null, regime: 'edge of stability' });
    expect(onsetStep).toBe(rows.findIndex(({ loss }, t) => t > 0 && loss > rows[t - 1]!.loss));
    expect(hoveringStep).toBeGreaterThan(onsetStep!);
    expect(regimesIn(rows)).toEqual(['flow-like', 'crossed', 'edge of stability']);
  });
});

describe('ten runs of the Chebyshev task, seeds 1, 2, 3, … of which each crosses within 6000 steps', () => {
  /** Rows of a seed up to its onset. */
  const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
  const runs = seeds.map((seed) => {
    const L = chebyshevTask(seed);
    const rows = gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(
      take(6001),
      hessian({ every: cadence }),
      edgeOfStability(),
      takeWhile(({ onsetStep }) => onsetStep === null, true),
      filter(({ sharpness, onsetStep }) => sharpness !== null || onsetStep !== null),
    );
    return rowsOf(rows);
  });

  it('cross before their onset: λ₁ warns more than 100 steps before the loss does', async () => {
    for (const rows of await Promise.all(runs)) {
      const { crossingStep, onsetStep } = rows.at(-1)!;
      expect(onsetStep! - crossingStep!).toBeGreaterThan(100);
    }
  });

  it('cross within the 90 % interval of the forecast made at ηλ = 1.6, in eight or more; it says something', async () => {
    const widths: number[] = [];
    let held = 0;
    for (const rows of await Promise.all(runs)) {
      const { crossingStep } = rows.at(-1)!;
      const { step, crossingForecast, crossingForecastLow, crossingForecastHigh } = rows.find(
        ({ stabilityRatio }) => stabilityRatio! >= 0.8,
      )!;
      expect(crossingForecast).toBeGreaterThan(crossingForecastLow!);
      expect(crossingForecast).toBeLessThan(crossingForecastHigh!);
      if (crossingForecastLow! <= crossingStep! && crossingStep! <= crossingForecastHigh!) held++;
      widths.push((crossingForecastHigh! - crossingForecastLow!) / (crossingStep! - step));
    }
    expect(held).toBeGreaterThanOrEqual(8);
    // of an interval that holds what is left by a factor of √8 either way, the width is 2.5 times what is left
    expect(widths.sort((a, b) => a - b)[5]).toBeLessThan(2.5);
  });

  it('have no forecast once they have crossed', async () => {
    for (const rows of await Promise.all(runs)) {
      const after = rows.filter(({ crossingStep }) => crossingStep !== null);
      expect(new Set(after.map(({ crossingForecast }) => crossingForecast))).toEqual(new Set([null]));
    }
  });
});

const network = (activation: 'identity' | 'relu', loss: 'mse' | 'cross-entropy', seed: number) =>
  objective({
    model: mlp({ hidden: [64], activation }),
    loss,
    data: gaussianMixture({ n: 60, d: 8, classes: 3, separation: 2 }),
    seed,
  });

/** Rows of a run at η = multiple/λ₁(θ₀). */
async function startingAt(
  multiple: number,
  problem: { objective: ReturnType<typeof twoLayers>; theta0: Float64Array },
) {
  const first = gradientDescent({ ...problem, learningRate: 1 }).pipe(take(1), sharpness());
  const lambda = (await lastValueFrom(first)).sharpness;
  const descent = gradientDescent({ ...problem, learningRate: multiple / lambda });
  return rowsOf(descent.pipe(take(600), untilDiverged(), hessian({ every: 5 }), edgeOfStability()));
}

describe('a run that starts at ηλ = 3 and survives', () => {
  const drawn = (m: number, seed: number) => ({ objective: twoLayers(m), theta0: nativeRandom(seed).normal(2 * m) });
  const trained = (activation: 'identity' | 'relu', seed: number) => {
    const L = network(activation, 'mse', seed);
    return { objective: L, theta0: L.start() };
  };

  it.each([
    ...[50, 200, 1000].flatMap((m) => [1, 2, 3].map((seed) => [`u·v of width ${m}, seed ${seed}`, drawn(m, seed)])),
    ...[1, 2, 3].map((seed) => [`a linear network, seed ${seed}`, trained('identity', seed)]),
    ...[1, 2, 3].map((seed) => [`a ReLU network, seed ${seed}`, trained('relu', seed)]),
  ] as [string, ReturnType<typeof drawn>][])(
    'is called a catapult, and never an edge of stability: %s',
    async (_, problem) => {
      const rows = await startingAt(3, problem);
      expect(rows).toHaveLength(600);
      expect(rows[0]!.stabilityRatio).toBeCloseTo(1.5, 6);
      // it is one: the loss rises first, ends below where it began, and so does the sharpness
      expect(Math.max(...rows.map(({ loss }) => loss))).toBeGreaterThan(rows[0]!.loss);
      const last = rows.findLast(({ stabilityRatio }) => stabilityRatio !== null)!;
      expect(last.stabilityRatio).toBeLessThan(1);
      expect(last.loss).toBeLessThan(rows[0]!.loss);

      expect(regimesIn(rows)).toContain('catapult');
      expect(regimesIn(rows)).not.toContain('edge of stability');
      expect(regimesIn(rows)).not.toContain('divergence');
      const { crossingStep, catapultStep, hoveringStep } = rows.at(-1)!;
      expect({ crossingStep, hoveringStep }).toEqual({ crossingStep: 0, hoveringStep: null });
      expect(catapultStep).toBeLessThan(50);
    },
  );
});

describe('a ReLU network that a step has thrown to where no unit is active', () => {
  it('has diverged, and is no catapult that has landed', async () => {
    const data = gaussianMixture({ n: 90, d: 5, classes: 3, separation: 4 });
    const L = objective({ model: mlp({ hidden: [8] }), loss: 'mse', data, seed: 0 });
    const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 50 });
    const rows = await rowsOf(run.pipe(take(60), hessian({ every: 5 }), edgeOfStability()));
    const last = rows.at(-1)!;
    // it lies below where it began: all outputs are 0, and one in three targets is 1
    expect([...last.gradientNormSq]).toEqual([0, 0]);
    expect(last.loss).toBeCloseTo(1 / 3, 12);
    expect(last.loss).toBeLessThan(rows[0]!.loss);
    expect(last).toMatchObject({ regime: 'divergence', catapultStep: null });
    expect(regimesIn(rows)).toEqual(['crossed', 'divergence']);
  });
});

describe('a run of cross-entropy', () => {
  it.each([1, 2, 3])('whose sharpness falls is none of the three: seed %s', async (seed) => {
    const L = network('relu', 'cross-entropy', seed);
    const rows = await startingAt(0.6, { objective: L, theta0: L.start() });
    const ratios = rows.flatMap(({ stabilityRatio }) => stabilityRatio ?? []);
    expect(ratios.at(-1)).toBeLessThan(ratios[0]! / 2);
    expect(regimesIn(rows)).toEqual(['flow-like']);
    expect(rows.at(-1)).toMatchObject({ crossingStep: null, onsetStep: null, hoveringStep: null, catapultStep: null });
  });
});

describe('a run that diverges', () => {
  const steps = (rows: readonly { loss: number; regime: string }[]) => ({
    // from here on the loss is above where it began
    begins: rows.findLastIndex(({ loss }) => loss <= rows[0]!.loss) + 1,
    called: rows.findIndex(({ regime }) => regime === 'divergence'),
  });

  it.each([
    ...[1, 2, 3].map((seed) => ['identity', 8, seed] as const),
    ...[1, 2, 3].map((seed) => ['relu', 8, seed] as const),
    ['identity', 30, 1],
    ['relu', 30, 1],
  ] as const)(
    'is called one within 20 steps, and before its loss or norms overflow: %s, ηλ = %s, seed %s',
    async (activation, multiple, seed) => {
      const L = network(activation, 'mse', seed);
      const rows = await startingAt(multiple, { objective: L, theta0: L.start() });
      const { begins, called } = steps(rows);
      const { loss, weightNormSq, gradientNormSq } = rows.at(-1)!;
      expect([loss, ...weightNormSq, ...gradientNormSq].every(Number.isFinite)).toBe(false);
      expect(called - begins).toBeLessThanOrEqual(20);
      expect(called).toBeGreaterThan(0);
      expect(rows[called]!.loss).toBeLessThan(Infinity);
      expect(regimesIn(rows.slice(called))).toEqual(['divergence']);
      expect(regimesIn(rows)).not.toContain('edge of stability');
    },
  );

  it.each([2.25, 2.5, 3, 8])(
    'is called one within 20 steps on a quadratic at ηλ = %s, where it only grows',
    async (etaLambda) => {
      const rows = await rowsOf(run(etaLambda / learningRate, 1).pipe(take(60), sharpness(), edgeOfStability()));
      const { begins, called } = steps(rows);
      expect(called - begins).toBeLessThanOrEqual(20);
      expect(regimesIn(rows)).toEqual(['crossed', 'divergence']);
    },
  );

  it('is called one by gradients alone', async () => {
    const rows = await rowsOf(run(30, 1).pipe(take(60), edgeOfStability({ sharpness: false })));
    expect(rows.at(-1)!.regime).toBe('divergence');
  });
});
