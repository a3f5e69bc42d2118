import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, map, type Observable, take, toArray } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  adam,
  adamw,
  chebyshev,
  conservation,
  type Descent,
  driftBudget,
  edgeOfStability,
  ema,
  float64,
  gradientDescent,
  gradientFlow,
  hessian,
  measure,
  mlp,
  momentum,
  objective,
  readSnapshot,
  rmsprop,
  type Snapshot,
  type Step,
  type Stream,
  saveSnapshot,
  sgd,
} from '../../src/index.ts';

const L = objective({ model: mlp({ hidden: [8, 6], bias: true }), loss: 'mse', data: chebyshev({ n: 16, degree: 3 }) });
const descent = { objective: L, learningRate: 0.02 };

/** A walk of one's own, with draws of its own. */
const walk = measure({ walk: float64('a random walk') }, ({ random }) => {
  let at = 0;
  return {
    row: () => ({ walk: (at += random.normal(1)[0]!) }),
    snapshot: () => at,
    restore: (saved: number) => void (at = saved),
  };
});
const chain = (run: Stream<Step>) =>
  run.pipe(conservation({ laws: ['layer', 'neuron'] }), hessian({ every: 4 }), ema('loss'), walk);
const withEdge = (run: Stream<Step>) => chain(run).pipe(edgeOfStability());

const plain = (rows: Observable<object>) =>
  lastValueFrom(
    rows.pipe(
      map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'state'))),
      toArray(),
    ),
  );

describe('a snapshot on disk', () => {
  const at = mkdtempSync(join(tmpdir(), 'rxdescent-snapshot-'));
  afterAll(() => rmSync(at, { recursive: true }));
  const path = join(at, 'snapshot.json');

  const sources: Record<string, (options: Partial<Descent>) => Stream<Step>> = {
    gradientDescent: (options) => gradientDescent({ ...descent, ...options }),
    'gradientDescent with weight decay': (options) => gradientDescent({ ...descent, ...options, weightDecay: 0.01 }),
    'gradientDescent under a budget': (options) =>
      gradientDescent({ ...descent, learningRate: driftBudget({ rate: 0.1, budget: 0.05 }), ...options }),
    momentum: (options) => momentum({ ...descent, ...options }),
    nesterov: (options) => momentum({ ...descent, ...options, nesterov: true }),
    rmsprop: (options) => rmsprop({ ...descent, learningRate: 1e-3, ...options }),
    adam: (options) => adam({ ...descent, learningRate: 1e-3, ...options }),
    adamw: (options) => adamw({ ...descent, learningRate: 1e-3, ...options }),
    sgd: (options) => sgd({ ...descent, ...options, batch: 5, seed: 3 }),
    gradientFlow: ({ resumeFrom }) => gradientFlow({ objective: L, resumeFrom }),
  };

  it.each(Object.keys(sources))('goes on to the bit: %s', async (name) => {
    const make = sources[name]!;
    const measured = ['gradientDescent', 'momentum'].includes(name) ? withEdge : chain;
    const whole = await plain(measured(make({}).pipe(take(40))));
    const snapshot = await lastValueFrom(
      measured(make({}).pipe(take(17))).pipe(map(({ state }) => state.snapshot() as Snapshot)),
    );
    saveSnapshot(path, snapshot);
    expect(readSnapshot(path)).toStrictEqual(snapshot);
    const rest = measured(make({ resumeFrom: readSnapshot(path) }).pipe(take(23)));
    expect(await plain(rest)).toEqual(whole.slice(17));
  });

  it('refuses another file, one that was cut off or changed, and a later version', async () => {
    const snapshot = await lastValueFrom(
      gradientDescent(descent).pipe(
        take(3),
        map(({ state }) => state.snapshot()),
      ),
    );
    saveSnapshot(path, snapshot);
    const text = readFileSync(path, 'utf8');
    const other = join(at, 'other.json');
    const reading = (changed: string) => {
      writeFileSync(other, changed);
      return () => readSnapshot(other);
    };
    const whole = `${other}: expected a whole snapshot, got one that was cut off or changed`;
    for (const length of [text.length - 1, text.length - 2, text.length >> 1]) {
      expect(reading(text.slice(0, length))).toThrow(new TypeError(whole));
    }
    expect(reading(text.replace('"step":2', '"step":3'))).toThrow(new TypeError(whole));
    expect(reading(text.replace('"version":1', '"version":2'))).toThrow(
      new TypeError(`${other}: expected a snapshot of version 1, got version 2`),
    );
    for (const foreign of ['', '{}', 'PAR1']) {
      expect(reading(foreign)).toThrow(
        new TypeError(`${other}: expected a snapshot, as saveSnapshot() writes it, got another file`),
      );
    }
    expect(() => readSnapshot(join(at, 'none.json'))).toThrow(
      new RangeError(`${join(at, 'none.json')}: expected a file, found nothing there`),
    );
    expect(() =>
      saveSnapshot(path, { ...snapshot, memories: { x: { name: 'x', options: '{}', memory: () => 1 } } }),
    ).toThrow(new TypeError('saveSnapshot: memories.x.memory must be plain data, got a function'));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
