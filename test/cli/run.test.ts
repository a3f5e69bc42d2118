import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { readJournal } from '../../src/store/journal.ts';
import { readManifest } from '../../src/store/manifest.ts';
import { readTable } from '../../src/store/tables.ts';
import { folder, tiny } from '../pipelines/tiny.ts';
import { rxdescent, started } from './command.ts';

const files = folder();

const spec = tiny({
  grid: { learningRate: [0.01, 0.02, 0.04, 1e200], seed: [1] },
  fit: [{ op: 'powerLaw', x: 'learningRate', y: 'drift' }],
  claims: [
    { id: 'alpha', statement: 'it does not grow', statistic: 'powerLaw.exponent', published: 0, tolerance: 0.1 },
  ],
});

describe('run', () => {
  it('prints one JSON object on stdout and nothing else there, and finds its result the next time', async () => {
    files.write('spec.json', spec);
    const args = ['run', 'spec.json', '--out', 'a', '--json'];
    const first = await rxdescent(args, files.path);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.split('\n')).toHaveLength(2);
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({ status: 'completed', found: 0, trained: 4 });
    expect(result.dir).toMatch(new RegExp(`^${files.in('a')}/tiny/[0-9a-f]{12}$`));
    const statuses = result.runs.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(['completed', 'completed', 'completed', 'diverged']);
    // what is contradicted is a result
    expect(result.claims).toMatchObject([
      { claim: 'alpha', published: 0, numberVerdict: 'differs', verdict: 'differs' },
    ]);
    expect(result.claims[0].ours).toBe(result.fits[0].exponent);

    // Arrow's own reader finds the same numbers
    const runs = tableFromIPC(readFileSync(join(result.dir, 'runs.arrow')));
    for (const [i, run] of result.runs.entries()) {
      expect(run.drift).toEqual(Array.from(runs.get(i)!['drift']).map((x) => (Number.isFinite(x) ? x : null)));
      expect(run.seed).toBe(runs.get(i)!['seed']);
    }

    const second = await rxdescent(args, files.path);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(second.stdout)).toEqual({ ...result, found: 4, trained: 0 });
  });

  it('keeps stdout for its result, whatever a module of one’s own prints in whichever thread', async () => {
    files.write(
      'prints.mjs',
      `console.log('module'); export const operators = { prints: {
        options: { shape: {}, safeParse() {} },
        create: () => (rows) => { console.log('chain'); return rows; },
      } };`,
    );
    files.write('prints.json', tiny({ operators: ['./prints.mjs'], measure: [{ op: 'prints' }] }));
    const args = ['run', 'prints.json', '--out', 'printed', '--workers', '2', '--json'];
    const { code, stdout, stderr } = await rxdescent(args, files.path);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', trained: 2 });
    // what a worker says last may not arrive
    for (const line of ['module', 'chain']) expect(stderr.split('\n')).toContain(line);
  });

  it('ends in a table for a person, and in where the tables are', async () => {
    files.write('spec.json', spec);
    const { code, stdout, stderr } = await rxdescent(['run', 'spec.json', '--out', 'b'], files.path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Does it run\?\n4 runs, 1 diverged, 4 trained in \d+ s\n/);
    expect(stdout).toContain('claim alpha: it does not grow');
    const dir = /^tables: (.*)$/m.exec(stdout)![1]!;
    expect(dir).toMatch(/^b\/tiny\/[0-9a-f]{12}$/);
    expect(existsSync(join(files.path, dir, 'steps.arrow'))).toBe(true);
    expect(stdout).toContain(`feather.read_table('${dir}/steps.arrow')`);
  });

  it('keeps what was measured and ends with 1 when it fails on the way', async () => {
    files.write(
      'fails.mjs',
      `export const operators = { fails: {
        options: { shape: {}, safeParse() {} },
        create: () => (rows) => new rows.constructor(rows.shape, (s) => rows.subscribe({
          next(row) { if (row.learningRate === 0.1 && row.step === 3) s.error(new Error('fails: step 3 is too much')); else s.next(row); },
          error: (e) => s.error(e), complete: () => s.complete(),
        })),
      } };`,
    );
    files.write('fails.json', tiny({ operators: ['./fails.mjs'], measure: [{ op: 'conservation' }, { op: 'fails' }] }));
    const { code, stdout, stderr } = await rxdescent(['run', 'fails.json', '--out', 'c'], files.path);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^1 of 2 runs failed; what was measured is in .*tiny/),
      expect.stringMatching(/^run 1 \(learningRate 0\.1, seed 1\): fails: step 3 is too much \(fails\.mjs:4:\d+\)$/),
      '',
    ]);
    const journals = readdirSync(files.in('c/.runs'))
      .filter((name) => name.endsWith('.arrows'))
      .map((name) => readJournal(files.in(`c/.runs/${name}`)));
    expect(journals.map(({ rows, finished }) => ({ rows, finished })).sort((a, b) => a.rows - b.rows)).toEqual([
      { rows: 3, finished: false },
      { rows: 21, finished: true },
    ]);
  });
});

describe('a run that is stopped from outside', () => {
  const steps = 20_000;
  const long = tiny({
    steps,
    grid: { learningRate: [0.01, 0.02], seed: [1] },
    measure: [{ op: 'conservation' }],
  });
  const args = (out: string) => ['run', 'long.json', '--out', out, '--workers', '1', '--json'];
  const journals = (out: string) =>
    existsSync(files.in(`${out}/.runs`))
      ? readdirSync(files.in(`${out}/.runs`))
          .filter((name) => name.endsWith('.arrows'))
          .map((name) => files.in(`${out}/.runs/${name}`))
      : [];
  const tables = (dir: string) =>
    readdirSync(dir)
      .filter((name) => /\.(arrow|parquet)$/.test(name))
      .map((name) => [name, sha256OfFile(join(dir, name))]);

  /** Sends a signal when the second run has rows on disk. */
  async function stopped(out: string, signal: NodeJS.Signals) {
    files.write('long.json', long);
    const { child, ended } = started(args(out), files.path);
    const has = (rows: number) => journals(out).filter((path) => statSync(path).size > rows * 200).length === 2;
    while (!has(500) && child.exitCode === null) await new Promise((wake) => setTimeout(wake, 10));
    child.kill(signal);
    return ended;
  }

  let whole: Promise<unknown> | undefined;
  const uninterrupted = () => {
    whole ??= rxdescent(args('whole'), files.path).then(({ stdout }) => tables(JSON.parse(stdout).dir));
    return whole;
  };

  it('keeps every measured row at Ctrl-C, ends with 130, and goes on with the same command', async () => {
    const { code, stdout, stderr } = await stopped('int', 'SIGINT');
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: keeping what was measured');
    const { dir, status, runs } = JSON.parse(stdout);
    expect(status).toBe('interrupted');
    expect(runs.map((run: { status: string }) => run.status)).toEqual(['completed', 'interrupted']);
    expect(readManifest(dir).manifest).toMatchObject({ status: 'interrupted' });
    const rows = readTable(dir, 'steps').filter(({ run }) => run === 1);
    expect(rows.length).toBeGreaterThan(500);
    expect(rows.length).toBeLessThan(steps);
    expect(rows.map(({ step }) => step)).toEqual(rows.map((_, i) => i));

    const again = await rxdescent(args('int'), files.path);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ dir, status: 'completed', found: 1, trained: 1 });
    expect(tables(dir)).toEqual(await uninterrupted());
  });

  it('has whole batches on disk when it is killed, and completes with the same command', async () => {
    const { signal, stdout } = await stopped('kill', 'SIGKILL');
    expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '' });
    const found = journals('kill').map(readJournal);
    expect(found.map(({ finished }) => finished).sort()).toEqual([false, true]);
    const open = found.find(({ finished }) => !finished)!;
    expect(open.rows).toBeGreaterThan(0);
    const rows = [...open.batches()].flatMap((batch) => Array.from(batch.getChild('step')!.toArray() as Int32Array));
    expect(rows).toEqual(Array.from({ length: open.rows }, (_, i) => i));

    const again = await rxdescent(args('kill'), files.path);
    const { dir, ...rest } = JSON.parse(again.stdout);
    expect(rest).toMatchObject({ status: 'completed', found: 1, trained: 1 });
    expect(tables(dir)).toEqual(await uninterrupted());
  });
});
