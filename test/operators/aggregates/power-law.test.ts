import {
  concat,
  EMPTY,
  finalize,
  lastValueFrom,
  NEVER,
  type Observable,
  type ObservedValueOf,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Values } from '../../../src/columns.ts';
import { powerLaw } from '../../../src/operators/aggregates/power-law.ts';
import { Stream } from '../../../src/stream.ts';
import { columns, grid, type Run, rates, run, stream } from './runs.ts';

const fit = (runs: readonly Run[], options = {}) =>
  lastValueFrom(stream(runs).pipe(powerLaw('learningRate', 'drift', options)));

describe('powerLaw', () => {
  it('finds the exponent and the prefactor of a power law, of lists the mean of their absolute values', async () => {
    const found = await fit(grid());
    expect(found).toMatchObject({ fit: 'powerLaw', where: '', x: 'learningRate', y: 'drift', n: 4, seeds: 2 });
    expect(found.exponent).toBeCloseTo(2, 12);
    expect(found.prefactor).toBeCloseTo(3, 12);
    expect(found.r2).toBeCloseTo(1, 12);
    expect([found.windowLow, found.windowHigh]).toEqual([0.001, 1]);
    for (const local of found.localExponents) expect(local).toBeCloseTo(2, 12);
    expect(found.localExponents).toHaveLength(3);
    expect(found.pointsX).toEqual(Float64Array.from(rates));
    // the seeds' factors are 1.1 and 0.9
    for (const [i, rate] of rates.entries()) {
      expect(found.pointsMean[i]).toBeCloseTo(3 * rate ** 2, 12);
      expect(found.pointsDeviation[i]! / rate ** 2).toBeCloseTo(0.3, 12);
    }
  });

  it('emits one row of its columns, when the source completes', async () => {
    const folded = stream(grid()).pipe(powerLaw('learningRate', 'drift'));
    expect(folded.columns).toBe(powerLaw.columns);
    const rows = await lastValueFrom(folded.pipe(toArray()));
    expect(rows).toHaveLength(1);
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(powerLaw.columns));
    let emitted = 0;
    concat(stream(grid()), NEVER)
      .pipe(powerLaw('learningRate', 'drift'))
      .subscribe(() => emitted++);
    expect(emitted).toBe(0);
  });

  it('holds the law against its rival: exponent 1 of a drift, or the one that is asked for', async () => {
    expect((await fit(grid())).nullExponent).toBe(1);
    expect((await fit(grid())).nullR2).toBeLessThan(0.9);
    expect((await fit(grid(), { rival: 2 })).nullR2).toBeCloseTo(1, 12);
    const losses = stream(grid()).pipe(powerLaw('learningRate', 'finalLoss'));
    expect(await lastValueFrom(losses)).toMatchObject({ nullExponent: NaN, nullR2: NaN });
  });

  it('counts a diverged seed, and leaves its point out or the seed alone', async () => {
    const diverged = grid((rate, seed) =>
      rate === 1 && seed === 2 ? { status: 'diverged', drift: Float64Array.of(9, 9) } : {},
    );
    const point = await fit(diverged);
    expect(point).toMatchObject({ n: 3, windowHigh: 0.1, pointsFitted: Float64Array.of(1, 1, 1, 0) });
    const counts = { pointsFinite: Float64Array.of(2, 2, 2, 1), pointsTotal: Float64Array.of(2, 2, 2, 2) };
    expect(point).toMatchObject(counts);
    const seed = await fit(diverged, { diverged: 'exclude-seed' });
    expect(seed).toMatchObject({ n: 4, windowHigh: 1, ...counts });
    expect(seed.pointsMean[3]).toBeCloseTo(3.3, 12);
  });

  it.each<[string, Partial<Run>]>([
    ['a status', { status: 'diverged' }],
    ['a loss that is not finite', { finalLoss: NaN }],
    ['a drift that is not finite', { drift: Float64Array.of(1, NaN) }],
  ])('knows a diverged run by %s', async (_, changes) => {
    const found = await fit(grid((rate) => (rate === 1 ? changes : {})));
    expect(found).toMatchObject({ n: 3, pointsFinite: Float64Array.of(2, 2, 2, 0) });
  });

  it('fits the points with η·λ₁(0) ≤ 1 in every seed once more, where λ₁ is known', async () => {
    expect(await fit(grid())).toMatchObject({ stableExponent: NaN, stableN: 0 });
    // the last two points lie on another line, and at η = 1 one seed is beyond the edge
    const bent = await fit(
      [...grid(), run(10, 1), run(10, 2)].map((of) => ({
        ...of,
        initialSharpness: of.seed === 2 ? 5 : 0.5,
        drift: of.drift.map((c) => c * (of.learningRate > 0.5 ? 100 : 1)),
      })),
    );
    expect(bent.n).toBe(5);
    expect(bent.exponent).toBeGreaterThan(2.2);
    expect(bent.stableN).toBe(3);
    expect(bent.stableExponent).toBeCloseTo(2, 12);
    expect(bent).toMatchObject({ interval: 'student-t', stableInterval: 'student-t' });
    // three runs of one seed lie on one line
    const one = [0.1, 0.01, 0.001].map((rate) => ({ ...run(rate, 1), initialSharpness: 5 }));
    expect(await fit(one)).toMatchObject({ interval: 'ols-t', stableInterval: 'ols-t', stableN: 3 });
    const beyond = one.map((of) => ({ ...of, initialSharpness: 1e4 }));
    expect(await fit(beyond)).toMatchObject({ interval: 'ols-t', stableInterval: 'none', stableN: 0 });
  });

  it('fits each run by itself with over: none', async () => {
    const found = await fit(grid(), { over: 'none' });
    expect(found).toMatchObject({ n: 8, interval: 'ols-t' });
    expect(found.exponent).toBeCloseTo(2, 12);
    // log-space mean of 1.1 and 0.9
    expect(found.prefactor).toBeCloseTo(3 * Math.sqrt(0.99), 12);
  });

  it('leaves out what lies below the floor', async () => {
    expect(await fit(grid(), { floor: 1e-5 })).toMatchObject({ n: 3, windowLow: 0.01 });
  });

  it('has an interval by the number of seeds, and the same one every time', async () => {
    expect(await fit(grid().filter(({ seed }) => seed === 1))).toMatchObject({ interval: 'ols-t', seeds: 1 });
    expect(await fit(grid())).toMatchObject({ interval: 'student-t' });
    const many = rates.flatMap((rate) =>
      Array.from({ length: 25 }, (_, seed) =>
        run(rate, seed, { drift: Float64Array.of(rate ** (2 + 0.1 * Math.sin(seed))) }),
      ),
    );
    const [first, second] = [await fit(many), await fit(many)];
    expect(first).toMatchObject({ interval: 'bca', seeds: 25 });
    expect(first.exponentLow).toBeLessThan(first.exponent);
    expect(first.exponentHigh).toBeGreaterThan(first.exponent);
    expect(second).toEqual(first);
  });

  it('has no exponent of two points, and says so in numbers', async () => {
    const found = await fit(grid().slice(0, 4));
    expect(found).toMatchObject({ exponent: NaN, n: 2, interval: 'none', pointsTotal: Float64Array.of(2, 2) });
  });

  it('folds apart by columns of any type, in the order they come', async () => {
    const runs = [
      ...grid(() => ({ hidden: Int32Array.of(4, 3), bias: true })),
      ...grid(() => ({ hidden: Int32Array.of(8), drift: Float64Array.of(1) })),
    ];
    const found = await lastValueFrom(
      stream(runs).pipe(powerLaw('learningRate', 'drift', { by: ['hidden', 'bias'], name: 'law' }), toArray()),
    );
    expect(found.map(({ fit, where, exponent }) => [fit, where, Number(exponent.toFixed(9))])).toEqual([
      ['law', '{"hidden":[4,3],"bias":true}', 2],
      ['law', '{"hidden":[8],"bias":false}', 0],
    ]);
  });

  it('emits nothing of an empty source', async () => {
    expect(await lastValueFrom(stream([]).pipe(powerLaw('learningRate', 'drift'), toArray()))).toEqual([]);
    const plain = (EMPTY as Observable<Run>).pipe(powerLaw('learningRate', 'drift'), toArray());
    expect(await lastValueFrom(plain)).toEqual([]);
  });

  it('passes an error of the source on, without a fit', () => {
    const seen: unknown[] = [];
    concat(
      stream(grid()),
      throwError(() => 'broken'),
    )
      .pipe(powerLaw('learningRate', 'drift'))
      .subscribe({ next: () => seen.push('row'), error: (error) => seen.push(error) });
    expect(seen).toEqual(['broken']);
  });

  it('leaves the source when it is left', () => {
    let left = 0;
    const endless = new Stream<Run>({ columns }, (subscriber) => NEVER.subscribe(subscriber));
    const folded = endless
      .pipe(
        finalize(() => left++),
        powerLaw('learningRate', 'drift'),
      )
      .subscribe();
    folded.unsubscribe();
    expect(left).toBe(1);
  });

  it('begins anew for a second subscriber', async () => {
    const folded = stream(grid()).pipe(powerLaw('learningRate', 'drift'));
    expect(await lastValueFrom(folded)).toEqual(await lastValueFrom(folded));
  });

  it('refuses, when the chain is assembled, a column that is not there', () => {
    const runs = stream(grid()) as Stream<Run & { drft: number }>;
    expect(() => runs.pipe(powerLaw('learningRate', 'drft'))).toThrow(
      'powerLaw: reads the column drft, which nothing above adds; there are learningRate, seed, hidden',
    );
    expect(() => runs.pipe(powerLaw('learningRate', 'drift', { by: ['depth'] }))).toThrow('reads the column depth');
  });

  it('refuses options that it does not know, and values that none may have', () => {
    const call = (options: object) => () => powerLaw('learningRate', 'drift', options);
    expect(call({ over: 'x' })).toThrow(new RangeError('powerLaw: over must be one of seed, none, got x'));
    expect(call({ diverged: 'keep' })).toThrow(
      'powerLaw: diverged must be one of exclude-point, exclude-seed, got keep',
    );
    expect(call({ floor: -1 })).toThrow(new RangeError('powerLaw: floor must be finite and not negative, got -1'));
    expect(call({ flor: 1 })).toThrow(
      new TypeError('powerLaw: expected options among name, by, over, diverged, floor, rival, got flor'),
    );
  });

  it('does not compile with a column that is not there', () => {
    // @ts-expect-error drft is no column of the runs
    expect(() => stream([]).pipe(powerLaw('learningRate', 'drft'))).toThrow(TypeError);
    const folded = stream([]).pipe(powerLaw('learningRate', 'drift'));
    expectTypeOf<ObservedValueOf<typeof folded>>().toEqualTypeOf<Values<typeof powerLaw.columns>>();
  });
});
