import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type DataType, tableFromIPC } from 'apache-arrow';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ExperimentOptions, runExperiment } from '../../src/executors/experiment.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { powerLaw as refit } from '../../src/operators/aggregates/power-law.ts';
import { readRows } from '../../src/operators/sources/read-rows.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { JournalWriter, journalPath, readJournal } from '../../src/store/journal.ts';
import { readManifest, writeManifest } from '../../src/store/manifest.ts';
import { tablesOf } from '../../src/store/results.ts';
import { openTable, readTable } from '../../src/store/tables.ts';
import { folder, tiny, type Written } from '../pipelines/tiny.ts';

const files = folder();
let outs = 0;
/** An output folder that is not there yet. */
const fresh = () => files.in(`out-${outs++}`);

const prepared = async (spec: Written, name = 'spec.json') =>
  prepare(await loadSpec(files.write(name, spec)), 'typed-array');
const run = async (spec: Written, out: string, options: Partial<ExperimentOptions> = {}) =>
  runExperiment(await prepared(spec), { out, signal: new AbortController().signal, ...options });

const names = ['steps', 'runs', 'fits', 'claims', 'laws'];
const tables = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir)
      .filter((name) => /\.(arrow|parquet)$/.test(name))
      .map((name) => [name, sha256OfFile(join(dir, name))]),
  );

/** When each file below a folder was last written. */
const written = (path: string) =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .map((name) => [name, statSync(join(path, name), { bigint: true }).mtimeNs]),
  );

const powerLaw = { op: 'powerLaw', x: 'learningRate', y: 'drift' };
const claim = { id: 'alpha', statement: 'it grows', statistic: 'powerLaw.exponent', published: 2, tolerance: 0.5 };
const rates = { learningRate: [0.01, 0.02, 0.04], seed: [1, 2] };
const fitted = (changes: Written = {}) => tiny({ grid: rates, fit: [powerLaw], claims: [claim], ...changes });

describe('what a run leaves behind', () => {
  it('states in every table the hash of the spec, its axes, objective, optimizer and seeds, and no engine', async () => {
    const { dir } = await run(fitted({ optimizer: { kind: 'momentum', beta: 0.5 } }), fresh());
    const { data, model, loss } = tiny();
    for (const file of readdirSync(dir).filter((name) => name.endsWith('.arrow'))) {
      const { metadata } = tableFromIPC(readFileSync(join(dir, file))).schema;
      expect([...metadata.keys()]).toEqual(['rxdescent']);
      expect(JSON.parse(metadata.get('rxdescent')!)).toEqual({
        spec: basename(dir),
        axes: ['learningRate', 'seed'],
        objective: {
          ...{ data, loss, random: 'torch', order: 'model-first' },
          model: { ...model, activation: 'relu', bias: false },
        },
        optimizer: { kind: 'momentum', beta: 0.5, dampening: 0, nesterov: false, weightDecay: 0 },
        seed: [1, 2],
      });
    }
  });

  it('is read back as rows that know their axes: a fit over the table is the fit that is stored', async () => {
    const { dir, fits } = await run(fitted(), fresh());
    for (const ending of ['arrow', 'parquet']) {
      const runs = readRows(join(dir, `runs.${ending}`), {
        columns: {
          learningRate: 'float64',
          seed: 'uint32',
          drift: 'list<float64>',
          finalLoss: 'float64',
          status: 'utf8',
        },
      });
      expect(runs.shape.axes).toEqual(['learningRate', 'seed']);
      const { exponent, exponentLow, n } = await lastValueFrom(runs.pipe(refit('learningRate', 'drift')));
      expect([{ exponent, exponentLow, n }]).toMatchObject(
        [fits[0]].map((fit) => ({ exponent: fit!['exponent'], exponentLow: fit!['exponentLow'], n: fit!['n'] })),
      );
    }
  });

  it('is the spec, defaults filled in, the tables, and a manifest that knows them', async () => {
    const out = fresh();
    const { dir, status, found, trained } = await run(fitted(), out);
    expect({ status, found, trained }).toEqual({ status: 'completed', found: 0, trained: 6 });
    const files = [...names, 'powerLaw'].flatMap((name) => [`${name}.arrow`, `${name}.parquet`]);
    expect(readdirSync(dir).sort()).toEqual([...files, 'manifest.json', 'spec.json'].sort());

    const { manifest } = readManifest(dir);
    const { runs } = await prepared(fitted());
    expect(manifest).toMatchObject({
      engine: 'typed-array',
      precision: 'float64',
      status: 'completed',
      trajectories: runs.map(({ key }) => key),
      versions: { node: process.versions.node },
      machine: { platform: process.platform, arch: process.arch },
    });
    expect(Object.keys(manifest!.tables).sort()).toEqual([...names, 'powerLaw'].sort());
    for (const [name, { rows, arrow, parquet }] of Object.entries(manifest!.tables)) {
      expect(rows).toBe(openTable(dir, name).rows);
      expect({ [`${name}.arrow`]: arrow, [`${name}.parquet`]: parquet }).toEqual({
        [`${name}.arrow`]: tables(dir)[`${name}.arrow`],
        [`${name}.parquet`]: tables(dir)[`${name}.parquet`],
      });
    }
    expect(manifest!.tables).toMatchObject({ steps: { rows: 6 * 21 }, runs: { rows: 6 }, laws: { rows: 6 } });
    expect(Date.parse(manifest!.finished)).toBeGreaterThanOrEqual(Date.parse(manifest!.started));
    expect(readdirSync(join(out, '.runs')).sort()).toEqual(runs.map(({ key }) => `${key}.arrows`).sort());
  });

  it('has the spec there before the first step, and no table', async () => {
    const out = fresh();
    let before: string[] = [];
    const watch = () => {
      before = readdirSync(out, { recursive: true, encoding: 'utf8' });
      return () => {};
    };
    const { dir } = await run(tiny(), out, { watch });
    expect(before.map((name) => join(out, name))).toContain(join(dir, 'spec.json'));
    expect(before.filter((name) => /arrow|parquet|manifest/.test(name))).toEqual([]);
  });

  it('lies in a folder named by the spec as it is written, with the paths in it made absolute', async () => {
    const rows = 'a,b,species\n1,2,x\n2,1,y\n0,1,x\n';
    const spec = tiny({ data: { kind: 'file', path: 'flowers.csv' }, steps: 3 });
    const dirs = [];
    for (const place of ['here', 'there']) {
      mkdirSync(files.in(place));
      files.write(`${place}/flowers.csv`, rows);
      const outcome = await runExperiment(await prepared(spec, `${place}/spec.json`), {
        out: files.in(`${place}/output`),
        signal: new AbortController().signal,
      });
      dirs.push(outcome.dir.replace(files.in(place), ''));
      expect(JSON.parse(readFileSync(join(outcome.dir, 'spec.json'), 'utf8'))).toEqual({
        ...tiny(),
        data: { kind: 'file', path: files.in(`${place}/flowers.csv`) },
        model: { kind: 'mlp', hidden: [4], activation: 'relu', bias: false },
        optimizer: { kind: 'gd' },
        steps: 3,
        logEvery: 1,
        random: 'torch',
        order: 'model-first',
        modules: [],
        measure: [{ op: 'conservation', laws: ['layer'], biases: true, matrix: 'norm' }],
        fit: [],
        claims: [],
      });
    }
    expect(dirs[0]).toMatch(/^\/output\/tiny\/[0-9a-f]{12}$/);
    expect(dirs[1]).toBe(dirs[0]);
  });

  it('has the columns that are described before anything is run', async () => {
    const spec = fitted({ measure: [{ op: 'conservation' }, { op: 'hessian', every: 10 }, { op: 'ema', of: 'loss' }] });
    const tables = tablesOf(await prepared(spec));
    expect(Object.keys(tables)).toEqual([...names, 'powerLaw']);
    const { dir } = await run(spec, fresh());
    for (const [name, described] of Object.entries(tables)) {
      const { schema } = tableFromIPC(readFileSync(join(dir, `${name}.arrow`)));
      const found = schema.fields.map((field) => [
        field.name,
        arrowName(field.type),
        field.nullable,
        field.metadata.get('unit'),
        field.metadata.get('about'),
      ]);
      const expected = Object.entries(described).map(([column, { arrow, nullable, unit, about }]) => [
        ...[column, arrow, nullable, unit, about],
      ]);
      expect(found).toEqual(expected);
      expect(described).not.toEqual({});
    }
  });

  it('has every step once, or those that are asked for and the last', async () => {
    const steps = async (spec: Written) =>
      readTable((await run(spec, fresh())).dir, 'steps').map(({ run, step }) => `${run}/${step}`);
    const all = (rows: number[]) => [0, 1].flatMap((run) => rows.map((step) => `${run}/${step}`));
    expect(await steps(tiny({ steps: 4 }))).toEqual(all([0, 1, 2, 3, 4]));
    expect(await steps(tiny({ logEvery: 7 }))).toEqual(all([0, 7, 14, 20]));
  });

  it('has the same sums in rows that are kept as in a run that keeps all', async () => {
    const drift = async (spec: Written) =>
      readTable((await run(spec, fresh())).dir, 'steps')
        .filter(({ step }) => step === 20)
        .map(({ drift, imbalanceSum, loss }) => [drift, imbalanceSum, loss]);
    expect(await drift(tiny({ logEvery: 6 }))).toEqual(await drift(tiny()));
  });
});

const arrowName = (type: DataType): string =>
  ({ Float64: 'float64', Int32: 'int32', Uint32: 'uint32', Bool: 'bool', Utf8: 'utf8' })[`${type}`] ??
  `${type}`.replace(/^List<Float64>$/, 'list<float64>').replace(/^List<Int32>$/, 'list<int32>');

describe('axes of every type', () => {
  it('are columns of their own type, and keep the fits and the laws apart', async () => {
    const grid = {
      'model.hidden': [[4], [4, 3]],
      'model.activation': ['relu', 'tanh'],
      'model.bias': [false],
      'data.separation': [1.5],
      'data.n': [12],
      learningRate: [0.01, 0.02, 0.04],
      seed: [7],
    };
    const { dir, runs, fits } = await run(tiny({ grid, fit: [powerLaw], steps: 5 }), fresh());
    const { schema } = tableFromIPC(readFileSync(join(dir, 'runs.arrow')));
    const types = Object.fromEntries(schema.fields.map(({ name, type }) => [name, arrowName(type)]));
    expect(types).toMatchObject({
      'model.hidden': 'list<int32>',
      'model.activation': 'utf8',
      'model.bias': 'bool',
      'data.separation': 'float64',
      'data.n': 'int32',
      learningRate: 'float64',
      seed: 'uint32',
    });
    expect(Object.keys(types).slice(0, 8)).toEqual(['run', ...Object.keys(grid)]);
    expect(runs).toHaveLength(12);
    expect(runs[4]).toMatchObject({ run: 4, 'model.activation': 'tanh', learningRate: 0.02, seed: 7 });
    expect(runs[6]!['model.hidden']).toEqual(Int32Array.of(4, 3));

    const apart = { 'model.bias': false, 'data.separation': 1.5, 'data.n': 12 };
    expect(fits.map(({ where }) => JSON.parse(where as string))).toEqual([
      { 'model.hidden': [4], 'model.activation': 'relu', ...apart },
      { 'model.hidden': [4], 'model.activation': 'tanh', ...apart },
      { 'model.hidden': [4, 3], 'model.activation': 'relu', ...apart },
      { 'model.hidden': [4, 3], 'model.activation': 'tanh', ...apart },
    ]);
    for (const { pointsX } of fits) expect(pointsX).toEqual(Float64Array.of(0.01, 0.02, 0.04));

    const laws = readTable(dir, 'laws');
    expect(laws.filter(({ run }) => run === 0).map(({ law, layer }) => [law, layer])).toEqual([[0, 1]]);
    expect(laws.filter(({ run }) => run === 11).map(({ law, layer }) => [law, layer])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect((runs[11]!['drift'] as Float64Array).length).toBe(2);
  });

  it('fit apart by what the spec says, where it says so', async () => {
    const grid = { 'model.activation': ['relu', 'tanh'], ...rates };
    const { fits } = await run(tiny({ grid, fit: [{ ...powerLaw, by: [] }], steps: 5 }), fresh());
    expect(fits).toHaveLength(1);
    expect(fits[0]).toMatchObject({ where: '', pointsTotal: Float64Array.of(4, 4, 4) });
  });
});

describe('a run that is stored', () => {
  it('is found by the same command, which trains nothing and touches no file', async () => {
    const out = fresh();
    const first = await run(fitted(), out);
    const before = written(out);
    let watched = false;
    const watch = () => {
      watched = true;
      return () => {};
    };
    const second = await run(fitted(), out, { watch });
    expect(second).toMatchObject({ found: 6, trained: 0, dir: first.dir, status: 'completed' });
    expect(second.runs).toEqual(first.runs);
    expect(second.fits).toEqual(first.fits);
    expect(second.claims).toEqual(first.claims);
    expect(written(out)).toEqual(before);
    expect(watched).toBe(false);
  });

  it.each([
    ['question', fitted({ question: 'Does it grow?' })],
    ['claim', fitted({ claims: [{ ...claim, published: -1 }] })],
    ['fit', fitted({ fit: [powerLaw, { ...powerLaw, id: 'sum', y: 'imbalanceSum' }] })],
  ])('is judged anew when a %s is edited, and not trained', async (_, edited) => {
    const out = fresh();
    const first = await run(fitted(), out);
    const before = written(join(out, '.runs'));
    const second = await run(edited, out);
    expect(second).toMatchObject({ found: 6, trained: 0 });
    expect(second.dir).not.toBe(first.dir);
    expect(written(join(out, '.runs'))).toEqual(before);
    expect(first.claims[0]).toMatchObject({ numberVerdict: 'reproduced' });
    if (edited['claims'][0].published === -1) expect(second.claims[0]).toMatchObject({ numberVerdict: 'differs' });
    expect(second.fits.map(({ fit }) => fit)).toEqual(edited['fit'].map(({ op, id }: Written) => id ?? op));
    // the same rows, in a table that states another spec
    expect(readTable(second.dir, 'steps')).toEqual(readTable(first.dir, 'steps'));
  });

  it('is kept when a seed is added: only the new runs are trained, to the same tables', async () => {
    const out = fresh();
    await run(fitted(), out);
    const before = written(join(out, '.runs'));
    const more = fitted({ grid: { ...rates, seed: [1, 2, 3] } });
    const second = await run(more, out);
    expect(second).toMatchObject({ found: 6, trained: 3 });
    expect(written(join(out, '.runs'))).toMatchObject(before);
    expect(tables(second.dir)).toEqual(tables((await run(more, fresh())).dir));
  });

  it.each(names.flatMap((name) => [`${name}.arrow`, `${name}.parquet`]))(
    'makes %s again from its journals',
    async (name) => {
      const out = fresh();
      const { dir } = await run(fitted(), out);
      const before = tables(dir);
      rmSync(join(dir, name));
      expect(await run(fitted(), out)).toMatchObject({ found: 6, trained: 0 });
      expect(tables(dir)).toEqual(before);
    },
  );

  it.each(names.flatMap((name) => [`${name}.arrow`, `${name}.parquet`]))('makes a damaged %s again', async (name) => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    const before = tables(dir);
    flip(join(dir, name));
    expect(await run(fitted(), out)).toMatchObject({ found: 6, trained: 0, status: 'completed' });
    expect(tables(dir)).toEqual(before);
  });

  it('is judged again, and not trained, by another version', async () => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    const { manifest } = readManifest(dir);
    writeManifest(dir, { ...manifest!, versions: { ...manifest!.versions, rxdescent: '0.0.0' } });
    expect(await run(fitted(), out)).toMatchObject({ found: 6, trained: 0 });
    expect(readManifest(dir).manifest!.versions).toEqual(manifest!.versions);
  });

  it('is refused, before anything is made, while another process trains one of its runs', async () => {
    const out = fresh();
    const { runs, columns } = await prepared(fitted());
    const path = journalPath(out, runs[3]!.key);
    const journal = new JournalWriter(path, columns);
    await expect(run(fitted(), out)).rejects.toThrow(`cannot write ${path}: process ${process.pid} on `);
    expect(readdirSync(out)).toEqual(['.runs']);
    journal.close();
    expect(await run(fitted(), out)).toMatchObject({ trained: 6 });
  });

  it('is not trained if another process has finished it meanwhile', async () => {
    const [one, other] = [fresh(), fresh()];
    const first = await run(fitted(), one);
    const watch = () => {
      cpSync(join(one, '.runs'), join(other, '.runs'), { recursive: true });
      return () => {};
    };
    const second = await run(fitted(), other, { watch });
    expect(second).toMatchObject({ found: 6, trained: 0, status: 'completed' });
    expect(tables(second.dir)).toEqual(tables(first.dir));
  });

  it('is not called completed if a journal that was finished is gone at the end', async () => {
    const out = fresh();
    await run(fitted(), out);
    const more = fitted({ grid: { ...rates, seed: [1, 2, 3] } });
    const { runs } = await prepared(more);
    const watch = () => () => rmSync(journalPath(out, runs[0]!.key));
    await expect(run(more, out, { watch })).rejects.toThrow(
      /^1 of 9 runs failed.*\nrun 0 .*was finished, and no longer is$/,
    );
    expect(await run(more, out)).toMatchObject({ found: 8, trained: 1, status: 'completed' });
  });

  it.each<[string, (path: string) => void]>([
    ['is gone', (path) => rmSync(path)],
    ['is not what ran', (path) => writeFileSync(path, '{}')],
  ])('has its spec put back if that %s, and nothing else', async (_, harm) => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    const [path, before] = [join(dir, 'spec.json'), written(out)];
    const spec = readFileSync(path, 'utf8');
    harm(path);
    expect(await run(fitted(), out)).toMatchObject({ found: 6, trained: 0 });
    expect(readFileSync(path, 'utf8')).toBe(spec);
    const name = relative(out, path);
    expect({ ...written(out), [name]: 0n }).toEqual({ ...before, [name]: 0n });
  });

  it('makes a manifest again of which the half is gone', async () => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    truncateSync(join(dir, 'manifest.json'), 500);
    expect(readManifest(dir).manifest).toBeUndefined();
    expect(await run(fitted(), out)).toMatchObject({ found: 6, trained: 0 });
    expect(readManifest(dir).manifest).toMatchObject({ status: 'completed' });
  });

  it.each<[string, (journal: string) => void]>([
    ['has a flipped bit', flip],
    ['lacks its end', (path) => truncateSync(path, statSync(path).size - 8)],
    ['lacks its second half', (path) => truncateSync(path, statSync(path).size / 2)],
    ['is empty', (path) => truncateSync(path, 0)],
    ['is gone', (path) => rmSync(path)],
  ])('is trained again if its journal %s', async (_, harm) => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    const before = tables(dir);
    const { runs } = await prepared(fitted());
    harm(journalPath(out, runs[2]!.key));
    rmSync(join(dir, 'runs.arrow'));
    expect(await run(fitted(), out)).toMatchObject({ found: 5, trained: 1, status: 'completed' });
    expect(tables(dir)).toEqual(before);
  });

  it('gives the same tables however its journal was cut into batches', async () => {
    const [whole, cut] = [fresh(), fresh()];
    const spec = fitted();
    const first = await run(spec, whole);
    const { runs, columns } = await prepared(spec);
    for (const { key } of runs) {
      const journal = new JournalWriter(journalPath(cut, key), columns);
      for (let i = 0; i < 21; i++) {
        journal.append(readJournal(journalPath(whole, key)).row(i)!);
        if (i % 4 === 0) journal.flush();
      }
      journal.finish();
    }
    expect(written(join(cut, '.runs'))).not.toEqual({});
    const second = await run(spec, cut);
    expect(second).toMatchObject({ found: 6, trained: 0 });
    expect(tables(second.dir)).toEqual(tables(first.dir));
  });

  it('is trained again if its journal was overwritten with that of another', async () => {
    const out = fresh();
    const { dir } = await run(fitted(), out);
    const before = tables(dir);
    const { runs } = await prepared(fitted());
    const [one, other] = runs.map(({ key }) => journalPath(out, key));
    cpSync(one!, other!);
    rmSync(dir, { recursive: true });
    expect(await run(fitted(), out)).toMatchObject({ found: 5, trained: 1 });
    expect(tables(dir)).toEqual(before);
  });

  it('can be moved with the folder it lies in', async () => {
    const [out, moved] = [fresh(), fresh()];
    await run(fitted(), out);
    cpSync(out, moved, { recursive: true });
    expect(await run(fitted(), moved)).toMatchObject({ found: 6, trained: 0 });
  });
});

/** Flips a bit in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(path, bytes);
}

describe('a run that diverges', () => {
  const spec = tiny({
    loss: 'mse',
    grid: { learningRate: [0.01, 0.02, 0.04, 1e8], seed: [1, 2] },
    fit: [powerLaw, { op: 'summarize', x: 'learningRate', y: 'finalLoss' }],
  });

  it('is a row with its status, its last row kept, and the others go on', async () => {
    const { dir, runs, status, trained } = await run(spec, fresh());
    expect({ status, trained }).toEqual({ status: 'completed', trained: 8 });
    expect(runs.map(({ status }) => status)).toEqual([...Array(6).fill('completed'), 'diverged', 'diverged']);
    for (const run of [6, 7]) {
      const rows = readTable(dir, 'steps').filter((row) => row['run'] === run);
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.length).toBeLessThan(21);
      expect(rows.map(({ loss }) => Number.isFinite(loss))).toEqual(rows.map((_, i) => i < rows.length - 1));
      expect(runs[run]).toMatchObject({ steps: rows.length - 1, finalLoss: rows.at(-1)!['loss'] });
    }
  });

  it.each([1, 2])('ends where Σθ² overflows behind a finite loss, also with %s workers', async (workers) => {
    let progress: Parameters<NonNullable<ExperimentOptions['watch']>>[0] | undefined;
    const watch: ExperimentOptions['watch'] = (of) => {
      progress = of;
      return () => {};
    };
    const overflowing = tiny({
      model: { kind: 'mlp', hidden: [4], activation: 'tanh' },
      grid: { learningRate: [0.01, 1e160], seed: [1] },
      measure: [{ op: 'conservation' }],
      logEvery: 7,
    });
    const { dir, runs } = await run(overflowing, fresh(), { workers, watch });
    expect(runs.map(({ status, steps }) => ({ status, steps }))).toEqual([
      { status: 'completed', steps: 20 },
      { status: 'diverged', steps: 1 },
    ]);
    expect(progress!.diverged).toBe(1);
    expect(progress!.steps).toBe(progress!.stepsInAll);
    const rows = readTable(dir, 'steps').filter((row) => row['run'] === 1);
    expect(rows.map(({ step }) => step)).toEqual([0, 1]);
    const last = rows[1]!;
    expect(Number.isFinite(last['loss'])).toBe(true);
    expect([...(last['weightNormSq'] as Iterable<number>)].every(Number.isFinite)).toBe(false);
    expect([...(last['drift'] as Iterable<number>)].every(Number.isFinite)).toBe(false);
  });

  it('is counted by the fits, and is in none', async () => {
    const { fits } = await run(spec, fresh());
    for (const fit of fits) {
      expect(fit).toMatchObject({
        pointsFinite: Float64Array.of(2, 2, 2, 0),
        pointsTotal: Float64Array.of(2, 2, 2, 2),
      });
    }
    expect(fits[0]).toMatchObject({ n: 3, windowHigh: 0.04, pointsFitted: Float64Array.of(1, 1, 1, 0) });
  });

  it('is found again like any other', async () => {
    const out = fresh();
    const { dir } = await run(spec, out);
    rmSync(join(dir, 'fits.arrow'));
    expect(await run(spec, out)).toMatchObject({ found: 8, trained: 0 });
  });

  it('leaves steps that the progress does not wait for', async () => {
    let progress: Parameters<NonNullable<ExperimentOptions['watch']>>[0] | undefined;
    await run(spec, fresh(), {
      watch: (of) => {
        progress = of;
        return () => {};
      },
    });
    const { steps, stepsInAll, trained, diverged, runs } = progress!;
    expect({ trained, diverged, runs }).toEqual({ trained: 8, diverged: 2, runs: 8 });
    expect(steps).toBe(stepsInAll);
    expect(steps).toBeLessThan(8 * 20);
  });
});

describe('a run that is interrupted', () => {
  const spec = fitted({ steps: 4000, logEvery: 3 });

  /** Stops the third run somewhere in the middle. */
  async function interrupted(out: string) {
    const controller = new AbortController();
    const outcome = await run(spec, out, {
      signal: controller.signal,
      watch: (progress) => {
        const timer = setInterval(() => progress.steps > 2 * 4000 + 100 && controller.abort(), 1);
        return () => clearInterval(timer);
      },
    });
    return outcome;
  }

  it('keeps every measured row in tables that say so', async () => {
    const { dir, runs, status } = await interrupted(fresh());
    expect(status).toBe('interrupted');
    expect(readManifest(dir).manifest).toMatchObject({ status: 'interrupted' });
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed', 'interrupted']);
    const steps = readTable(dir, 'steps').filter((row) => row['run'] === 2);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => 3 * i));
    expect(steps.length).toBeGreaterThan(100 / 3);
    expect(runs[2]).toMatchObject({ steps: steps.at(-1)!['step'], finalLoss: steps.at(-1)!['loss'] });
  });

  it('is in no fit, and no claim is judged', async () => {
    const { fits, claims } = await interrupted(fresh());
    expect(fits[0]).toMatchObject({ pointsX: Float64Array.of(0.01), pointsTotal: Float64Array.of(2) });
    expect(claims[0]).toMatchObject({
      ours: null,
      numberVerdict: 'not run',
      verdict: 'not run',
      reason: '2 of 6 runs came to their end',
    });
  });

  it('is trained again by the same command, to the tables of one that was not', async () => {
    const out = fresh();
    const { dir } = await interrupted(out);
    expect(await run(spec, out)).toMatchObject({ found: 2, trained: 4, status: 'completed', dir });
    expect(tables(dir)).toEqual(tables((await run(spec, fresh())).dir));
  });

  it('has its tables though the journal of a run that was not begun cannot be read', async () => {
    const out = fresh();
    const { runs } = await prepared(spec);
    mkdirSync(join(out, '.runs'), { recursive: true });
    writeFileSync(journalPath(out, runs.at(-1)!.key), 'no journal');
    const controller = new AbortController();
    controller.abort();
    const outcome = await run(spec, out, { signal: controller.signal });
    expect(outcome).toMatchObject({ status: 'interrupted', runs: [] });
  });

  it('leaves well-formed tables without a row if it had none', async () => {
    const controller = new AbortController();
    controller.abort();
    const { dir, runs } = await run(spec, fresh(), { signal: controller.signal });
    expect(runs).toEqual([]);
    for (const name of names.filter((name) => name !== 'claims')) expect(openTable(dir, name).rows).toBe(0);
  });
});

describe('a run at the edge of stability', () => {
  it('has its facts and its last regime in the runs table, whole numbers and words', async () => {
    const measure = [{ op: 'hessian', every: 5 }, { op: 'edgeOfStability' }];
    // at η = 20 the run begins above the edge of a cross-entropy, whose sharpness is at most a few units
    const fit = [{ op: 'summarize', x: 'learningRate', y: 'crossingStep' }];
    const { dir, runs, fits } = await run(
      tiny({ measure, fit, grid: { learningRate: [0.01, 20], seed: [1] } }),
      fresh(),
    );
    expect(readTable(dir, 'runs')).toEqual(runs);
    const [below, above] = runs;
    expect(below).toMatchObject({ crossingStep: null, onsetStep: null, regime: 'flow-like', period: 0 });
    expect(above!['crossingStep']).toBe(0);
    const schema = tableFromIPC(readFileSync(join(dir, 'runs.arrow'))).schema;
    const typeOf = (name: string) => String(schema.fields.find((field) => field.name === name)!.type);
    expect(['crossingStep', 'regime', 'period', 'stabilityRatio'].map(typeOf)).toEqual([
      'Int32',
      'Utf8',
      'Int32',
      'Float64',
    ]);

    const rows = readTable(dir, 'steps').filter((row) => row['run'] === 1);
    expect(rows.at(-1)).toMatchObject({ regime: above!['regime'], onsetStep: above!['onsetStep'] });
    expect(rows[0]!['stabilityRatio']).toBeCloseTo((20 * (rows[0]!['sharpness'] as number)) / 2, 12);
    expect(fits[0]!['pointsFinite']).toEqual(Float64Array.of(0, 1));
  });
});

describe('a list that an operator of one’s own measures now and then', () => {
  files.write(
    'profile.mjs',
    `import { float64s, int32s, measureEvery, summarizedBy } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
const columns = {
  profile: summarizedBy('lastMeasured', float64s('step and half of it')),
  span: float64s('step', { summary: [{ row: 'first', name: 'firstSpan' }, { row: 'last', name: 'lastSpan' }] }),
  counts: int32s('step and its negative', { summary: 'lastMeasured' }),
};
const options = { shape: {}, safeParse: () => ({ success: true, data: {} }) };
const create = () => measureEvery(2000, columns, () => ({
  row: ({ step }) => ({
    profile: Float64Array.of(step, step / 2),
    span: Float64Array.of(step),
    counts: Int32Array.of(step, -step),
  }),
  snapshot: () => null,
  restore: () => {},
}));
export const operators = { profile: { options, create } };`,
  );
  const spec = tiny({ operators: ['./profile.mjs'], measure: [{ op: 'profile' }], steps: 3001 });

  it('lands in the runs table with the list of the last step that measured it', async () => {
    // the batches after the one with step 2000 are read into its memory
    const { dir, runs } = await run(spec, fresh());
    expect(runs[0]).toMatchObject({
      profile: Float64Array.of(2000, 1000),
      counts: Int32Array.of(2000, -2000),
      firstSpan: Float64Array.of(0),
      lastSpan: null,
    });
    expect(readTable(dir, 'runs')).toEqual(runs);
  });
});

describe('columns with names of methods that every object has', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const write = (file: string, columns: readonly string[]) =>
    files.write(
      file,
      `import { derive, float64 } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
const names = ${JSON.stringify(columns)};
const all = (of) => Object.fromEntries(names.map((name, i) => [name, of(i)]));
const options = { shape: {}, safeParse: () => ({ success: true, data: {} }) };
const create = () => derive(all(() => float64('a number')), ({ step }) => all((i) => step + i));
export const operators = { odd: { options, create } };`,
    );
  const spec = (module: string) =>
    tiny({ operators: [module], measure: [{ op: 'odd' }], steps: 4, grid: { learningRate: [0.1], seed: [1] } });

  it('are in every table with their values', async () => {
    write('odd.mjs', names);
    const { dir, runs } = await run(spec('./odd.mjs'), fresh());
    for (const [i, name] of names.entries()) {
      expect(Object.hasOwn(runs[0]!, name) && runs[0]![name], name).toBe(4 + i);
      expect(
        readTable(dir, 'steps').map((row) => row[name]),
        name,
      ).toEqual([0, 1, 2, 3, 4].map((step) => step + i));
    }
    expect(readTable(dir, 'runs')).toEqual(runs);
  });

  it.each(['', '__proto__'])('are refused before the first step if no row can hold them: %j', async (name) => {
    write(`odd${name.length}.mjs`, [name]);
    await expect(prepared(spec(`./odd${name.length}.mjs`))).rejects.toThrow(
      `column ${name || '""'}: a name must not be empty, __proto__ or state; rename the column`,
    );
  });
});

describe('an operator of one’s own that throws', () => {
  files.write(
    'throws.mjs',
    `import { derive, float64 } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
const options = { shape: {}, safeParse() {} };
const create = () => derive({ twice: float64('2·L') }, (row) => ({ twice: missing(row) }));
export const operators = { throws: { options, create } };`,
  );
  const spec = fitted({ operators: ['./throws.mjs'], measure: [{ op: 'conservation' }, { op: 'throws' }] });

  it.each([1, 2])('is named by the place in its file, with %s workers', async (workers) => {
    const said = await run(spec, fresh(), { workers }).catch((error: Error) => error.message);
    expect(said).toMatch(/^run 0 .*: missing is not defined \(throws\.mjs:3:\d+\)$/m);
  });
});

describe('an operator of one’s own that does not hand on every row', () => {
  const schema = 'const options = { shape: {}, safeParse() {} };';
  // as an RxJS operator does that knows nothing of columns
  const create = `() => (rows) => new rows.constructor(rows.shape, (s) => rows.subscribe({
    next: (row) => { if (row.step % 2 === 0) s.next(row); }, error: (e) => s.error(e), complete: () => s.complete(),
  }))`;
  files.write('thins.mjs', `${schema} export const operators = { thins: { options, create: ${create} } };`);
  const spec = fitted({ operators: ['./thins.mjs'], measure: [{ op: 'conservation' }, { op: 'thins' }] });

  it('fails its runs, each named in the order of the grid, whoever was first', async () => {
    const failed = run(spec, fresh(), { workers: 2 }).catch((error: Error) => error.message.split('\n'));
    const said = await failed;
    expect(said).toHaveLength(7);
    for (const run of [0, 1, 2, 3, 4, 5]) {
      expect((said as string[])[run + 1]).toMatch(
        new RegExp(`^run ${run} .*: measure: expected the row of step 1, got that of step 2; `),
      );
    }
  });
});
