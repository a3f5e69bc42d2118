import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axisColumns } from '../../src/operators/sources/grid.ts';
import { axisColumnsOf } from '../../src/pipelines/axis-columns.ts';
import { parse } from '../../src/pipelines/parse.ts';
import { builtIn } from '../../src/pipelines/registry.ts';
import { tiny, type Written } from './tiny.ts';

const own = {
  options: z.strictObject({ n: z.number(), turns: z.int().max(2 ** 41), noise: z.number().optional() }),
  make: () => ({ d: 1, k: 1, draw: () => Promise.reject() }) as never,
};
const registry = { ...builtIn, data: { ...builtIn.data, own } };

const kinds = (changes: Written) => {
  const columns = axisColumnsOf(parse(tiny(changes), registry), registry);
  return Object.fromEntries(Object.entries(columns).map(([name, { arrow }]) => [name, arrow]));
};
const grid = (axes: Written) => ({ ...axes, learningRate: [1, 2], seed: [1] });

describe('the axes of a spec', () => {
  it('have the columns that a sweep gives them by their keys', () => {
    const axes = grid({
      ...{ 'data.n': [4, 8], 'data.d': [2], 'data.classes': [2], 'data.separation': [1, 2] },
      ...{ 'model.hidden': [[4], [8]], 'model.bias': [true], 'model.slope': [1], 'model.activation': ['leaky-relu'] },
      ...{ 'optimizer.batch': [2, 4], 'optimizer.beta': [0] },
    });
    const spec = parse(tiny({ optimizer: { kind: 'sgd' }, grid: axes }), registry);
    expect(axisColumnsOf(spec, registry)).toEqual(axisColumns(axes));
    expect(
      kinds({ data: { kind: 'chebyshev' }, loss: 'mse', grid: grid({ 'data.n': [4], 'data.degree': [2] }) }),
    ).toEqual({
      ...{ 'data.n': 'int32', 'data.degree': 'int32', learningRate: 'float64', seed: 'uint32' },
    });
  });

  it('are integers as the schema of a kind of one’s own says', () => {
    expect(
      kinds({ data: { kind: 'own' }, grid: grid({ 'data.n': [4], 'data.turns': [2], 'data.noise': [1] }) }),
    ).toMatchObject({
      ...{ 'data.n': 'float64', 'data.turns': 'int32', 'data.noise': 'float64' },
    });
  });

  it('are integers only if they are so in every kind of the grid', () => {
    const data = { turns: 1 };
    const axes = { 'data.kind': ['own'], 'data.n': [4] };
    expect(kinds({ data, grid: grid(axes) })).toMatchObject({ 'data.kind': 'utf8', 'data.n': 'float64' });
  });

  it('are doubles if an int32 does not hold their values', () => {
    for (const turns of [2 ** 40, -(2 ** 40)]) {
      expect(kinds({ data: { kind: 'own', n: 1 }, grid: grid({ 'data.turns': [turns] }) })).toMatchObject({
        'data.turns': 'float64',
      });
    }
  });
});
