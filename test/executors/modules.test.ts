import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/executors/experiment.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { openRun } from '../../src/executors/workers/open-run.ts';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { loadModules, loadSpec } from '../../src/pipelines/load-spec.ts';
import { readTable } from '../../src/store/tables.ts';
import { folder, tiny, type Written } from '../pipelines/tiny.ts';

const files = folder();
const packages = {
  rxdescent: JSON.stringify(new URL('../../src/index.ts', import.meta.url).href),
  zod: JSON.stringify(createRequire(import.meta.url).resolve('zod')),
};

// signs descends by η·sign(g), so that θ moves by η·√d a step; angles is a circle of n points in two halves
files.write(
  'own.mts',
  `
  import { classified, derive, float64, fold, memoryless, optimizer, readDataset } from ${packages.rxdescent};
  import { z } from ${packages.zod};

  const count = z.int().positive();
  const angles = ({ n, radius }) => ({
    d: 2,
    k: 2,
    draw() {
      const x = new Float64Array(2 * n);
      const at = (i) => (2 * Math.PI * (i + 0.5)) / n;
      for (let i = 0; i < n; i++) x.set([radius * Math.cos(at(i)), radius * Math.sin(at(i))], 2 * i);
      return classified(x, Int32Array.from({ length: n }, (_, i) => Number(i < n / 2)), 2, 2);
    },
  });
  export const data = {
    angles: { options: z.strictObject({ n: count, radius: z.number().positive() }), make: angles },
    table: { options: z.strictObject({ table: z.string() }), paths: ['table'], make: ({ table }) => readDataset(table) },
  };
  export const operators = {
    halfLoss: {
      options: z.strictObject({}),
      create: () => derive({ halfLoss: float64('half of the loss') }, ({ loss }) => ({ halfLoss: loss / 2 })),
    },
  };
  export const fits = {
    digest: fold(
      'digest',
      { options: z.strictObject({}), columns: { least: float64('least y') } },
      () => (runs) => ({ least: Math.min(...runs.map(({ y }) => y)) }),
    ),
  };
  export const optimizers = {
    signs: optimizer('signs', {
      options: z.strictObject({ batch: count.default(1) }),
      rule: () => ({
        update: (gradient, theta, eta, out) => void gradient.forEach((g, i) => (out[i] = -eta * Math.sign(g))),
        edge: () => NaN,
        ...memoryless,
      }),
    }),
  };
`,
);
files.write('points.csv', ['x,label', ...Array.from({ length: 12 }, (_, i) => `${i / 4},${i % 2}`)].join('\n'));

const spec = (changes: Written = {}) =>
  tiny({
    data: { kind: 'angles', radius: 2 },
    optimizer: { kind: 'signs' },
    modules: ['./own.mts'],
    measure: [{ op: 'conservation' }, { op: 'halfLoss' }, { op: 'updateNorm' }],
    fit: [{ op: 'digest', x: 'learningRate', y: 'halfLoss' }],
    grid: { 'data.n': [6, 10], learningRate: [0.01, 0.03], seed: [1] },
    ...changes,
  });

const plain = '{ shape: {}, safeParse() {} }'; // as much of a schema as the registry looks at

let outs = 0;
async function run(written: Written, workers = 1) {
  const prepared = await prepare(await loadSpec(files.write('spec.json', written)), 'typed-array');
  const out = files.in(`out-${outs++}`);
  return runExperiment(prepared, { out, signal: new AbortController().signal, workers });
}

describe('a module with a measure, a fit, a kind of data and an optimizer of one’s own', () => {
  it('trains with each of them, in threads too', async () => {
    const alone = await run(spec());
    const threads = await run(spec(), 2);
    for (const table of ['steps', 'runs', 'digest']) {
      const [one, two] = [alone, threads].map(({ dir }) => sha256OfFile(`${dir}/${table}.arrow`));
      expect(two).toBe(one);
    }
    const rows = readTable(alone.dir, 'steps');
    expect(rows).toHaveLength(4 * 21);
    for (const row of rows) expect(row['halfLoss']).toBe((row['loss'] as number) / 2);
    const d = 4 * 2 + 2 * 4; // weights of 2 → 4 → 2, none with a gradient of 0
    const moved = rows.find(({ run, step }) => run === 0 && step === 1)!['updateNorm'] as number;
    expect(moved).toBeCloseTo(0.01 * Math.sqrt(d), 12);
    expect(readTable(alone.dir, 'digest')).toHaveLength(2); // one for each value of data.n
  });

  it('reads files of its own relative to the spec, and finds a run again by their content', async () => {
    const written = spec({
      data: { kind: 'table', table: 'points.csv' },
      grid: { learningRate: [0.1], seed: [1] },
      fit: [],
    });
    const { runs, spec: absolute } = await prepare(await loadSpec(files.write('spec.json', written)), 'typed-array');
    expect(absolute.data['table']).toBe(files.in('points.csv'));
    expect(runs[0]!.open().objective.dataset).toMatchObject({ n: 12, d: 1, k: 2 });
    files.write('copy.csv', ['x,label', ...Array.from({ length: 12 }, (_, i) => `${i / 4},${i % 2}.0`)].join('\n'));
    const copied = spec({ ...written, data: { kind: 'table', table: 'copy.csv' } });
    const again = await prepare(await loadSpec(files.write('spec.json', copied)), 'typed-array');
    expect(again.runs[0]!.key).toBe(runs[0]!.key);
  });

  it('is read once by a thread, whatever the number of its runs', async () => {
    const module = files.write(
      'once.mjs',
      `export const data = { once: { options: ${plain}, make: () => ({ d: 1 }) } };`,
    );
    const { runs } = await prepare(await loadSpec(files.write('spec.json', tiny())), 'typed-array');
    const open = () => openRun({ config: runs[0]!.config, modules: [module], host: { engine: 'typed-array' } });
    await open();
    rmSync(module);
    expect((await open()).columns).toHaveProperty('drift');
  });

  it('is checked by its own schemas', async () => {
    const wrong = spec({ data: { kind: 'angles', radius: -1 }, optimizer: { kind: 'signs', bach: 3 } });
    await expect(loadSpec(files.write('wrong.json', wrong))).rejects.toThrow(
      /data\.radius: expected a number above 0, got -1\n.*optimizer\.bach: unknown key; did you mean batch\?/,
    );
  });
});

describe('the module of docs/start.md', () => {
  const page = readFileSync(new URL('../../docs/start.md', import.meta.url), 'utf8');
  const definition = (name: string) => new RegExp(`^const ${name} = .*?(?=\\n\\n)`, 'ms').exec(page)![0];

  it('runs with the operator and the optimizer of the page', async () => {
    const module = /```js\n(.*?)```/s.exec(page)![1]!;
    const text = module
      .replace("'rxdescent'", packages.rxdescent)
      .replace("'zod'", packages.zod)
      .replace('export const operators', `${definition('beyond')}\n${definition('signDescent')}\n$&`);
    files.write('mine.mts', text);
    const { dir, status } = await run(
      tiny({
        modules: ['./mine.mts'],
        data: { kind: 'two-bars', n: 100, gap: 1 },
        optimizer: { kind: 'signDescent', scale: 2 },
        measure: [{ op: 'hessian' }, { op: 'beyond', at: 1.9 }],
      }),
    );
    expect(status).toBe('completed');
    expect(readTable(dir, 'steps')[0]).toHaveProperty('beyond');
  });
});

describe('the hash of a module', () => {
  it.each(['./shape.js', './shape.ts'])('changes with a helper in TypeScript that it imports as %s', async (name) => {
    const write = (text: string) => {
      files.write('shape.ts', `export const shape = { make: () => ${text} };`);
      files.write('with-helper.mts', `import { shape } from '${name}';\nexport const data = {}; void shape;`);
    };
    const hash = async () => (await loadModules(['with-helper.mts'], { folder: files.in('') })).modules;
    write('1');
    const before = await hash();
    expect(await hash()).toEqual(before);
    write('2');
    expect(await hash()).not.toEqual(before);
  });
});
