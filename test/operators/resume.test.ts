import { lastValueFrom, map, type Observable, type OperatorFunction, take, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chebyshev } from '../../src/math/data/chebyshev.ts';
import type { Activation } from '../../src/math/models/activations.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import type { Objective } from '../../src/math/objective.ts';
import { objective, type Problem } from '../../src/math/risk.ts';
import { activationSwitching } from '../../src/operators/measures/activation-switching.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { edgeOfStability } from '../../src/operators/measures/edge-of-stability.ts';
import { hessian } from '../../src/operators/measures/hessian.ts';
import { adam } from '../../src/operators/sources/adam.ts';
import type { Step } from '../../src/operators/sources/descend.ts';
import { driftBudget } from '../../src/operators/sources/drift-budget.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { gradientFlow } from '../../src/operators/sources/gradient-flow.ts';
import { momentum } from '../../src/operators/sources/momentum.ts';
import { ema } from '../../src/operators/transforms/ema.ts';
import type { Snapshot, State } from '../../src/state.ts';
import { quadratic } from '../helpers/quadratic.ts';

const problem: Problem = { model: mlp({ hidden: [8, 6] }), loss: 'mse', data: chebyshev({ n: 12, degree: 3 }) };
const L = objective(problem);
const rate = { objective: L, learningRate: 0.05 };

const snapshotOf = (rows: Observable<{ readonly state: State }>): Promise<Snapshot> =>
  lastValueFrom(
    rows.pipe(
      take(20),
      map(({ state }) => state.snapshot()),
    ),
  );
const failure = async (make: () => Observable<unknown>) => {
  try {
    await lastValueFrom(make());
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'none';
};

describe('a run that goes on from a snapshot', () => {
  it('needs no parameters, and begins at θ₀ of the objective without either', async () => {
    const from = await snapshotOf(gradientDescent(rate));
    const rows = gradientDescent({ ...rate, resumeFrom: from }).pipe(
      take(5),
      map(({ step, loss }) => [step, loss]),
      toArray(),
    );
    const whole = await lastValueFrom(gradientDescent({ ...rate, theta0: L.start() }).pipe(take(25), toArray()));
    expect(await lastValueFrom(rows)).toEqual(whole.slice(20).map(({ step, loss }) => [step, loss]));
    expect(whole[0]!.loss).toBe(
      await lastValueFrom(
        gradientDescent(rate).pipe(
          take(1),
          map(({ loss }) => loss),
        ),
      ),
    );
  });

  const others = {
    gradientDescent: (resumeFrom?: Snapshot) => gradientDescent({ ...rate, resumeFrom }),
    momentum: (resumeFrom?: Snapshot) => momentum({ ...rate, resumeFrom }),
    adam: (resumeFrom?: Snapshot) => adam({ ...rate, resumeFrom }),
    gradientFlow: (resumeFrom?: Snapshot) => gradientFlow({ objective: L, resumeFrom }),
  };
  const names = Object.keys(others) as (keyof typeof others)[];
  const pairs = names.flatMap((from) => names.filter((into) => into !== from).map((into) => [from, into] as const));

  it.each(pairs)('of %s refuses to be one of %s', async (from, into) => {
    const snapshot = await snapshotOf(others[from]());
    expect(() => others[into](snapshot)).toThrow(
      new TypeError(
        `${into}: resumeFrom must be a snapshot of ${into}, got one of ${from}; to go on with another optimizer, start from its weights: theta0: snapshot.theta`,
      ),
    );
    const changed = await lastValueFrom(gradientDescent({ ...rate, theta0: snapshot.theta }).pipe(take(1)));
    expect(changed.loss).toBe(snapshot.objective.loss);
  });

  it.each<[string, Partial<Problem>]>([
    ['data', { data: chebyshev({ n: 12, degree: 4 }) }],
    ['loss', { loss: 'mse', data: { ...L.dataset, y: L.dataset.y.map((y) => y + 1e-12) } }],
    ['activation', { model: mlp({ hidden: [8, 6], activation: 'tanh' }) }],
    ['slope', { model: mlp({ hidden: [8, 6], activation: 'leaky-relu', slope: 0.2 }) }],
  ])('refuses another %s of the same size', async (_, changed) => {
    const from = await snapshotOf(gradientDescent(rate));
    const other = objective({ ...problem, ...changed });
    expect(other.dim).toBe(L.dim);
    expect(() => gradientDescent({ ...rate, objective: other, resumeFrom: from })).toThrow(
      'gradientDescent: resumeFrom must be a snapshot of this objective, got one of another network, loss or data',
    );
  });

  it('takes the same network, loss and data however they were made, in any engine of its bits', async () => {
    const from = await snapshotOf(gradientDescent(rate));
    const same = objective({ ...problem, seed: 5, data: L.dataset });
    const next = await lastValueFrom(gradientDescent({ ...rate, objective: same, resumeFrom: from }).pipe(take(1)));
    expect(next.step).toBe(20);
    const other = objective({ ...problem, engine: 'typed-array' });
    expect(() => gradientDescent({ ...rate, objective: other, resumeFrom: from })).toThrow(
      `resumeFrom must be a snapshot made in the bits ${other.facts.bits}, as the engine has them, got ${L.facts.bits}`,
    );
  });

  it('refuses another objective that has no hash by its loss, and closes what it opened', async () => {
    let [opened, closed] = [0, 0];
    const counted = (inner: Objective): Objective => ({
      ...inner,
      open() {
        opened++;
        const evaluation = inner.open();
        return { ...evaluation, close: () => void closed++ };
      },
    });
    const start = { theta0: Float64Array.of(1, 2), learningRate: 0.1 };
    const from = await snapshotOf(gradientDescent({ ...start, objective: counted(quadratic(3, 1)) }));
    const into = (inner: Objective) => () =>
      gradientDescent({ ...start, objective: counted(inner), resumeFrom: from }).pipe(take(2));
    expect(await failure(into(quadratic(3, 1)))).toBe('none');
    expect(await failure(into(quadratic(3, 1.1)))).toMatch(
      /^TypeError: gradientDescent: resumeFrom must be a snapshot of this objective, whose loss at its θ is .*, got one whose loss there was /,
    );
    expect(closed).toBe(opened);
  });

  it('compares the loss if an activation is one’s own, which may change under its name', async () => {
    const activation = (factor: number): Activation => ({
      name: 'scaled',
      homogeneous: false,
      forward(z, h, slope, n) {
        for (let i = 0; i < n; i++) [h[i], slope[i]] = [factor * z[i]!, factor];
      },
    });
    const of = (factor: number) =>
      objective({ ...problem, model: mlp({ hidden: [8, 6], activation: activation(factor) }) });
    expect(of(1).hash).toBeUndefined();
    const from = await snapshotOf(gradientDescent({ ...rate, objective: of(1) }));
    const into = (factor: number) => () =>
      gradientDescent({ ...rate, objective: of(factor), resumeFrom: from }).pipe(take(2));
    expect(await failure(into(1))).toBe('none');
    expect(await failure(into(1.1))).toMatch(/resumeFrom must be a snapshot of this objective, whose loss at its θ is/);
  });

  it.each([null, {}, 'snapshot.json', { theta: L.start(), update: L.start(), step: 1 }])('refuses %o', (from) => {
    expect(() => gradientDescent({ ...rate, resumeFrom: from as unknown as Snapshot })).toThrow(
      /^gradientDescent: resumeFrom must be a snapshot, as state\.snapshot\(\) makes it, got /,
    );
  });

  it('asks for the memory of its controller, and may leave one', async () => {
    const learningRate = driftBudget({ rate: 0.1, budget: 0.1 });
    const plain = await snapshotOf(gradientDescent(rate));
    expect(() => gradientDescent({ ...rate, learningRate, resumeFrom: plain })).toThrow(
      'gradientDescent: resumeFrom must be a snapshot with the memory of driftBudget, got one with none',
    );
    const controlled = await snapshotOf(gradientDescent({ ...rate, learningRate }));
    expect(await failure(() => gradientDescent({ ...rate, resumeFrom: controlled }).pipe(take(2)))).toBe('none');
  });

  it.each([
    ['conservation', () => conservation()],
    ['activationSwitching', () => activationSwitching()],
    ['edgeOfStability', () => edgeOfStability({ sharpness: false })],
  ] as const)('refuses %s, which needs every step, if nothing was remembered', async (name, operator) => {
    const from = await snapshotOf(gradientDescent(rate));
    const resumed = gradientDescent({ ...rate, resumeFrom: from }).pipe(take(2));
    const measured = () => resumed.pipe(operator() as OperatorFunction<Step, unknown>);
    expect(await failure(measured)).toBe(
      `RangeError: ${name}: needs every step, but its first row is step 20 of a run that began before it; put it above skip() and filter(), or resume from a snapshot that was taken below it`,
    );
  });

  it('may be measured anew by what needs no past', async () => {
    const from = await snapshotOf(gradientDescent(rate));
    const rows = gradientDescent({ ...rate, resumeFrom: from }).pipe(take(1), hessian({ k: 2 }), ema('loss'));
    const { loss, lossEma, sharpness } = await lastValueFrom(rows);
    expect(lossEma).toBe(loss);
    const whole = await lastValueFrom(gradientDescent(rate).pipe(take(21), hessian({ k: 2 })));
    expect(sharpness).toBeCloseTo(whole.sharpness, 6);
  });

  it('refuses an operator with other options than it remembers', async () => {
    const from = await snapshotOf(gradientDescent(rate).pipe(conservation({ laws: ['layer'] })));
    for (const laws of [['neuron'], ['layer', 'neuron']] as const) {
      const measured = () => gradientDescent({ ...rate, resumeFrom: from }).pipe(take(2), conservation({ laws }));
      expect(await failure(measured)).toBe(
        `TypeError: conservation: must go on as resumeFrom remembers it, conservation({"laws":["layer"],"biases":true,"matrix":"norm"}), got conservation({"laws":${JSON.stringify(laws)},"biases":true,"matrix":"norm"})`,
      );
    }
  });

  it('has the drift of a run that was not stopped', async () => {
    const whole = await lastValueFrom(gradientDescent(rate).pipe(take(40), conservation(), toArray()));
    const from = await snapshotOf(gradientDescent(rate).pipe(conservation()));
    const rest = gradientDescent({ ...rate, resumeFrom: from }).pipe(take(20), conservation(), tap({}), toArray());
    expect((await lastValueFrom(rest)).map(({ drift }) => drift)).toEqual(whole.slice(20).map(({ drift }) => drift));
  });
});
