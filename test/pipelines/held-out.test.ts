import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/file.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { draw, mlp, tensorsOf } from '../../src/math/models/mlp.ts';
import { nativeRandom } from '../../src/math/random/native.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { rowsOf } from '../helpers/operators.ts';
import { folder, tiny, type Written } from './tiny.ts';

const files = folder();
const random = nativeRandom(5);
const lines = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const [a, b] = random.normal(2);
    return `${a! + 2 * (i % 2)},${b},${i % 2 ? 'x' : 'y'}`;
  });
const head = 'a,b,species';
const [first, second] = [lines(16), lines(6)];
files.write('flowers.csv', [head, ...first].join('\n'));
files.write('copy.csv', [head, ...first].join('\n'));
files.write('test.csv', [head, ...second].join('\n'));

const measure = [{ op: 'lossOn' }, { op: 'accuracy' }, { op: 'accuracy', on: 'test' }];
const prepared = async (data: Written, more: Written = {}) => {
  const spec = tiny({ data: { kind: 'file', path: 'flowers.csv', ...data }, measure, ...more });
  return prepare(await loadSpec(files.write('spec.json', spec)), 'typed-array');
};

describe('samples that a spec holds out', () => {
  it('are measured on every row: the loss and accuracy of the rest of the file', async () => {
    const { runs, columns } = await prepared({ test: 0.25 });
    expect(Object.keys(columns)).toEqual(expect.arrayContaining(['testLoss', 'generalisationGap', 'testAccuracy']));
    const { objective, rows } = runs[0]!.open();
    expect([objective.dataset.n, objective.test!.dataset.n]).toEqual([12, 4]);
    const evaluation = objective.test!.open();
    for (const [t, row] of (await rowsOf(rows)).entries()) {
      if (t === 0) expect(row['testLoss']).toBe(evaluation.loss!(objective.start()));
      expect(row['generalisationGap']).toBe((row['testLoss'] as number) - (row['loss'] as number));
      expect((row['testAccuracy'] as number) * 4).toBeCloseTo(Math.round((row['testAccuracy'] as number) * 4), 12);
    }
  });

  it('are drawn from the stream of the seed, after the parameters', async () => {
    const grid = { learningRate: [0.1], seed: [1, 2] };
    const { runs } = await prepared({ test: 0.25 }, { grid, random: 'native' });
    const whole = readDataset(files.in('flowers.csv'));
    const held = runs.map(({ config, open }) => {
      const { dataset } = open().objective.test!;
      const stream = nativeRandom(config.seed);
      draw(tensorsOf(mlp({ hidden: [4] }), 2, 2), stream);
      const rows = stream.permutation(16).subarray(0, 4).sort();
      expect(dataset.x).toEqual(Float64Array.from([...rows].flatMap((i) => [...whole.x.subarray(2 * i, 2 * i + 2)])));
      return dataset.x;
    });
    expect(held[0]).not.toEqual(held[1]);
  });

  it('may be another file', async () => {
    const { runs } = await prepared({ test: 'test.csv' });
    const { dataset } = runs[0]!.open().objective;
    expect([dataset.n, dataset.test!.n]).toEqual([16, 6]);
    expect(dataset.test!.x).toEqual(readDataset(files.in('test.csv')).x);
  });

  it('are part of the key of a run: what is held out, not where it lies', async () => {
    const key = async (data: Written) => (await prepared(data, { measure: [{ op: 'accuracy' }] })).runs[0]!.key;
    const keys = await Promise.all(
      [{}, { test: 0.25 }, { test: 0.5 }, { test: 'test.csv' }, { test: 'copy.csv' }].map(key),
    );
    expect(new Set(keys).size).toBe(5);
    expect(await key({ path: 'copy.csv', test: 0.25 })).toBe(keys[1]);
    expect(await key({ path: 'copy.csv', test: 'flowers.csv' })).toBe(keys[4]);
  });

  it('are asked for where a measure needs them', async () => {
    await expect(prepared({})).rejects.toThrow(
      'measure[0].on: expected data that hold samples out, got data without; give data.test',
    );
    await expect(prepared({}, { measure: [{ op: 'accuracy', on: 'test' }] })).rejects.toThrow(
      'measure[0].on: expected',
    );
    await expect(prepared({ test: 0.25 }, { measure: [{ op: 'lossOn', on: 'train' }] })).rejects.toThrow(
      'measure[0].on',
    );
    await expect(prepared({ test: 0.001 })).rejects.toThrow('split: test must leave a sample in each part');
    await expect(prepared({ test: 2 })).rejects.toThrow('data.test');
    await expect(prepared({ test: 'nope.csv' })).rejects.toThrow('nope.csv');
  });
});
