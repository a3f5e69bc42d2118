import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExperimentOptions, runExperiment } from '../../src/executors/experiment.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { helped } from '../../src/math/engines/wasm/threads/team.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { folder, tiny } from '../pipelines/tiny.ts';

const files = folder();
/** A step of 25 MFLOP: above the size where threads pay. */
const large = (steps: number, seed = [1, 2]) =>
  tiny({
    data: { kind: 'gaussian-mixture', n: 1000, d: 40, classes: 2, separation: 2 },
    model: { kind: 'mlp', hidden: [100] },
    measure: [{ op: 'conservation' }, { op: 'hessian', every: 10 }],
    steps,
    grid: { learningRate: [0.05], seed },
  });

let outs = 0;
/** The hashes of the tables that a spec's runs leave behind. */
async function tablesOf(spec: object, options: Partial<ExperimentOptions>) {
  const prepared = await prepare(await loadSpec(files.write('spec.json', spec)), 'wasm');
  const out = files.in(`out-${outs++}`);
  const { dir } = await runExperiment(prepared, { out, signal: new AbortController().signal, ...options });
  const tables = readdirSync(dir).filter((name) => /\.(arrow|parquet)$/.test(name));
  return Object.fromEntries(tables.map((name) => [name, sha256OfFile(join(dir, name))]));
}

describe('a large run', () => {
  it('leaves the same tables, to the byte, in one thread, in several, and in workers with threads of their own', async () => {
    const spec = large(20);
    const alone = await tablesOf(spec, {});
    expect(Object.keys(alone).length).toBe(10);
    expect(await tablesOf(spec, { threads: 3 })).toEqual(alone);
    expect(await tablesOf(spec, { workers: 2, threads: 4 })).toEqual(alone);
  });

  it('has the threads that are left over, and none where there is one thread a run', async () => {
    const before = helped();
    await tablesOf(large(30), { threads: 1 });
    expect(helped()).toBe(before);
    for (let again = 0; helped() === before && again < 40; again++) await tablesOf(large(100, [again]), { threads: 2 });
    expect(helped()).toBeGreaterThan(before);
  });
});
