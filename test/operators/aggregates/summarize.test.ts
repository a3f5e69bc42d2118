import { concat, lastValueFrom, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/operators/aggregates/summarize.ts';
import { grid, rates, run, stream } from './runs.ts';

describe('summarize', () => {
  it('says what was measured at each x over the seeds, and fits nothing', async () => {
    const runs = [run(0.1, 1, { finalLoss: 1 }), run(0.1, 2, { finalLoss: 3 }), run(0.01, 1, { finalLoss: 5 })];
    const found = await lastValueFrom(stream(runs).pipe(summarize('learningRate', 'finalLoss')));
    expect(Object.keys(found)).toEqual(Object.keys(summarize.columns));
    expect(found).toEqual({
      ...{ fit: 'summarize', where: '', x: 'learningRate', y: 'finalLoss', seeds: 2 },
      pointsX: Float64Array.of(0.01, 0.1),
      pointsMean: Float64Array.of(5, 2),
      pointsDeviation: Float64Array.of(0, 1),
      pointsFinite: Float64Array.of(1, 2),
      pointsTotal: Float64Array.of(1, 2),
    });
  });

  it('counts a seed that diverged, and takes the mean of the others', async () => {
    const runs = grid((rate, seed) => (rate === 1 && seed === 1 ? { status: 'diverged', finalLoss: Infinity } : {}));
    const found = await lastValueFrom(stream(runs).pipe(summarize('learningRate', 'finalLoss')));
    expect(found.pointsMean).toEqual(Float64Array.from(rates));
    expect(found.pointsFinite).toEqual(Float64Array.of(2, 2, 2, 1));
    expect(found.pointsTotal).toEqual(Float64Array.of(2, 2, 2, 2));
  });

  it('takes values of any sign, which no power law could', async () => {
    const runs = [run(0.1, 1, { finalLoss: -4 }), run(0.1, 2, { finalLoss: 0 })];
    const found = await lastValueFrom(stream(runs).pipe(summarize('learningRate', 'finalLoss')));
    expect(found.pointsMean).toEqual(Float64Array.of(-2));
  });

  it('takes any finite x, and no other', async () => {
    const over = (...rates: number[]) => {
      const runs = rates.map((rate) => run(rate, 1, { finalLoss: 1 }));
      return lastValueFrom(stream(runs).pipe(summarize('learningRate', 'finalLoss')));
    };
    expect((await over(0.9, 0, -1)).pointsX).toEqual(Float64Array.of(-1, 0, 0.9));
    await expect(over(1, NaN)).rejects.toThrow(new RangeError('summarize: x must be finite, got NaN'));
  });

  it('folds apart by the columns that are named', async () => {
    const runs = [...grid(() => ({ bias: true })), ...grid()];
    const found = await lastValueFrom(
      stream(runs).pipe(summarize('learningRate', 'drift', { by: ['bias'], name: 'drifts' }), toArray()),
    );
    expect(found.map(({ fit, where }) => [fit, where])).toEqual([
      ['drifts', '{"bias":true}'],
      ['drifts', '{"bias":false}'],
    ]);
  });

  it('emits nothing of an empty source, and passes an error on', async () => {
    expect(await lastValueFrom(stream([]).pipe(summarize('learningRate', 'drift'), toArray()))).toEqual([]);
    const broken = concat(
      stream(grid()),
      throwError(() => new Error('broken')),
    );
    await expect(lastValueFrom(broken.pipe(summarize('learningRate', 'drift')))).rejects.toThrow('broken');
  });

  it('refuses, when the chain is assembled, a column that is not there', () => {
    // @ts-expect-error depth is no column of the runs
    expect(() => stream([]).pipe(summarize('depth', 'drift'))).toThrow('summarize: reads the column depth');
  });
});
