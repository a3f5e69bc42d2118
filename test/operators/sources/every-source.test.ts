import { lastValueFrom, map, repeat, take, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { emptySums, type Objective } from '../../../src/math/objective.ts';
import { objective } from '../../../src/math/risk.ts';
import { cosine } from '../../../src/math/schedules/cosine.ts';
import { ramp } from '../../../src/math/schedules/ramp.ts';
import { warmup } from '../../../src/math/schedules/warmup.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import { adamw } from '../../../src/operators/sources/adamw.ts';
import { columns, type Step } from '../../../src/operators/sources/descend.ts';
import { driftBudget } from '../../../src/operators/sources/drift-budget.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { gradientFlow } from '../../../src/operators/sources/gradient-flow.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { rmsprop } from '../../../src/operators/sources/rmsprop.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import type { Snapshot } from '../../../src/state.ts';
import { isStream, type Stream } from '../../../src/stream.ts';
import { stoppedClock } from '../../helpers/clock.ts';
import { kept, rowsOf } from '../../helpers/operators.ts';
import { watched } from '../../helpers/quadratic.ts';

const L = objective({
  model: mlp({ hidden: [5, 4], activation: 'relu', bias: true }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 13, d: 3, classes: 3, separation: 1 }),
  seed: 3,
});
type Start = { objective: Objective; theta0: Float64Array; from?: Snapshot };
const learningRate = 0.2;
const budget = (rate: number) => driftBudget({ rate, budget: ramp(1e-3, { steps: 20 }) });

const sources: Record<string, (start: Start) => Stream<Step>> = {
  gradientDescent: (start) => gradientDescent({ ...start, learningRate }),
  'gradientDescent, decaying': (start) => gradientDescent({ ...start, learningRate, weightDecay: 0.1 }),
  'gradientDescent, cosine': (start) => gradientDescent({ ...start, learningRate: cosine(1, { steps: 20 }) }),
  'gradientDescent, drift budget': (start) => gradientDescent({ ...start, learningRate: budget(1) }),
  'momentum, damped': (start) => momentum({ ...start, learningRate, dampening: 0.5 }),
  'momentum, Nesterov’s, warming up': (start) =>
    momentum({ ...start, learningRate: warmup(cosine(0.5, { steps: 9 }), { steps: 8 }), nesterov: true }),
  'momentum, drift budget': (start) => momentum({ ...start, learningRate: budget(1) }),
  rmsprop: (start) => rmsprop({ ...start, learningRate: 0.01 }),
  adam: (start) => adam({ ...start, learningRate: 0.01 }),
  'adam, drift budget': (start) => adam({ ...start, learningRate: budget(0.1) }),
  adamw: (start) => adamw({ ...start, learningRate: 0.01 }),
  sgd: (start) => sgd({ ...start, learningRate, batch: 4, seed: 7 }),
  'sgd, with momentum and a budget': (start) =>
    sgd({ ...start, learningRate: budget(1), batch: 5, seed: 7, beta: 0.9 }),
  gradientFlow: (start) => gradientFlow({ ...start, tolerance: 1e-5 }),
};

describe.each(Object.entries(sources))('%s', (name, source) => {
  stoppedClock();
  const run = (over: Objective = L, from?: Snapshot) =>
    source({ objective: over, theta0: L.start(), ...(from && { resumeFrom: from }) });

  it('declares its columns before it is subscribed to, and its rows have no others', async () => {
    const stream = run();
    expect(isStream(stream)).toBe(true);
    const own = name === 'gradientFlow' ? ['time', 'localError'] : [];
    expect(Object.keys(stream.columns)).toEqual([...Object.keys(columns), ...own]);
    const row = await lastValueFrom(stream.pipe(take(1)));
    expect(Object.keys(row).sort()).toEqual(['state', ...Object.keys(stream.columns)].sort());
  });

  it('moves θ by the update that it shows', async () => {
    const copies = await lastValueFrom(
      run().pipe(
        take(5),
        map(({ state }) => state.copy()),
        toArray(),
      ),
    );
    expect(copies[0]!.theta).toEqual(L.start());
    for (const [t, { theta, update }] of copies.slice(0, -1).entries()) {
      expect(copies[t + 1]!.theta).toEqual(theta.map((w, i) => w + update[i]!));
      expect(update.some((x) => x !== 0)).toBe(true);
    }
  });

  it('shows the loss and the gradient of the whole objective, whatever it steps by', async () => {
    const evaluation = L.open();
    const sums = emptySums(L.tensors);
    const g = new Float64Array(L.dim);
    await lastValueFrom(
      run().pipe(
        take(4),
        tap(({ state, loss, learningRate }) => {
          expect(loss).toBe(evaluation.evaluate(state.theta, g, sums));
          expect(state.gradient).toEqual(g);
          expect(state.sums).toEqual(sums);
          expect(state.edge).toBeGreaterThan(0);
          expect(learningRate).toBeGreaterThan(0);
        }),
      ),
    );
    evaluation.close();
  });

  it('opens nothing before it is subscribed to, anew for each subscriber, and closes all that it opened', () => {
    let [open, opened] = [0, 0];
    const counted = <E extends { close(): void }>(evaluation: E): E => {
      open++;
      opened++;
      return {
        ...evaluation,
        close() {
          open--;
          evaluation.close();
        },
      };
    };
    const over: Objective = {
      ...L,
      open: () => counted(L.open()),
      batches: { n: L.batches!.n, open: (size) => counted(L.batches!.open(size)) },
    };
    const chain = run(over).pipe(take(3));
    expect(opened).toBe(0);
    chain.pipe(repeat(2)).subscribe();
    expect(opened).toBe(/sgd|Flow/.test(name) ? 4 : 2);
    expect(open).toBe(0);
  });

  it('stops at take(n) without another row, and at an error of the objective', () => {
    const seen: unknown[] = [];
    run()
      .pipe(take(4))
      .subscribe(({ step }) => seen.push(step));
    expect(seen).toEqual([0, 1, 2, 3]);
    const broken = watched(L, (evaluated) => {
      if (evaluated === 2) throw new Error('engine');
    });
    const errors: unknown[] = [];
    run(broken).subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([new Error('engine')]);
    expect(broken.watch.opened).toBe(broken.watch.closed);
  });

  it('gives a second subscriber the same rows', async () => {
    const stream = run();
    const first = await rowsOf(stream.pipe(take(12)));
    expect(await rowsOf(stream.pipe(take(12)))).toEqual(first);
  });

  it('goes on from any of its snapshots to the bit', () => {
    const last = 15;
    const from = (snapshot?: Snapshot) => {
      const rows: object[] = [];
      const snapshots: Snapshot[] = [];
      run(L, snapshot)
        .pipe(
          take(last - (snapshot?.step ?? -1)),
          conservation(),
          tap(({ state }) => snapshots.push(state.snapshot())),
        )
        .subscribe((row) => rows.push(kept(row)));
      return { rows, snapshots };
    };
    const whole = from();
    expect(whole.rows).toHaveLength(last + 1);
    for (const [i, snapshot] of whole.snapshots.slice(0, -1).entries()) {
      const resumed = from(structuredClone(snapshot));
      expect(resumed.rows).toEqual(whole.rows.slice(i + 1));
      expect(resumed.snapshots).toEqual(whole.snapshots.slice(i + 1));
    }
  });

  it('keeps closed books', async () => {
    const { ledgerResidual, weightNormSq } = (await rowsOf(run().pipe(take(20), conservation()))).at(-1)!;
    const size = weightNormSq.reduce((sum, x) => sum + x, 0);
    for (const residual of ledgerResidual) expect(Math.abs(residual)).toBeLessThanOrEqual(1e-12 * size);
  });

  it('refuses a θ₀ of another length', () => {
    expect(() => source({ objective: L, theta0: new Float64Array(3) })).toThrow(
      new TypeError(`${name.split(',')[0]}: theta0 must have ${L.dim} entries, got 3`),
    );
  });
});

const start = { objective: L, theta0: L.start(), learningRate };

describe('an optimizer refuses', () => {
  const unbatched = { ...L, batches: undefined } as unknown as Objective;
  it.each<[string, () => unknown, Error]>([
    [
      'a negative decay',
      () => gradientDescent({ ...start, weightDecay: -1 }),
      new RangeError('gradientDescent: weightDecay must be finite and not negative, got -1'),
    ],
    ['a β of 1', () => momentum({ ...start, beta: 1 }), new RangeError('momentum: beta must lie in [0, 1), got 1')],
    [
      'a dampening of 1',
      () => momentum({ ...start, dampening: 1 }),
      new RangeError('momentum: dampening must lie in [0, 1), got 1'),
    ],
    [
      'a dampened Nesterov',
      () => momentum({ ...start, dampening: 0.1, nesterov: true }),
      new RangeError('momentum: dampening must be 0 with nesterov, got 0.1'),
    ],
    [
      'an ε of 0',
      () => rmsprop({ ...start, epsilon: 0 }),
      new RangeError('rmsprop: epsilon must be positive and finite, got 0'),
    ],
    ['a β₂ of 1', () => adam({ ...start, beta2: 1 }), new RangeError('adam: beta2 must lie in [0, 1), got 1')],
    [
      'a decay that is none',
      () => adamw({ ...start, weightDecay: NaN }),
      new RangeError('adamw: weightDecay must be finite and not negative, got NaN'),
    ],
    [
      'a batch larger than the data',
      () => sgd({ ...start, batch: 14, seed: 1 }),
      new RangeError('sgd: batch must be an integer from 1 to 13, the samples there are, got 14'),
    ],
    [
      'a batch of nothing',
      () => sgd({ ...start, batch: 0, seed: 1 }),
      new RangeError('sgd: batch must be a positive integer, got 0'),
    ],
    [
      'a seed that is none',
      () => sgd({ ...start, batch: 1, seed: -1 }),
      new RangeError('sgd: seed must be an integer of at least 0, got -1'),
    ],
    [
      'an objective without batches',
      () => sgd({ ...start, objective: unbatched, batch: 1, seed: 1 }),
      new TypeError(
        'sgd: needs batches of the objective, but the source offers gradient, hvp, gnvp, jvp, vjp, preActivations, classes',
      ),
    ],
    [
      'a tolerance of 0',
      () => gradientFlow({ objective: start.objective, tolerance: 0 }),
      new RangeError('gradientFlow: tolerance must lie in (0, 1), got 0'),
    ],
    [
      'a budget of zero',
      () => driftBudget({ rate: 1, budget: 0 }),
      new RangeError('driftBudget: budget must be positive and finite, got 0'),
    ],
    [
      'a curvature at the edge',
      () => driftBudget({ rate: 1, budget: 1, curvature: 2 }),
      new RangeError('driftBudget: curvature must lie in (0, 2), got 2'),
    ],
    [
      'a drift budget without Hessian products',
      () => adam({ ...start, objective: { ...L, products: [] }, learningRate: budget(1) }),
      new TypeError('driftBudget: needs hvp of the objective, but the source offers gradient, batches, classes'),
    ],
  ])('%s', (_, make, error) => {
    expect(make).toThrow(error);
  });

  it('a schedule that leaves the numbers that a learning rate may be, at the step where it does', async () => {
    const rate = (t: number) => (t < 3 ? 0.1 : -0.1);
    await expect(rowsOf(gradientDescent({ ...start, learningRate: rate }))).rejects.toThrow(
      new RangeError('gradientDescent: learningRate must be finite and not negative, got -0.1 at step 3'),
    );
  });
});

describe('a schedule', () => {
  it('is in the rows as the learning rate of the update that follows', async () => {
    const schedule = warmup(cosine(0.5, { steps: 6 }), { steps: 4 });
    const rows = await rowsOf(adam({ ...start, learningRate: schedule }).pipe(take(12)));
    expect(rows.map((row) => row.learningRate)).toEqual(rows.map(({ step }) => schedule(step)));
    expect(rows.at(-1)!.learningRate).toBe(0); // and the run stands still
  });

  it('makes the steps that a learning rate of that size would make from there', async () => {
    const run = (learningRate: number | ((t: number) => number)) =>
      lastValueFrom(
        momentum({ ...start, learningRate }).pipe(
          take(2),
          map(({ state }) => state.copy()),
          toArray(),
        ),
      );
    const [, changed] = await run((t) => (t === 0 ? 0.1 : 0.3));
    const [, constant] = await run(0.1);
    expect(changed!.theta).toEqual(constant!.theta);
    // the buffer knows no learning rate, as PyTorch's does not
    for (const [i, x] of changed!.update.entries()) expect(x).toBeCloseTo(3 * constant!.update[i]!, 15);
  });
});
