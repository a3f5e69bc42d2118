import { lastValueFrom, map, Observable, type ObservedValueOf, repeat, take, tap, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { xor } from '../../../src/math/data/xor.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective as risk } from '../../../src/math/risk.ts';
import { columns, type Step } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import type { Snapshot } from '../../../src/state.ts';
import { isStream } from '../../../src/stream.ts';
import { stoppedClock } from '../../helpers/clock.ts';
import { rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const h = [3, 1];
const theta0 = Float64Array.of(1, -2);
const learningRate = 0.1;
const sources = (fail?: (evaluated: number) => void) => {
  const objective = watched(quadratic(...h), fail);
  return { objective, run: gradientDescent({ objective, theta0, learningRate }), watch: objective.watch };
};
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('gradientDescent', () => {
  it('follows θᵢ ← (1 − ηhᵢ)θᵢ on a quadratic, from θ₀ on', async () => {
    const rows = await lastValueFrom(
      sources().run.pipe(
        take(50),
        map(({ state, ...row }) => ({ ...row, ...state.copy() })),
        toArray(),
      ),
    );
    for (const [t, row] of rows.entries()) {
      const theta = h.map((hi, i) => (1 - learningRate * hi) ** t * theta0[i]!);
      // t roundings of at most ε/2 each, in relative terms
      const close = (value: number, expected: number) =>
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(4 * (t + 4) * Number.EPSILON * Math.abs(expected));
      expect([row.step, row.learningRate]).toEqual([t, learningRate]);
      for (const [i, hi] of h.entries()) {
        close(row.theta[i]!, theta[i]!);
        close(row.gradient[i]!, hi * theta[i]!);
        close(row.update[i]!, -learningRate * hi * theta[i]!);
      }
      close(row.loss, (h[0]! * theta[0]! ** 2 + h[1]! * theta[1]! ** 2) / 2);
      close(row.weightNormSq[0]!, theta[0]! ** 2 + theta[1]! ** 2);
      close(row.gradientNormSq[0]!, (h[0]! * theta[0]!) ** 2 + (h[1]! * theta[1]!) ** 2);
    }
  });

  it('moves each parameter by exactly −η times its gradient, rounded once and added', async () => {
    const L = risk({ model: mlp({ hidden: [3], bias: true }), loss: 'cross-entropy', data: xor({ n: 8 }) });
    const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.3 });
    const copies = await lastValueFrom(
      run.pipe(
        take(5),
        map(({ state }) => state.copy()),
        toArray(),
      ),
    );
    for (const [t, { theta, gradient, update }] of copies.entries()) {
      expect(update).toEqual(gradient.map((g) => -0.3 * g));
      if (t + 1 < copies.length) expect(copies[t + 1]!.theta).toEqual(theta.map((w, i) => w + update[i]!));
    }
  });

  it('reports the norms of the weights layer by layer, biases apart', async () => {
    const L = risk({ model: mlp({ hidden: [3, 2], bias: true }), loss: 'cross-entropy', data: xor({ n: 8 }) });
    const row = await lastValueFrom(
      gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.3 }).pipe(
        take(1),
        map(({ state, ...rest }) => ({ ...rest, ...state.copy() })),
      ),
    );
    const square = (a: Float64Array, name: string) => {
      const { offset, rows, cols } = L.tensors.find((tensor) => tensor.name === name)!;
      return a.subarray(offset, offset + rows * cols).reduce((sum, x) => sum + x * x, 0);
    };
    // engines add up in orders of their own
    ['W1', 'W2', 'W3'].forEach((name, l) => {
      expect(row.weightNormSq[l]).toBeCloseTo(square(row.theta, name), 14);
      expect(row.gradientNormSq[l]).toBeCloseTo(square(row.gradient, name), 14);
    });
  });

  it('declares its columns, and has no others', async () => {
    const { run } = sources();
    expect(isStream(run)).toBe(true);
    expect(run.columns).toBe(columns);
    expect(Object.keys(await lastValueFrom(run.pipe(take(1)))).sort()).toEqual(
      ['state', ...Object.keys(columns)].sort(),
    );
    expectTypeOf<ObservedValueOf<typeof run>>().toEqualTypeOf<Step>();
  });

  it('hands each row its own object and lists', async () => {
    const rows = await rowsOf(sources().run.pipe(take(2)));
    expect(rows[0]).not.toBe(rows[1]);
    expect(rows[0]!.weightNormSq).not.toBe(rows[1]!.weightNormSq);
    expect(rows[0]!.weightNormSq[0]).toBe(5);
  });

  it('is the same to the bit with a weight decay of 0, and follows θ ← (1 − η(h + w))θ with one', async () => {
    const L = risk({ model: mlp({ hidden: [3], bias: true }), loss: 'cross-entropy', data: xor({ n: 8 }) });
    const start = { objective: L, theta0: L.start(), learningRate: 0.3 };
    const plain = await rowsOf(gradientDescent(start).pipe(take(30)));
    expect(await rowsOf(gradientDescent({ ...start, weightDecay: 0 }).pipe(take(30)))).toEqual(plain);
    const weightDecay = 0.5;
    const decaying = gradientDescent({ objective: quadratic(...h), theta0, learningRate, weightDecay });
    const seen: number[][] = [];
    decaying.pipe(take(10)).subscribe(({ state }) => seen.push([...state.theta]));
    for (const [t, theta] of seen.entries()) {
      for (const [i, hi] of h.entries()) {
        expect(theta[i]! / ((1 - learningRate * (hi + weightDecay)) ** t * theta0[i]!)).toBeCloseTo(1, 13);
      }
    }
  });

  it('leaves θ₀ as it was', async () => {
    const { run } = sources();
    await rowsOf(run.pipe(take(20)));
    expect([...theta0]).toEqual([1, -2]);
  });

  it('begins where θ₀ was when it was subscribed to', async () => {
    const mine = theta0.slice();
    const run = gradientDescent({ objective: quadratic(...h), theta0: mine, learningRate });
    const first = await rowsOf(run.pipe(take(3)));
    expect(await rowsOf(run.pipe(take(3)))).toEqual(first);
  });

  it('makes rows of a run that diverges, and no error', async () => {
    const rows = await rowsOf(
      gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 1e160 }).pipe(take(5)),
    );
    expect(rows.map(({ loss }) => loss)).toEqual([0.5, Infinity, Infinity, NaN, NaN]); // θ: 1, −1e160, 1e320 = ∞, ∞ − ∞
  });

  describe('stops, in time,', () => {
    it('at an error of the objective in a later slice', async () => {
      const begun = performance.now();
      const { run, watch } = sources(() => {
        if (performance.now() > begun + 40) throw new Error('engine');
      });
      await expect(lastValueFrom(run)).rejects.toThrow('engine');
      expect(watch).toMatchObject({ opened: 1, closed: 1 });
    });

    it('within a slice when a timer unsubscribes: it lets timers have their turn', async () => {
      const { run, watch } = sources();
      let rows = 0;
      const subscription = run.subscribe(() => rows++);
      const atOnce = rows;
      expect(atOnce).toBeGreaterThan(0);
      await later(30);
      expect(rows).toBeGreaterThan(atOnce); // it went on by itself
      subscription.unsubscribe();
      const stopped = rows;
      expect(watch).toEqual({ opened: 1, closed: 1, evaluated: stopped });
      await later(30);
      expect(rows).toBe(stopped);
      subscription.unsubscribe();
      expect(watch).toEqual({ opened: 1, closed: 1, evaluated: stopped });
    });

    it('when it is unsubscribed from within a row', () => {
      const { run, watch } = sources();
      const unsubscribing = new Observable<number>((subscriber) => {
        const inner = run.subscribe(({ step }) => {
          subscriber.next(step);
          if (step === 2) subscriber.complete();
        });
        return inner;
      });
      // the inner subscription is not there yet when row 2 comes: it is torn down as soon as it is handed back
      unsubscribing.subscribe();
      expect(watch).toMatchObject({ opened: 1, closed: 1 });
    });
  });

  describe('on a stopped clock', () => {
    stoppedClock();

    it('gives a second subscriber the same rows to the bit, also one at a time with the first', async () => {
      const L = risk({ model: mlp({ hidden: [4], activation: 'tanh' }), loss: 'mse', data: xor({ n: 6 }) });
      const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.5 });
      const first = await rowsOf(run.pipe(take(30)));
      expect(await rowsOf(run.pipe(take(30)))).toEqual(first);
      const both: unknown[][] = [[], []];
      run
        .pipe(
          take(3),
          map(({ loss }) => loss),
        )
        .subscribe((loss) => {
          both[0]!.push(loss);
          run
            .pipe(
              take(both[0]!.length),
              map((row) => row.loss),
            )
            .subscribe({ next: (value) => both[1]!.push(value) });
        });
      const [a, b, c] = first.map(({ loss }) => loss);
      expect(both).toEqual([
        [a, b, c],
        [a, a, b, a, b, c],
      ]);
    });

    it('opens nothing before it is subscribed to, and anew for each subscriber', () => {
      const { run, watch } = sources();
      const chain = run.pipe(take(2));
      expect(watch.opened).toBe(0);
      chain.pipe(repeat(3)).subscribe();
      expect(watch).toEqual({ opened: 3, closed: 3, evaluated: 6 });
    });

    it('stops at take(n) without another evaluation, and closes its evaluation once', () => {
      const { run, watch } = sources();
      const seen: number[] = [];
      run.pipe(take(7)).subscribe(({ step }) => seen.push(step));
      // all of it within the subscription: seven steps are far below a slice
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(watch).toEqual({ opened: 1, closed: 1, evaluated: 7 });
    });

    it('stops at an error below it', () => {
      const { run, watch } = sources();
      const errors: unknown[] = [];
      run
        .pipe(
          map(({ step }) => {
            if (step === 3) throw new Error('below');
            return step;
          }),
        )
        .subscribe({ error: (error) => errors.push(error) });
      expect(errors).toEqual([new Error('below')]);
      expect(watch).toEqual({ opened: 1, closed: 1, evaluated: 4 });
    });

    it('stops at an error of the objective, which becomes the stream’s, in the first slice', () => {
      const { run, watch } = sources((evaluated) => {
        if (evaluated === 2) throw new Error('engine');
      });
      const seen: unknown[] = [];
      run.subscribe({ next: ({ step }) => seen.push(step), error: (error) => seen.push(error) });
      expect(seen).toEqual([0, 1, new Error('engine')]);
      expect(watch).toMatchObject({ opened: 1, closed: 1 });
    });

    it('ends with an error of the stream where the objective cannot be opened', () => {
      const objective = {
        ...quadratic(1),
        open: () => {
          throw new Error('no engine');
        },
      };
      const errors: unknown[] = [];
      gradientDescent({ objective, theta0: Float64Array.of(1), learningRate }).subscribe({
        error: (error) => errors.push(error),
      });
      expect(errors).toEqual([new Error('no engine')]);
    });
  });

  it('yields to setImmediate while it runs: others have a turn after each of its slices', async () => {
    const { run } = sources();
    let rows = 0;
    const subscription = run.subscribe(() => rows++);
    const seen = [0];
    while (seen.length <= 5) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(rows);
    }
    subscription.unsubscribe();
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });

  describe('refuses', () => {
    it.each([0, -1, NaN, Infinity])('a learning rate of %s when it is called', (rate) => {
      expect(() =>
        gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: rate }),
      ).toThrow(new RangeError(`gradientDescent: learningRate must be positive and finite, got ${rate}`));
    });

    it('a θ₀ of another length when it is called', () => {
      expect(() => gradientDescent({ objective: quadratic(1, 2), theta0: Float64Array.of(1), learningRate })).toThrow(
        new TypeError('gradientDescent: theta0 must have 2 entries, got 1'),
      );
    });

    it('a snapshot of another objective when it is called', () => {
      let from: Snapshot | undefined;
      sources()
        .run.pipe(take(1))
        .subscribe(({ state }) => void (from = state.snapshot()));
      expect(() =>
        gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate, resumeFrom: from! }),
      ).toThrow(new TypeError('gradientDescent: resumeFrom must be a snapshot of 1 parameters, got one of 2'));
    });
  });

  describe('from a snapshot', () => {
    const L = risk({ model: mlp({ hidden: [4], bias: true }), loss: 'cross-entropy', data: xor({ n: 12 }) });
    const start = { objective: L, theta0: L.start(), learningRate: 0.4 };
    const taken = async (at: number) => {
      let snapshot: Snapshot | undefined;
      await rowsOf(
        gradientDescent(start).pipe(
          take(at + 1),
          tap(({ state }) => void (snapshot = state.snapshot())),
        ),
      );
      return snapshot!;
    };

    it.each([0, 1, 9])('goes on after row %s to the bit', async (at) => {
      const whole = await rowsOf(gradientDescent(start).pipe(take(20)));
      const rest = await rowsOf(gradientDescent({ ...start, resumeFrom: await taken(at) }).pipe(take(19 - at)));
      expect(rest).toEqual(whole.slice(at + 1));
    });

    it('takes its first step as it was, and its own learning rate from there on: a fork', async () => {
      const from = await taken(3);
      const [first, second] = await lastValueFrom(
        gradientDescent({ ...start, learningRate: 0.01, resumeFrom: from }).pipe(
          take(2),
          map(({ state }) => state.copy()),
          toArray(),
        ),
      );
      expect(first!.theta).toEqual(from.theta.map((w, i) => w + from.update[i]!));
      expect(second!.theta).toEqual(first!.theta.map((w, i) => w + -0.01 * first!.gradient[i]!));
    });
  });
});
