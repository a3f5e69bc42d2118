import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { prepare } from '../src/executors/prepare.ts';
import { loadSpec } from '../src/pipelines/load-spec.ts';
import { jsonSchema, parse } from '../src/pipelines/parse.ts';
import { builtIn } from '../src/pipelines/registry.ts';
import { tiny, type Written } from './pipelines/tiny.ts';

const specs = new URL('../specs/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, specs), 'utf8'));
const names = readdirSync(specs).filter((name) => name.endsWith('.json'));
const written = read('schema/experiment.json');

describe.each(names)('specs/%s', (name) => {
  it('would run', async () => {
    const { runs, spec } = await prepare(await loadSpec(fileURLToPath(new URL(name, specs))), 'typed-array');
    expect(runs.length).toBeGreaterThan(0);
    expect(`${spec.name}.json`).toBe(name);
  });

  it('is the same when it is read, written and read again', () => {
    const parsed = parse(read(name), builtIn);
    expect(parse(JSON.parse(JSON.stringify(parsed)), builtIn)).toEqual(parsed);
  });

  it('names the JSON Schema, and is as it says', () => {
    expect(read(name).$schema).toBe('./schema/experiment.json');
    expect(z.fromJSONSchema(written).safeParse(read(name)).error).toBeUndefined();
  });
});

it('names the paper’s central experiment among the specs', () => expect(names).toContain('e05-drift-scaling.json'));

describe('the JSON Schema of specs', () => {
  it('is what scripts/schema.ts would write', () => {
    expect(written).toEqual(JSON.parse(JSON.stringify(jsonSchema(builtIn))));
  });

  const byJsonSchema = z.fromJSONSchema(written);
  const accepts = (spec: Written) => {
    try {
      parse(spec, builtIn);
      return true;
    } catch {
      return false;
    }
  };

  it.each<[string, Written]>([
    ['nothing but what is required', tiny()],
    ['every default written out', JSON.parse(JSON.stringify(parse(tiny(), builtIn)))],
    ['Chebyshev', tiny({ data: { kind: 'chebyshev', n: 20, degree: 4 }, loss: 'mse' })],
    [
      'images',
      tiny({ data: { kind: 'idx', images: 'a', labels: 'b', first: 9, classes: [3, 5], normalize: 'standard' } }),
    ],
    ['images in batches', tiny({ data: { kind: 'cifar10', folder: 'cifar', split: 'test' } })],
    ['leaky-relu with a slope', tiny({ model: { kind: 'mlp', hidden: [], activation: 'leaky-relu', slope: 0.1 } })],
    [
      'axes of every type',
      tiny({ grid: { ...tiny()['grid'], 'model.hidden': [[4], [8, 8]], 'model.bias': [true, false] } }),
    ],
    ['a key in the grid alone', tiny({ model: { kind: 'mlp' }, grid: { ...tiny()['grid'], 'model.hidden': [[4]] } })],
    [
      'measures with options',
      tiny({
        measure: [
          { op: 'conservation', laws: ['neuron'] },
          { op: 'hessian', every: 5 },
        ],
      }),
    ],
  ])('and the parser accept %s', (_, spec) => {
    expect(accepts(spec)).toBe(true);
    expect(byJsonSchema.safeParse(spec).success).toBe(true);
  });

  it.each<[string, Written]>([
    ['a misspelt key', tiny({ stepz: 20 })],
    ['a misspelt key inside', tiny({ data: { kind: 'xor', n: 20, m: 2 } })],
    ['steps 0', tiny({ steps: 0 })],
    ['half a width', tiny({ model: { kind: 'mlp', hidden: [4.5] } })],
    ['an unknown loss', tiny({ loss: 'mae' })],
    ['an unknown operator', tiny({ measure: [{ op: 'hesian' }] })],
    ['an unknown option of one', tiny({ measure: [{ op: 'hessian', evry: 5 }] })],
    ['an unknown fit', tiny({ fit: [{ op: 'line', x: 'learningRate', y: 'drift' }] })],
    ['a negative learning rate', tiny({ grid: { learningRate: [-1], seed: [1] } })],
    ['a grid without seed', tiny({ grid: { learningRate: [1] } })],
    ['an empty axis', tiny({ grid: { learningRate: [1], seed: [] } })],
    ['no question', tiny({ question: '' })],
  ])('and the parser refuse %s', (_, spec) => {
    expect(accepts(spec)).toBe(false);
    expect(byJsonSchema.safeParse(spec).success).toBe(false);
  });
});
