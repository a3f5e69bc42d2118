import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { setTimeout as wait } from 'node:timers/promises';
import {
  bufferCount,
  concat,
  filter,
  interval,
  last,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  scan,
  take,
  takeWhile,
  tap,
  throwError,
  toArray,
  zip,
} from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { sharpness } from '../../../src/operators/measures/hessian.ts';
import { steps } from '../../../src/operators/sinks/steps.ts';
import { tee } from '../../../src/operators/sinks/tee.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import type { Step } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { StreamReader } from '../../../src/tables/stream-reader.ts';
import { kept, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { rowsIn, scratch } from './tables.ts';

const at = scratch();
const learningRate = 0.1;
const setup = (fail?: (evaluated: number) => void) => {
  const objective = watched(quadratic(2), fail);
  const run = (eta = learningRate) => gradientDescent({ objective, theta0: Float64Array.of(1), learningRate: eta });
  return { ...objective, run };
};
/** L = θ², so θ ← (1 − 2η)θ. */
const theta = (step: number, eta = learningRate) => (1 - 2 * eta) ** step;

async function collect<R>(rows: AsyncIterable<R>): Promise<R[]> {
  const all: R[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('steps', () => {
  it('gives the rows that a subscriber gets', async () => {
    const { run } = setup();
    const measured = run().pipe(take(50), conservation(), every(3), sharpness());
    const pulled: object[] = [];
    for await (const row of steps(measured)) pulled.push(kept(row));
    expect(pulled).toEqual(await rowsOf(measured));
    expect(pulled).toHaveLength(17);
  });

  it('makes a step when a row is asked for, and none ahead', async () => {
    const { run, watch } = setup();
    const rows = steps(run());
    expect(watch.opened).toBe(0);
    const made: number[] = [];
    for (let i = 0; i < 4; i++) {
      await rows.next();
      await wait(5);
      made.push(watch.evaluated);
    }
    expect(made).toEqual([1, 2, 3, 4]);
    await rows.return!();
  });

  it('keeps state valid in the body, after an await too, until the next row is asked for', async () => {
    const { run } = setup();
    let before: Step | undefined;
    for await (const row of steps(run().pipe(take(5)))) {
      await wait(2);
      expect(row.state.theta[0]).toBeCloseTo(theta(row.step), 14);
      const stale = before;
      if (stale) expect(() => stale.state.theta).toThrow(`state: step ${stale.step} is over`);
      before = row;
    }
    expect(before!.step).toBe(4); // the last row too, though take() had left the source
    expect(before!.state.theta[0]).toBeCloseTo(theta(4), 14);
  });

  it('makes the steps that lead to the next row, if operators drop some', async () => {
    const { run, watch } = setup();
    const rows = steps(
      run().pipe(
        filter(({ step }) => step % 100 === 99),
        map(({ step, state }) => ({ step, theta: state.theta[0] })),
      ),
    );
    expect(await rows.next()).toEqual({ done: false, value: { step: 99, theta: expect.closeTo(theta(99), 14) } });
    expect(watch.evaluated).toBe(100);
    await rows.return!();
    expect(watch).toMatchObject({ opened: 1, closed: 1, evaluated: 100 });
  });

  it('goes from one run of a sweep to the next, with one step for one row', async () => {
    const { run, watch } = setup();
    const grid = { learningRate: [0.1, 0.2], seed: [1, 2] };
    const seen: unknown[] = [];
    for await (const row of steps(sweep(grid, (point) => run(point.learningRate).pipe(take(3))))) {
      await wait(1);
      seen.push([row.run, row.step]);
      expect(row.state.theta[0]).toBeCloseTo(theta(row.step, row.learningRate), 14);
      expect(watch.evaluated).toBe(seen.length);
    }
    expect(seen).toEqual([0, 1, 2, 3].flatMap((k) => [0, 1, 2].map((step) => [k, step])));
    expect(watch).toEqual({ opened: 4, closed: 4, evaluated: 12 });
  });

  it('hands on the rows of every branch of a tee before it makes another step', async () => {
    const { run, watch } = setup();
    const branches = run().pipe(
      take(3),
      tee(
        (a) => a.pipe(map(({ step, state }) => [`a${step}`, state] as const)),
        (b) => b.pipe(map(({ step, state }) => [`b${step}`, state] as const)),
      ),
    );
    const seen: unknown[] = [];
    for await (const [name, state] of steps(branches)) {
      await wait(1);
      seen.push([name, watch.evaluated, state.theta.length]);
    }
    expect(seen).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'].map((name, i) => [name, 1 + Math.floor(i / 2), 1]));
  });

  it('pulls through operators of RxJS that subscribe to runs of their own', async () => {
    const { run, watch } = setup();
    const inner = (eta: number) => run(eta).pipe(take(4), last());
    const ends = of(0.1, 0.2).pipe(mergeMap(inner), bufferCount(2));
    const [[a, b]] = (await collect(steps(ends))) as [[Step, Step]];
    expect([a.loss, b.loss]).toEqual([expect.closeTo(theta(3, 0.1) ** 2, 14), expect.closeTo(theta(3, 0.2) ** 2, 14)]);
    expect(watch).toEqual({ opened: 2, closed: 2, evaluated: 8 });
  });

  it('takes runs in turns if several are zipped: none gets ahead', async () => {
    const { run, watch } = setup();
    for await (const [a, b] of steps(zip(run(0.1), run(0.2)))) {
      await wait(1);
      expect([a.step, b.step, watch.evaluated]).toEqual([a.step, a.step, 2 * (a.step + 1)]);
      expect([a.state.theta[0], b.state.theta[0]]).toEqual([
        expect.closeTo(theta(a.step, 0.1), 14),
        expect.closeTo(theta(a.step, 0.2), 14),
      ]);
      if (a.step === 5) break;
    }
    expect(watch).toEqual({ opened: 2, closed: 2, evaluated: 12 });
  });

  it.each(['break', 'throw', 'return'] as const)('closes the run at %s', async (how) => {
    const { run, watch } = setup();
    const loop = async () => {
      for await (const { step } of steps(run())) {
        if (step < 3) continue;
        if (how === 'throw') throw new Error('body');
        if (how === 'return') return;
        break;
      }
    };
    await loop().catch((error: unknown) => expect(error).toEqual(new Error('body')));
    expect(watch).toEqual({ opened: 1, closed: 1, evaluated: 4 });
  });

  it('closes the run while a row is being made, if no row ever comes', async () => {
    const { run, watch } = setup();
    const rows = steps(run().pipe(filter(() => false)));
    const pending = rows.next();
    await wait(20);
    await rows.return!();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(watch).toMatchObject({ opened: 1, closed: 1 });
  });

  it('opens nothing if it is left before its first row', async () => {
    const { run, watch } = setup();
    const rows = steps(run());
    await rows.return!();
    expect([await rows.next(), watch.opened]).toEqual([{ done: true, value: undefined }, 0]);
  });

  it('writes the table of the rows that were asked for when the loop is left', async () => {
    const { run } = setup();
    for await (const { step } of steps(run().pipe(toArrow(at('pulled.arrow'))))) if (step === 6) break;
    const rows = rowsIn(new StreamReader(at('pulled.arrow')).batches());
    expect(rows.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('throws the error of the run after the rows before it, and is over then', async () => {
    const { run, watch } = setup((evaluated) => {
      if (evaluated === 3) throw new Error('engine');
    });
    const seen: unknown[] = [];
    const rows = steps(run());
    for (let i = 0; i < 4; i++) {
      seen.push(
        await rows.next().then(
          ({ value }) => (value as Step).step,
          (error: unknown) => error,
        ),
      );
    }
    expect(seen).toEqual([0, 1, 2, new Error('engine')]);
    expect(await rows.next()).toEqual({ done: true, value: undefined });
    expect(watch).toMatchObject({ opened: 1, closed: 1 });
  });

  it('ends at an abort of its signal: in the body, while a row is made, and before the first', async () => {
    const { run, watch } = setup();
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const { step, state } of steps(run(), { signal: abort.signal })) {
      seen.push(step);
      if (step === 2) abort.abort();
      await wait(1);
      expect(state.theta[0]).toBeCloseTo(theta(step), 14);
    }
    expect(seen).toEqual([0, 1, 2]);
    const never = run().pipe(filter(() => false));
    expect(await collect(steps(never, { signal: AbortSignal.timeout(20) }))).toEqual([]);
    expect(await collect(steps(NEVER, { signal: AbortSignal.timeout(20) }))).toEqual([]);
    expect(await collect(steps(run(), { signal: abort.signal }))).toEqual([]);
    expect(watch).toMatchObject({ opened: 2, closed: 2 });
  });

  it('begins anew with each iterator', async () => {
    const { run, watch } = setup();
    const first = (await collect(steps(run().pipe(take(4))))).map(kept);
    expect((await collect(steps(run().pipe(take(4))))).map(kept)).toEqual(first);
    expect(watch).toEqual({ opened: 2, closed: 2, evaluated: 8 });
  });

  it('leaves other subscribers to run on their own while a loop goes', async () => {
    const { run } = setup();
    for await (const { step } of steps(run())) {
      if (step === 1)
        expect(
          await lastValueFrom(
            run().pipe(
              take(20),
              map(({ step }) => step),
            ),
          ),
        ).toBe(19);
      if (step === 2) break;
    }
  });

  it('queues rows that come by themselves, and those of a source that cannot wait', async () => {
    expect(await collect(steps(interval(1).pipe(take(3))))).toEqual([0, 1, 2]);
    expect(await collect(steps(of(1, 2, 3)))).toEqual([1, 2, 3]);
    const broken = concat(
      of(1, 2),
      throwError(() => 'broken'),
    );
    const seen: unknown[] = [];
    await collect(steps(broken.pipe(tap((x) => seen.push(x))))).catch((error: unknown) => seen.push(error));
    expect(seen).toEqual([1, 2, 'broken']);
  });

  it('lets timers have their turn while it makes rows that nobody waits between', async () => {
    const { run } = setup();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const until = performance.now() + 100;
    for await (const _ of steps(run())) if (performance.now() > until) break;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  it('is a source of Web streams, which ask for no row ahead', async () => {
    const { run, watch } = setup();
    // biome-ignore lint/suspicious/noExplicitAny: Node's types of 20 lack ReadableStream.from
    const stream = (ReadableStream as any).from(steps(run())) as ReadableStream<Step>;
    const reader = stream.getReader();
    for (let step = 0; step < 3; step++) {
      const { value } = await reader.read();
      await wait(2);
      expect([value!.step, value!.state.theta[0]]).toEqual([step, expect.closeTo(theta(step), 14)]);
    }
    await reader.cancel();
    expect(watch).toEqual({ opened: 1, closed: 1, evaluated: 3 });
  });

  it('is a source of Node’s streams', async () => {
    const { run, watch } = setup();
    const losses = run().pipe(
      takeWhile(({ step }) => step < 40),
      scan((sum, { loss }) => sum + loss, 0),
    );
    expect(await Readable.from(steps(losses)).toArray()).toEqual(await lastValueFrom(losses.pipe(toArray())));
    const readable = Readable.from(steps(run()), { highWaterMark: 1 });
    for await (const { step } of readable) if (step === 3) break;
    expect(watch.opened).toBe(watch.closed);
  });

  it('refuses what is no Observable, and options that are none', () => {
    expect(() => steps(3 as never)).toThrow(new TypeError('steps: expected a Stream or an Observable, got 3'));
    expect(() => steps(of(1), { signal: 3 as never })).toThrow('steps: signal: expected an AbortSignal, got 3');
    expect(() => steps(of(1), { sgnal: 3 } as never)).toThrow('steps: expected options among signal, got sgnal');
  });

  it('has the rows of the stream as its type', async () => {
    const { run } = setup();
    expectTypeOf(steps(run().pipe(sharpness()))).toExtend<AsyncIterable<{ sharpness: number; step: number }>>();
    expect(await collect(steps(run().pipe(take(0))))).toEqual([]);
  });
});
