import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExperimentOptions, RunsFailed, runExperiment } from '../../../src/executors/experiment.ts';
import { prepare } from '../../../src/executors/prepare.ts';
import { sha256OfFile } from '../../../src/files/sha256.ts';
import { loadSpec } from '../../../src/pipelines/load-spec.ts';
import { isFinished, journalPath, readJournal } from '../../../src/store/journal.ts';
import { readTable } from '../../../src/store/tables.ts';
import { folder, tiny, type Written } from '../../pipelines/tiny.ts';

const files = folder();
let outs = 0;
const fresh = () => files.in(`out-${outs++}`);

const prepared = async (spec: Written) => prepare(await loadSpec(files.write('spec.json', spec)), 'typed-array');
const run = async (spec: Written, out: string, options: Partial<ExperimentOptions> = {}) =>
  runExperiment(await prepared(spec), { out, signal: new AbortController().signal, ...options });

const hashes = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir)
      .filter((name) => /\.(arrow|parquet)$/.test(name))
      .map((name) => [name, sha256OfFile(join(dir, name))]),
  );

const grid = { 'model.hidden': [[4], [3, 5]], learningRate: [0.01, 40], seed: [1] };
const measure = [
  { op: 'conservation', laws: ['layer', 'neuron'] },
  { op: 'hessian', every: 70 },
];

describe('an experiment in workers', () => {
  it('writes the tables it writes in this thread, to the byte', async () => {
    const spec = tiny({
      grid,
      measure,
      loss: 'mse',
      steps: 1100,
      fit: [{ op: 'summarize', x: 'learningRate', y: 'drift' }],
    });
    const [one, two, three] = [fresh(), fresh(), fresh()];
    const alone = await run(spec, one);
    const pair = await run(spec, two, { workers: 2 });
    const trio = await run(spec, three, { workers: 3 });
    expect(pair.trained).toBe(4);
    expect(hashes(pair.dir)).toEqual(hashes(alone.dir));
    expect(hashes(trio.dir)).toEqual(hashes(alone.dir));
  });

  const fragile = `
    import { derive, float64 } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
    import { z } from ${JSON.stringify(createRequire(import.meta.url).resolve('zod'))};
    const fuse = ({ at }) => derive({ fuse: float64('a number') }, ({ step, learningRate }) => {
      if (step === at && learningRate === 0.02) throw new RangeError('the fuse is blown');
      return { fuse: step };
    });
    export const operators = { fuse: { options: z.strictObject({ at: z.int() }), create: fuse } };
  `;

  it.each([1, 2])('trains the other runs when one fails, and says which it was (workers: %d)', async (workers) => {
    files.write('fuse.mts', fragile);
    const out = fresh();
    const spec = tiny({
      grid: { learningRate: [0.01, 0.02, 0.04], seed: [1] },
      operators: ['./fuse.mts'],
      measure: [{ op: 'fuse', at: 12 }],
    });
    const error = await run(spec, out, { workers }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RunsFailed);
    expect(error.message).toMatch(
      /^1 of 3 runs failed; what was measured is in .*\nrun 1 \(learningRate 0.02, seed 1\): the fuse is blown \(fuse\.mts:5:\d+\)$/,
    );
    const { runs } = await prepared(spec);
    expect(runs.map(({ key }) => isFinished(journalPath(out, key)))).toEqual([true, false, true]);
    expect(readJournal(journalPath(out, runs[1]!.key)).rows).toBe(12);
    const dir = error.message.match(/is in (.*)\n/)[1];
    expect(readTable(dir, 'runs').map(({ status, steps }) => [status, steps])).toEqual([
      ['completed', 20],
      ['interrupted', 11],
      ['completed', 20],
    ]);
  });

  it('trains a run in a thread of its own even if it is the last one left: it is tried again, and can die', async () => {
    const mark = join(files.path, 'mark');
    const dies = fragile
      .replace('import { z }', "import { existsSync, writeFileSync } from 'node:fs';\nimport { z }")
      .replace(
        'throw new RangeError',
        `{ if (existsSync(${JSON.stringify(mark)})) return { fuse: step };
        writeFileSync(${JSON.stringify(mark)}, ''); process.exit(3); } if (step < 0) throw new RangeError`,
      );
    files.write('dies.mts', dies);
    const spec = tiny({
      grid: { learningRate: [0.02], seed: [1] },
      operators: ['./dies.mts'],
      measure: [{ op: 'fuse', at: 12 }],
    });
    expect(await run(spec, fresh(), { workers: 2 })).toMatchObject({ status: 'completed', trained: 1 });
    expect(existsSync(mark)).toBe(true);
  });

  it.each([1, 2])('names a run whose operator throws null (workers: %d)', async (workers) => {
    files.write('null.mts', fragile.replace(/throw new RangeError\([^)]*\)/, 'throw null'));
    const spec = tiny({
      grid: { learningRate: [0.01, 0.02], seed: [1] },
      operators: ['./null.mts'],
      measure: [{ op: 'fuse', at: 12 }],
    });
    await expect(run(spec, fresh(), { workers })).rejects.toThrow(
      /\nrun 1 \(learningRate 0.02, seed 1\): expected an Error to be thrown, got null$/,
    );
  });

  it('stops all runs when it is told to, and finds what was finished the next time', async () => {
    const out = fresh();
    const spec = tiny({ grid: { learningRate: [0.01, 0.02, 0.03, 0.04], seed: [1] }, steps: 8000 });
    const stop = new AbortController();
    const outcome = await run(spec, out, {
      workers: 2,
      signal: stop.signal,
      watch: (progress) => {
        const timer = setInterval(() => progress.steps > 2000 && stop.abort(), 5);
        return () => clearInterval(timer);
      },
    });
    expect(outcome.status).toBe('interrupted');
    expect(outcome.trained).toBeLessThan(4);
    const again = await run(spec, out, { workers: 2 });
    expect(again.status).toBe('completed');
    expect(again.found).toBe(outcome.trained);
    expect(hashes(again.dir)).toEqual(hashes((await run(spec, fresh())).dir));
  });

  it('never calls a run completed that another process is writing', async () => {
    const out = fresh();
    const { runs } = await prepared(tiny());
    const path = journalPath(out, runs[0]!.key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(run(tiny(), out)).rejects.toThrow(`process ${process.ppid} on ${hostname()} is writing it`);
    rmSync(`${path}.lock`);
    expect(await run(tiny(), out)).toMatchObject({ status: 'completed', found: 0, trained: 2 });
  });

  it('trains again when a module that an operator imports was changed', async () => {
    files.write('factor.mts', 'export const factor = 1;');
    files.write(
      'fuse.mts',
      `import { factor } from './factor.mts';\n${fragile.replace('fuse: step', 'fuse: factor * step')}`,
    );
    const spec = tiny({ operators: ['./fuse.mts'], measure: [{ op: 'fuse', at: 999 }] });
    const before = (await prepared(spec)).runs.map(({ key }) => key);
    files.write('factor.mts', 'export const factor = 2;');
    const after = (await prepared(spec)).runs.map(({ key }) => key);
    expect(after).not.toEqual(before);
  });
});
