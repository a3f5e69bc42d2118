import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { sweepInWorkers } from '../../../src/executors/workers/sweep.ts';
import { powerLaw } from '../../../src/operators/aggregates/power-law.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import { descent } from './recipes.ts';

const module = new URL('./recipes.ts', import.meta.url);
const axes = { learningRate: [0.01, 0.05], seed: [1, 2] };

type Row = Record<string, unknown>;
const inOrder = (rows: Row[]) =>
  rows.toSorted((a, b) => (a['run'] as number) - (b['run'] as number) || (a['step'] as number) - (b['step'] as number));

describe('sweepInWorkers', () => {
  it('emits the rows that sweep emits, to the bit, runs mixed and each in order', async () => {
    const there = await sweepInWorkers(axes, { module, name: 'descent' }, { workers: 2 });
    const here = sweep(axes, descent);
    expect(there.columns).toEqual(here.columns);
    const rows = await lastValueFrom(there.pipe(toArray()));
    const expected = await lastValueFrom(here.pipe(toArray()));
    expect(inOrder(rows)).toEqual(expected.map(({ state: _, ...row }) => row));
    for (const run of [0, 1, 2, 3]) {
      const steps = rows.filter((row) => row['run'] === run).map((row) => row['step'] as number);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    }
  });

  it('stops its workers when nobody wants more rows', async () => {
    const there = await sweepInWorkers({ learningRate: [0.01] }, { module, name: 'descent' });
    expect(await lastValueFrom(there.pipe(take(3), toArray()))).toHaveLength(3);
  });

  it('errors at the end with every run that failed', async () => {
    const there = await sweepInWorkers(
      { always: [true], mark: [join(mkdtempSync(join(tmpdir(), 'workers-')), 'mark')] },
      { module, name: 'failing' },
      { workers: 1 },
    );
    await expect(lastValueFrom(there)).rejects.toThrow(/sweepInWorkers: run 0 .*row 2500 is not to be had/);
  });

  it('names a run that threw what is no error, and ends', async () => {
    const there = await sweepInWorkers({ thrown: ['words'] }, { module, name: 'throwing' });
    await expect(lastValueFrom(there)).rejects.toThrow(
      'sweepInWorkers: run 0 ({"thrown":"words"}): expected an Error to be thrown, got "words"',
    );
  });

  it.each(['./recipes.ts', 'recipes'])('refuses the module %j, which is no URL, and says what one is', async (path) => {
    await expect(sweepInWorkers(axes, { module: path, name: 'descent' })).rejects.toThrow(
      new TypeError(
        `sweepInWorkers: module must be a URL as new URL('./pipeline.js', import.meta.url), got ${JSON.stringify(path)}`,
      ),
    );
  });

  it('refuses an axis that is no list', async () => {
    const single = sweepInWorkers({ learningRate: 0.1 as never }, { module, name: 'descent' });
    await expect(single).rejects.toThrow(
      new TypeError('sweepInWorkers: the axis learningRate must be a list of values, got 0.1'),
    );
  });

  it('has rows that a fit takes', async () => {
    const there = await sweepInWorkers<typeof descent>(axes, { module, name: 'descent' });
    const fit = await lastValueFrom(
      there.pipe(
        filter(({ step }) => step === 0),
        powerLaw('learningRate', 'loss'),
      ),
    );
    expectTypeOf(fit.exponent).toBeNumber();
    expect(fit).toMatchObject({ x: 'learningRate', y: 'loss', seeds: 2 });
  });

  it('refuses an axis that is empty, by its own name', async () => {
    const empty = sweepInWorkers({ seed: [] }, { module, name: 'descent' });
    await expect(empty).rejects.toThrow(new RangeError('sweepInWorkers: the axis seed of the grid is empty'));
  });

  it('refuses a module without such an export, and a number of workers that is none', async () => {
    await expect(sweepInWorkers(axes, { module, name: 'absent' })).rejects.toThrow(
      'must export absent: (point) => Stream',
    );
    await expect(sweepInWorkers(axes, { module, name: 'descent' }, { workers: 0 })).rejects.toThrow(
      'workers must be a positive integer, got 0',
    );
  });
});
