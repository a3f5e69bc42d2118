import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/store/journal.ts';
import type { Manifest } from '../../src/store/manifest.ts';
import { type Ended, rxdescent } from '../helpers/command.ts';
import { Tmpfs, whyNoMount } from './tmpfs.ts';

const spec = {
  name: 'disk',
  question: 'What is left when the disk is full?',
  data: { kind: 'xor', n: 8 },
  model: { kind: 'mlp', hidden: [2] },
  loss: 'mse',
  steps: 4000,
  grid: { learningRate: [0.01, 0.02, 0.04], seed: [42] },
};
const blocked = whyNoMount();
if (blocked) process.stderr.write(`test/disk is skipped, as no tmpfs can be mounted here: ${blocked}\n`);

const home = fs.mkdtempSync(join(tmpdir(), 'rxdescent-disk-spec-'));
const specPath = join(home, 'disk.json');
fs.writeFileSync(specPath, JSON.stringify(spec));
const run = (out: string): Ended => rxdescent('run', specPath, '--out', out, '--json', '--workers', '1');

const folderOf = (out: string) => join(out, 'disk', fs.readdirSync(join(out, 'disk'))[0]!);
const manifestOf = (out: string): Manifest => JSON.parse(fs.readFileSync(join(folderOf(out), 'manifest.json'), 'utf8'));
const journalsOf = (out: string) =>
  fs.readdirSync(join(out, '.runs')).map((name) => {
    const path = join(out, '.runs', name);
    return { path, size: fs.statSync(path).size, ...pick(path) };
  });

function pick(path: string) {
  const { rows, finished, damage, end } = readJournal(path);
  return { rows, finished, damage, end };
}

afterAll(() => fs.rmSync(home, { recursive: true }));

describe.skipIf(blocked)('run, when the disk is full', () => {
  const undisturbed = join(home, 'output');
  let journalBytes: number;
  let tableBytes: number;
  let disk: Tmpfs;

  beforeAll(() => {
    expect(run(undisturbed)).toMatchObject({ code: 0 });
    journalBytes = journalsOf(undisturbed).reduce((sum, { size }) => sum + size, 0);
    const dir = folderOf(undisturbed);
    tableBytes = fs.statSync(join(dir, 'steps.arrow')).size + fs.statSync(join(dir, 'steps.parquet')).size;
  });
  afterEach(() => disk.unmount());

  /** The same command once more, with room: it finds so many runs, and the tables are those of a run in peace. */
  function expectCompletion(found: number): void {
    disk.free();
    const { code, stdout, stderr } = run(disk.path);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', found, trained: 3 - found });
    expect(manifestOf(disk.path).tables).toEqual(manifestOf(undisturbed).tables);
  }

  it('keeps whole batches of what it measured, names the journal, and goes on once there is room', () => {
    disk = new Tmpfs();
    disk.leave(1.5 * (journalBytes / 3));
    const { code, stdout, stderr } = run(disk.path);
    const [, path, kept] =
      /^cannot write (\S+): no space left on device \(ENOSPC\); the (\d+) rows written before are kept\n$/.exec(
        stderr,
      )!;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });

    const journals = journalsOf(disk.path);
    const [first] = journals.filter(({ finished }) => finished);
    const [second] = journals.filter(({ finished }) => !finished);
    expect(first).toMatchObject({ rows: 4001, damage: null });
    expect(second).toMatchObject({ path, rows: Number(kept), damage: null, size: second!.end });
    expect(second!.rows).toBeGreaterThan(0);
    const dir = folderOf(disk.path).slice(disk.path.length + 1);
    expect(disk.files()).toEqual(
      [...journals.map((of) => of.path.slice(disk.path.length + 1)), `${dir}/spec.json`].sort(),
    );
    expectCompletion(1);
  });

  it('leaves no part of a table that did not fit, and does not train again what it then writes', () => {
    disk = new Tmpfs();
    disk.leave(journalBytes + tableBytes / 2);
    const { code, stdout, stderr } = run(disk.path);
    const dir = folderOf(disk.path);
    expect(stderr).toMatch(/^cannot write \S+: no space left on device \(ENOSPC\)\n$/);
    expect(stderr).toContain(` ${dir}/steps.`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });

    expect(fs.readdirSync(dir)).toEqual(['spec.json']);
    expect(journalsOf(disk.path).map(({ finished, rows }) => ({ finished, rows }))).toEqual(
      Array(3).fill({ finished: true, rows: 4001 }),
    );
    expectCompletion(3);
  });

  it('says so when there is no room for a single byte', () => {
    disk = new Tmpfs();
    disk.leave(0);
    const { code, stdout, stderr } = run(disk.path);
    expect(stderr).toMatch(/^cannot write \S+: no space left on device \(ENOSPC\)\n$/);
    expect(stderr).toContain(`cannot write ${disk.path}/disk/`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(disk.files()).toEqual([]);
    expectCompletion(0);
  });

  it('refuses a read-only disk as bad usage, before anything is trained', () => {
    disk = new Tmpfs('size=64k,ro');
    const { code, stdout, stderr } = run(disk.path);
    expect(stderr).toBe(`--out: cannot write to ${disk.path}: ${disk.path} lies on a read-only file system (EROFS)\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(disk.files()).toEqual([]);
  });
});
