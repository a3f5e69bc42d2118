import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reader } from '../../src/executors/reader.ts';
import { engines } from '../../src/math/engines/engines.ts';
import { trajectory } from '../../src/pipelines/experiment.ts';
import { gridRuns, parse } from '../../src/pipelines/parse.ts';
import { builtIn } from '../../src/pipelines/registry.ts';
import type { State } from '../../src/state.ts';
import { kept, rowsOf } from '../helpers/operators.ts';
import { tiny } from './tiny.ts';

const makeData = reader(builtIn.data);

describe('the chain of a spec', () => {
  it.each([
    { kind: 'momentum' },
    { kind: 'adam' },
    { kind: 'sgd', batch: 8 },
    { kind: 'gd', schedule: { kind: 'drift-budget', budget: 0.01 } },
  ])('goes on from a snapshot as if it had not been stopped: %j', async (optimizer) => {
    const measure = [{ op: 'conservation' }, { op: 'hessian', every: 4 }, { op: 'ema', of: 'loss' }];
    const spec = tiny({ optimizer, measure, logEvery: 3, grid: { learningRate: [0.05], seed: [3] } });
    const [run] = gridRuns(parse(spec, builtIn), builtIn);
    const open = (resumeFrom?: ReturnType<State['snapshot']>) =>
      trajectory(run!.config, builtIn, makeData, { engine: engines['typed-array'], resumeFrom });
    const whole = await rowsOf(open().rows);
    expect(whole.map((row) => row['step'])).toEqual([0, 3, 6, 9, 12, 15, 18, 20]);

    const cut = await lastValueFrom(
      open().rows.pipe(
        take(4),
        map((row) => ({ row: kept(row), snapshot: (row['state'] as State).snapshot() })),
        toArray(),
      ),
    );
    expect(cut.map(({ row }) => row)).toEqual(whole.slice(0, 4));
    const rest = await rowsOf(open(cut.at(-1)!.snapshot).rows);
    expect(rest).toEqual(whole.slice(4));
  });
});
