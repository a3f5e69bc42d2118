import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { report, summary } from '../../src/cli/report.ts';
import { runExperiment } from '../../src/executors/experiment.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { columns as fitsColumns } from '../../src/operators/aggregates/fits.ts';
import { tableNames } from '../../src/pipelines/fit.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { tablesOf } from '../../src/store/results.ts';
import { readTable } from '../../src/store/tables.ts';
import { folder, tiny, type Written } from './tiny.ts';

const files = folder();
const inProject = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

files.write(
  'mine.mjs',
  `import { z } from ${inProject('node_modules/zod/index.js')};
import { map, reduce } from ${inProject('node_modules/rxjs/dist/cjs/index.js')};
import { float64, int32, utf8 } from ${inProject('src/columns.ts')};
import { fold } from ${inProject('src/operators/aggregates/fold.ts')};

const options = z.strictObject({ scale: z.number().default(1) });
const range = fold(
  'range',
  {
    options,
    columns: { middle: float64('middle of y'), least: float64('least y'), greatest: float64('greatest y'), how: utf8('method') },
    intervals: { middle: { low: 'least', high: 'greatest', method: 'how' } },
  },
  ({ scale }) => (runs) => {
    const y = runs.map((run) => scale * run.y);
    const [least, greatest] = [Math.min(...y), Math.max(...y)];
    return { middle: (least + greatest) / 2, least, greatest, how: 'range' };
  },
);
const counted = {
  options: z.strictObject({}),
  columns: { fit: utf8('id'), where: utf8('axes'), runs: int32('runs') },
  report: ({ runs }) => ({ head: ['runs'], rows: [[String(runs)]], lines: ['counted'] }),
  create: () => (rows) => rows.pipe(reduce((n) => n + 1, 0), map((runs) => ({ fit: '', where: '', runs }))),
};
export const fits = { range, counted };
`,
);

const pair = { x: 'learningRate', y: 'finalLoss' };
const spec = (changes: Written = {}) =>
  tiny({
    operators: ['./mine.mjs'],
    grid: { learningRate: [0.01, 0.02, 0.04], seed: [1, 2] },
    fit: [
      { op: 'range', id: 'losses', ...pair, scale: 2 },
      { op: 'powerLaw', id: 'law', x: 'learningRate', y: 'drift' },
      { op: 'counted' },
      { op: 'summarize', ...pair },
    ],
    claims: [{ id: 'middle', statement: 's', statistic: 'losses.middle', published: 0, tolerance: 100 }],
    ...changes,
  });
const prepared = async (written: Written) => prepare(await loadSpec(files.write('spec.json', written)), 'typed-array');
const run = async (written: Written, out = files.in('out')) =>
  runExperiment(await prepared(written), { out, signal: new AbortController().signal });

describe('each fit of a spec', () => {
  it('has a table of its id with the columns that its operator declares', async () => {
    const { dir, runs, fits, tables } = await run(spec());
    expect(Object.keys(tables)).toEqual([...tableNames, 'losses', 'law', 'counted', 'summarize']);
    expect(
      readdirSync(dir)
        .filter((name) => name.endsWith('.arrow'))
        .sort(),
    ).toEqual(
      Object.keys(tables)
        .map((name) => `${name}.arrow`)
        .sort(),
    );
    const stored = ['losses', 'law', 'counted', 'summarize'].flatMap((id) => {
      const rows = readTable(dir, id);
      expect(Object.keys(rows[0]!)).toEqual(Object.keys(tables[id]!));
      return rows;
    });
    expect(stored).toEqual(fits);

    const losses = runs.map(({ finalLoss }) => finalLoss as number);
    const [least, greatest] = [2 * Math.min(...losses), 2 * Math.max(...losses)];
    const middle = (least + greatest) / 2;
    expect(fits[0]).toEqual({ fit: 'losses', where: '', ...pair, middle, least, greatest, how: 'range' });
    expect(fits[2]).toEqual({ fit: 'counted', where: '', runs: 6 });
  });

  it('stands in `fits` if it has what power laws share, with those columns', async () => {
    const { dir, fits } = await run(spec());
    const shared = Object.fromEntries(Object.keys(fitsColumns).map((name) => [name, fits[1]![name]]));
    expect(readTable(dir, 'fits')).toEqual([shared]);
    expect(fits[1]).toMatchObject({ fit: 'law', stableInterval: 'none' });
  });

  it('is found stored as it was written', async () => {
    const first = await run(spec());
    const second = await run(spec());
    expect(second).toMatchObject({ trained: 0, found: 6 });
    expect(second.fits).toEqual(first.fits);
    expect(second.claims).toEqual(first.claims);
  });

  it('is claimed with the interval that it declares, and refused with a column that it has not', async () => {
    const { claims, fits } = await run(spec());
    const { middle: ours, least: low, greatest: high } = fits[0]!;
    expect(claims[0]).toMatchObject({ ours, low, high, interval: 'range', null: null });
    const wrong = spec({ claims: [{ ...spec()['claims'][0], statistic: 'losses.exponent' }] });
    await expect(prepared(wrong)).rejects.toThrow(
      'claims[0].statistic: expected a column of losses (middle, least, greatest), got "exponent"',
    );
  });

  it('is reported as its operator says, and in the summary', async () => {
    const outcome = await run(spec());
    const said = report(outcome).split('\n\n');
    expect(said[1]).toBe('losses: finalLoss over learningRate');
    expect(said[2]).toMatch(/^column +value\n─+ +─+\nmiddle +\d/);
    expect(said.slice(6, 9)).toEqual(['counted', 'runs\n────\n6', 'counted']);
    expect(summary(outcome).fits.map(({ fit }) => fit)).toEqual(['losses', 'law', 'counted', 'summarize']);
  });

  it('checks the options of one’s own', async () => {
    const wrong = spec({ fit: [{ op: 'range', id: 'losses', ...pair, scal: 2 }] });
    await expect(prepared(wrong)).rejects.toThrow(
      'fit[0].scal: unknown key; did you mean scale? (known: op, x, y, by, scale, id)',
    );
  });
});

describe('tableNames', () => {
  it('are the tables of a spec without a fit', async () => {
    expect(Object.keys(tablesOf(await prepared(tiny())))).toEqual(tableNames);
  });
});

describe('the options of a fit', () => {
  const loaded = (entry: Written, changes: Written = {}) =>
    loadSpec(files.write('options.json', tiny({ fit: [entry], ...changes })));

  it.each([
    ['by', 'z.string()'],
    ['x', 'z.number()'],
    ['y', 'z.array(z.string())'],
  ])('have the types that a spec reads: not %s: %s', async (name, schema) => {
    const entry = `{ options: z.strictObject({ ${name}: ${schema} }), columns: { fit: utf8('f'), where: utf8('w') }, create: () => (rows) => rows }`;
    files.write(
      `${name}.mjs`,
      `import { z } from ${inProject('node_modules/zod/index.js')};
import { utf8 } from ${inProject('src/columns.ts')};
export const fits = { ${name}Fit: ${entry} };
`,
    );
    await expect(loaded({ op: `${name}Fit` }, { modules: [`./${name}.mjs`] })).rejects.toThrow(
      `fits.${name}Fit.options: expected an object schema whose x and y are texts, and by a list of texts`,
    );
  });

  it('ask for positive x only if the fit does', async () => {
    const grid = { ...(tiny()['grid'] as Written), 'data.separation': [0, 1, 2] };
    const over = (op: string) => loaded({ op, x: 'data.separation', y: 'finalLoss' }, { grid });
    await expect(over('powerLaw')).rejects.toThrow('fit[0].x: expected an axis of positive numbers');
    expect((await over('summarize')).spec.fit).toHaveLength(1);
  });
});
