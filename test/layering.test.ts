import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const entries = readdirSync(src, { recursive: true, withFileTypes: true }).map((entry) => ({
  path: join(entry.parentPath, entry.name).slice(src.length).split(sep).join('/'),
  folder: entry.isDirectory(),
}));
const files = entries.filter(({ path, folder }) => !folder && path.endsWith('.ts')).map(({ path }) => path);

/** Without comments, so that an example in a docstring imports nothing; a `//` in a text, as of an address, stays. */
const codeOf = (path: string) =>
  readFileSync(join(src, path), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(?<!:)\/\/.*$/gm, '');

/** Lists the imports of a file, by `import`, `export … from` or `import()`: paths within src, or names of modules. */
function importsOf(path: string): string[] {
  const specifiers = codeOf(path).matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^'"]+)\1/g);
  return [...specifiers].map(([, , name]) =>
    name!.startsWith('.')
      ? normalize(join(dirname(path), name!))
          .split(sep)
          .join('/')
      : name!,
  );
}

const imports = files.flatMap((path) => importsOf(path).map((name) => ({ path, name })));
const within = imports.filter(({ name }) => name.endsWith('.ts'));
const modules = imports.filter(({ name }) => !name.endsWith('.ts') && !name.startsWith('..'));

/** math ← columns, stream, state ← tables, files, datasets ← operators ← pipelines ← store ← executors ← live, cli; and what gathers them. */
const layers = [
  ['math'],
  [
    ...['columns.ts', 'stream.ts', 'state.ts', 'requirements.ts', 'options.ts', 'json-schema.ts'],
    ...['digits.ts', 'format-value.ts', 'nearest-name.ts'],
  ],
  ['tables', 'files', 'datasets'],
  ['operators'],
  ['pipelines'],
  ['store'],
  ['executors'],
  ['live', 'cli'],
  ['index.ts'],
];
const layerOf = (path: string) => layers.findIndex((names) => names.includes(path.split('/')[0]!));
const under =
  (...places: string[]) =>
  (path: string) =>
    places.some((place) => path === place || path.startsWith(`${place}/`));
const named =
  (...names: string[]) =>
  (name: string) =>
    names.some((n) => name === n || name.startsWith(`${n}/`));

/** Files left over once those that import none of the others are taken away, again and again: the circles, or none. */
function circle(imports: readonly { readonly path: string; readonly name: string }[]): string[] {
  for (let left = new Set(imports.map(({ path }) => path)); ; ) {
    const tied = new Set(imports.filter(({ path, name }) => left.has(path) && left.has(name)).map(({ path }) => path));
    if (tied.size === left.size) return [...left];
    left = tied;
  }
}

describe('the layers', () => {
  it('are read from the sources that there are', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(within.length).toBeGreaterThan(100);
    expect(within).toContainEqual({ path: 'operators/transforms/measure.ts', name: 'stream.ts' });
    expect(modules).toContainEqual({ path: 'stream.ts', name: 'rxjs' });
    expect(within.filter(({ name }) => !files.includes(name))).toEqual([]);
  });

  it('are the folders of src, and no other', () => {
    expect(files.filter((path) => layerOf(path) < 0)).toEqual([]);
  });

  it('import only from their own or from those to the left', () => {
    expect(within.filter(({ path, name }) => layerOf(name) > layerOf(path))).toEqual([]);
  });

  it('have no circle of imports', () => {
    expect(circle(within)).toEqual([]);
    expect(circle([...within, { path: 'stream.ts', name: 'operators/transforms/measure.ts' }])).not.toEqual([]);
  });

  it('of math know no streams, no specs, no tables, and nothing of the machine', () => {
    const inMath = modules.filter(({ path }) => under('math')(path));
    expect(inMath.filter(({ name }) => named('rxjs', 'zod', 'apache-arrow')(name))).toEqual([]);
    // an engine may import its backend
    const machine = inMath.filter(({ path, name }) => name.startsWith('node:') && !under('math/engines')(path));
    expect(machine).toEqual([]);
  });

  it('touch files and Arrow only in tables, files, datasets, sinks and what loads a spec, and from store on', () => {
    const allowed = under('tables', 'files', 'datasets', 'operators/sinks', 'pipelines/load-spec.ts');
    const early = modules.filter(
      ({ path }) => layerOf(path) < layerOf('store') && !allowed(path) && !under('math/engines')(path),
    );
    const outside = named('apache-arrow', 'node:fs', 'node:path', 'fs', 'path', 'hyparquet', 'hyparquet-writer');
    expect(early.filter(({ name }) => outside(name))).toEqual([]);
  });

  it('keep commands and schemas out of what computes: commander in cli, zod from options on', () => {
    expect(modules.filter(({ path, name }) => name === 'commander' && !under('cli')(path))).toEqual([]);
    expect(modules.filter(({ path, name }) => name === 'zod' && layerOf(path) < layerOf('options.ts'))).toEqual([]);
  });

  it('use of rxjs what is public', () => {
    expect(modules.filter(({ name }) => name.startsWith('rxjs/') && name !== 'rxjs/operators')).toEqual([]);
    expect(files.filter((path) => /\.lift\(|\boperator\.call\(/.test(codeOf(path)))).toEqual([]);
  });

  it('have no folder for what has no place', () => {
    const names = ['utils', 'util', 'common', 'core', 'helpers', 'shared', 'misc', 'lib'];
    expect(entries.filter(({ path, folder }) => folder && names.includes(path.split('/').at(-1)!))).toEqual([]);
  });
});

describe('numbers', () => {
  it('are never drawn from Math.random', () => {
    expect(files.filter((path) => /\bMath\s*(?:\.|\[['"])random\b/.test(codeOf(path)))).toEqual([]);
  });

  it('on the way of a trajectory come from our own functions, not from the host’s', () => {
    const host =
      /\bMath\s*\.\s*(?:exp|expm1|log|log1p|log2|log10|tanh|sinh|cosh|sin|cos|tan|atan|atan2|asin|acos|pow|cbrt|hypot)\b/;
    const on = files.filter(under('math/engines', 'math/kernels', 'math/losses', 'math/models'));
    expect(on.length).toBeGreaterThan(5);
    expect(on.filter((path) => host.test(codeOf(path)))).toEqual([]);
  });
});

describe('a file of operators', () => {
  /** Files that export no operator, and what they have instead. */
  const exceptions: Record<string, string> = {
    'operators/sources/descent.ts': 'the options of a descent, as types',
    'operators/sources/grid.ts': 'the axes of a sweep and their points',
    'operators/aggregates/fits.ts': 'the columns of the fits table',
    'operators/transforms/column-name.ts': 'the types of arguments that name columns',
  };
  const operators = files.filter((path) => /^operators\/\w+\/[^/]+\.ts$/.test(path) && !(path in exceptions));
  const camelCase = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

  it('lies in the folder of its stage', () => {
    const stages = new Set(files.filter(under('operators')).map((path) => path.split('/')[1]));
    expect(
      [...stages].filter((stage) => !['sources', 'measures', 'transforms', 'aggregates', 'sinks'].includes(stage!)),
    ).toEqual([]);
  });

  it.each(operators)('%s exports a function of that name', async (path) => {
    const name = camelCase(path.split('/').at(-1)!.replace('.ts', ''));
    const module: Record<string, unknown> = await import(pathToFileURL(join(src, path)).href);
    expect(module[name]).toBeTypeOf('function');
  });
});
