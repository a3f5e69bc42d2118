import { last, lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { powerLaw } from '../../../src/operators/aggregates/power-law.ts';
import { summarize } from '../../../src/operators/aggregates/summarize.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { logspace } from '../../../src/operators/sources/grid.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const run = ({ learningRate }: { readonly learningRate: number }) =>
  gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 2), learningRate }).pipe(take(5));
const axes = { learningRate: logspace(1e-3, 1e-1, 4), seed: [1, 2] };

describe('a fold over runs', () => {
  it.each([
    ['powerLaw', powerLaw('learningRate', 'loss')],
    ['powerLaw', powerLaw('learningRate', 'loss', { over: 'none' })],
    ['summarize', summarize('learningRate', 'loss')],
  ] as const)('errs if a run has more than one row, which would count as runs: %s', async (name, fold) => {
    await expect(lastValueFrom(sweep(axes, run).pipe(fold))).rejects.toThrow(
      new RangeError(`${name}: run 0 has more than one row; put last() into the run`),
    );
    const ended = sweep(axes, (point) => run(point).pipe(last()));
    expect(await lastValueFrom(ended.pipe(fold, toArray()))).toHaveLength(1);
  });

  it('takes the rows of a run if x differs from one to the next', async () => {
    const rows = sweep({ learningRate: [0.01, 0.02], seed: [1] }, run).pipe(summarize('step', 'loss'), toArray());
    expect((await lastValueFrom(rows)).length).toBeGreaterThan(0);
  });
});
