import { asyncScheduler, delay, firstValueFrom, lastValueFrom, map, observeOn, take, tap, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { xor } from '../src/math/data/xor.ts';
import { memoryless } from '../src/math/memory.ts';
import { mlp } from '../src/math/models/mlp.ts';
import { objective } from '../src/math/risk.ts';
import type { Step } from '../src/operators/sources/descend.ts';
import { gradientDescent } from '../src/operators/sources/gradient-descent.ts';
import { checkMode, type Snapshot, type State } from '../src/state.ts';
import { stoppedClock } from './helpers/clock.ts';
import { quadratic } from './helpers/quadratic.ts';

const eta = 0.1;
const run = () => gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 2), learningRate: eta });
const over = (step: number) =>
  new Error(
    `state: step ${step} is over and its buffers hold another; read state while its row is handled, and copy() what you keep`,
  );
const getters = [
  'objective',
  'theta',
  'gradient',
  'update',
  'dim',
  'sums',
  'updateSums',
  'edge',
  'preconditioner',
  'hvp',
  'evaluation',
] as const;
/** Handles so many rows; what is thrown meanwhile is thrown here. */
const eachOf = (rows: number, handle: (row: Step) => void) => lastValueFrom(run().pipe(take(rows), tap(handle)));
/** The state of step 0, by way of an operator that lets time pass. */
const states = <T>(use: (state: State) => T): T[] => {
  const kept: T[] = [];
  run()
    .pipe(take(2))
    .subscribe(({ state, step }) => void (step || kept.push(use(state))));
  return kept;
};

describe('state', () => {
  stoppedClock();

  it('is, while its row is handled, where the run is', async () => {
    await eachOf(3, ({ state, step }) => {
      const theta = [0.7 ** step, 2 * 0.9 ** step]; // θᵢ ← (1 − ηhᵢ)θᵢ
      const close = (values: Float64Array, expected: number[]) =>
        expected.forEach((x, i) => void expect(values[i]).toBeCloseTo(x, 14));
      close(state.theta, theta);
      close(state.gradient, [3 * theta[0]!, theta[1]!]);
      close(state.update, [-eta * 3 * theta[0]!, -eta * theta[1]!]);
      close(state.hvp(Float64Array.of(5, 7), new Float64Array(2)), [15, 7]);
      expect(state.dim).toBe(2);
      expect(state.edge).toBe(2 / eta);
      expect(state.preconditioner).toBeNull();
      expect(state.objective.tensors[0]!.name).toBe('W1');
      expect(state.sums.weightNormSq[0]).toBeCloseTo(theta[0]! ** 2 + theta[1]! ** 2, 14);
      expect(state.updateSums.inner[0]).toBeCloseTo(-eta * (3 * theta[0]! ** 2 + theta[1]! ** 2), 14);
      expect(state.updateSums.normSq[0]).toBeCloseTo(eta ** 2 * (9 * theta[0]! ** 2 + theta[1]! ** 2), 14);
      close(state.evaluation.gnvp!(Float64Array.of(1, 1), new Float64Array(2)), [3, 1]);
    });
    expect.assertions(3 * 17);
  });

  it.each(getters)('refuses to give %s once its row is over', (name) => {
    const [state] = states((state) => state);
    expect(() => state![name]).toThrow(over(0));
  });

  it('is over when the next row comes, while the run goes on', async () => {
    let previous: State | undefined;
    let rows = 0;
    await eachOf(3, ({ state, step }) => {
      rows++;
      if (previous) expect(() => previous!.theta).toThrow(over(step - 1));
      previous = state;
      expect(state.theta).toHaveLength(2);
    });
    expect(rows).toBe(3);
  });

  it('refuses to be copied, to make a snapshot and to remember once its row is over', () => {
    const [state] = states((state) => state);
    expect(() => state!.copy()).toThrow(over(0));
    expect(() => state!.snapshot()).toThrow(over(0));
    expect(() => state!.remember('x', { name: 'x', options: '{}', ...memoryless })).toThrow(over(0));
  });

  it('cannot be read after an await', async () => {
    let first: State | undefined;
    await lastValueFrom(
      run().pipe(
        take(2),
        tap(({ state }) => void (first ??= state)),
      ),
    );
    expect(() => first!.theta).toThrow(over(0));
  });

  it('cannot be read out of an array of rows, but for the last', async () => {
    const rows = await lastValueFrom(run().pipe(take(3), toArray()));
    for (const [step, { state }] of rows.slice(0, -1).entries()) expect(() => state.theta).toThrow(over(step));
    expect(rows.at(-1)!.state.theta[0]).toBeCloseTo(0.7 ** 2, 14);
  });

  it('of the last row keeps its vectors and gives a snapshot, but no products', async () => {
    const { state } = await lastValueFrom(run().pipe(take(3)));
    await new Promise((later) => setTimeout(later, 1));
    expect(state.theta[0]).toBeCloseTo(0.7 ** 2, 14);
    expect(state.copy().update[0]).toBeCloseTo(-0.3 * 0.7 ** 2, 14);
    expect(state.updateSums.normSq[0]).toBeCloseTo(state.update[0]! ** 2 + state.update[1]! ** 2, 14);
    const closed = 'state: step 2 was the last of its run, whose engine is closed';
    expect(() => state.hvp).toThrow(closed);
    expect(() => state.evaluation.gnvp!(Float64Array.of(1, 1), new Float64Array(2))).toThrow(closed);
    const next = await firstValueFrom(
      gradientDescent({ objective: quadratic(3, 1), learningRate: eta, resumeFrom: state.snapshot() }),
    );
    expect([next.step, next.state.theta[0]]).toEqual([3, expect.closeTo(0.7 ** 3, 14)]);
  });

  it.each([
    ['observeOn', observeOn<Step>(asyncScheduler)],
    ['delay', delay<Step>(1)],
  ])('cannot be read below %s: the stream errors', async (_, later) => {
    const read = run().pipe(
      take(2),
      later,
      map(({ state }) => state.theta[0]),
    );
    await expect(lastValueFrom(read)).rejects.toThrow(over(0));
  });

  it('can be read by operators that emit on completion, within the last row', () => {
    let theta: number | undefined;
    run()
      .pipe(take(3), toArray())
      .subscribe((rows) => (theta = rows.at(-1)!.state.theta[0]));
    expect(theta).toBeCloseTo(0.7 ** 2, 14);
  });

  it('hands out products that know when they are over', () => {
    const v = Float64Array.of(1, 1);
    const [[hvp, evaluation]] = states((state) => [state.hvp, state.evaluation] as const) as [
      [State['hvp'], State['evaluation']],
    ];
    expect(() => hvp(v, v.slice())).toThrow(over(0));
    for (const product of ['hvp', 'gnvp', 'jvp', 'vjp'] as const) {
      expect(() => evaluation[product]!(v, v.slice())).toThrow(over(0));
    }
  });

  it('hands out the pre-activations of the row, and not of a later one', () => {
    const L = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: xor({ n: 4 }) });
    const z1 = () => new Float64Array(4 * 3);
    let evaluation: State['evaluation'] | undefined;
    gradientDescent({ objective: L, theta0: L.start(), learningRate: eta })
      .pipe(take(2))
      .subscribe(({ state, step }) => {
        if (step) return;
        evaluation = state.evaluation;
        const [W1] = L.tensors;
        const row = state.theta.subarray(W1!.offset, W1!.offset + 2);
        const [a, b] = L.dataset.x;
        expect(evaluation.preActivations!(1, z1())[0]).toBeCloseTo(row[0]! * a! + row[1]! * b!, 14);
      });
    expect(() => evaluation!.preActivations!(1, z1())).toThrow(over(0));
    expect.assertions(2);
  });

  it('keeps one run apart from another', () => {
    const seen: number[] = [];
    run()
      .pipe(take(2))
      .subscribe(({ state }) => {
        run().pipe(take(5)).subscribe();
        seen.push(state.theta[1]!);
      });
    expect(seen).toEqual([2, 2 + -eta * 2]);
  });
});

describe('state on a running clock', () => {
  it('cannot be read after unsubscribing between two slices', async () => {
    let last: Step | undefined;
    const subscription = run().subscribe((row) => (last = row));
    await new Promise((resolve) => setTimeout(resolve, 5));
    subscription.unsubscribe();
    expect(() => last!.state.gradient).toThrow('is over and its buffers hold another');
  });
});

describe('a copy', () => {
  stoppedClock();

  it('survives the steps after it', () => {
    const copies: ReturnType<State['copy']>[] = [];
    const wanted: number[][] = [];
    run()
      .pipe(take(3))
      .subscribe(({ state }) => {
        copies.push(state.copy());
        wanted.push([...state.theta, ...state.gradient, ...state.update]);
      });
    expect(copies.map(({ theta, gradient, update }) => [...theta, ...gradient, ...update])).toEqual(wanted);
    expect(new Set(wanted.map(String)).size).toBe(3);
  });

  it('is the reader’s own: writing to it does not move the run', () => {
    const thetas: number[] = [];
    run()
      .pipe(take(2))
      .subscribe(({ state }) => {
        const copy = state.copy();
        thetas.push(copy.theta[1]!);
        for (const array of Object.values(copy)) array.fill(99);
      });
    expect(thetas).toEqual([2, 2 + -eta * 2]);
  });
});

describe('in check mode', () => {
  stoppedClock();

  it('the tests run', () => expect(checkMode()).toBe(true));

  const arrays = {
    theta: (state: State) => state.theta,
    gradient: (state: State) => state.gradient,
    update: (state: State) => state.update,
    'sums.weightNormSq': (state: State) => state.sums.weightNormSq,
    'sums.gradientNormSq': (state: State) => state.sums.gradientNormSq,
    'sums.inner': (state: State) => state.sums.inner,
    'updateSums.inner': (state: State) => state.updateSums.inner,
    'updateSums.normSq': (state: State) => state.updateSums.normSq,
  };

  it.each(Object.entries(arrays))(
    'an array of %s that was kept without a copy is NaN from the next step on',
    async (_, read) => {
      const kept: Float64Array[] = [];
      await eachOf(3, ({ state }) => {
        const array = read(state);
        expect(array.every(Number.isFinite)).toBe(true);
        kept.push(array);
      });
      const last = kept.at(-1)!;
      for (const array of kept) expect([...array].every(Number.isNaN)).toBe(array !== last);
      expect(new Set(kept).size).toBe(3);
    },
  );

  describe('or out of it', () => {
    let before: string | undefined;
    beforeEach(() => {
      before = process.env['RXDESCENT_CHECK'];
    });
    afterEach(() => {
      process.env['RXDESCENT_CHECK'] = before;
    });

    it('the rows are the same to the bit', async () => {
      const L = objective({ model: mlp({ hidden: [4], bias: true }), loss: 'cross-entropy', data: xor({ n: 10 }) });
      const rows = () =>
        lastValueFrom(
          gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.5 }).pipe(
            take(20),
            map(({ state, ...row }) => ({ ...row, ...state.copy() })),
            toArray(),
          ),
        );
      const checked = await rows();
      process.env['RXDESCENT_CHECK'] = '0';
      expect(checkMode()).toBe(false);
      expect(await rows()).toEqual(checked);
    });
  });
});

describe('a snapshot', () => {
  stoppedClock();

  const snapshots = (): Snapshot[] => {
    const taken: Snapshot[] = [];
    run()
      .pipe(
        take(4),
        tap(({ state }) => taken.push(state.snapshot())),
      )
      .subscribe();
    return taken;
  };

  it('holds what decides the rows to come, and survives the steps after it', () => {
    for (const [step, { theta, update, ...rest }] of snapshots().entries()) {
      expect(rest).toEqual({
        step,
        objective: {
          hash: undefined,
          bits: undefined,
          loss: expect.closeTo(1.5 * theta[0]! ** 2 + 0.5 * theta[1]! ** 2, 14),
        },
        optimizer: { name: 'gradientDescent', memory: null },
        memories: {},
      });
      expect(theta[0]).toBeCloseTo(0.7 ** step, 14);
      expect(update[0]).toBeCloseTo(-0.3 * 0.7 ** step, 14);
    }
  });

  it('is plain data', () => {
    const [, second] = snapshots();
    expect(structuredClone(second)).toEqual(second);
  });

  it('is not used up by a run that goes on from it', async () => {
    const [, second] = snapshots();
    const before = structuredClone(second);
    const resumed = () =>
      lastValueFrom(
        gradientDescent({
          objective: quadratic(3, 1),
          theta0: Float64Array.of(1, 2),
          learningRate: eta,
          resumeFrom: second!,
        }).pipe(
          take(3),
          map(({ state, ...row }) => row),
          toArray(),
        ),
      );
    const first = await resumed();
    expect(second).toEqual(before);
    expect(await resumed()).toEqual(first);
    expect(first.map(({ step }) => step)).toEqual([2, 3, 4]);
  });
});
