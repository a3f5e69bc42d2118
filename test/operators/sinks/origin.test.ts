import fs from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { last, lastValueFrom, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { sharpness } from '../../../src/operators/measures/hessian.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { toParquet } from '../../../src/operators/sinks/to-parquet.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import { sweep } from '../../../src/operators/sources/sweep.ts';
import type { Stream } from '../../../src/stream.ts';
import { metadataOf } from './parquet.ts';
import { scratch } from './tables.ts';

const at = scratch();
const data = gaussianMixture({ n: 12, d: 3, classes: 2, separation: 2 });
const problem = { model: mlp({ hidden: [4] }), loss: 'mse', data, seed: 7 } as const;
const L = objective(problem);
const descent = { objective: L, theta0: L.start(), learningRate: 0.1 };

async function originOf(rows: Stream<object>) {
  await lastValueFrom(rows.pipe(toArrow(at('a.arrow')), toParquet(at('a.parquet'))));
  const { schema } = tableFromIPC(fs.readFileSync(at('a.arrow')));
  const [, plain] = metadataOf(at('a.parquet')).key_value_metadata!;
  const { columns, ...origin } = JSON.parse(plain!.value!);
  expect([plain!.key, JSON.parse(schema.metadata.get('rxdescent')!)]).toEqual(['rxdescent', origin]);
  return { columns, origin };
}

describe('the metadata of a table', () => {
  it('states objective, optimizer with its options, and seed, in Arrow and in Parquet', async () => {
    const { origin, columns } = await originOf(momentum({ ...descent, beta: 0.5 }).pipe(take(2), sharpness()));
    expect(origin).toEqual({
      objective: {
        parameters: 4 * 3 + 2 * 4,
        ...{ activation: 'relu', loss: 'mse', samples: 12, classes: 2 },
        tensors: [
          { name: L.tensors[0]!.name, shape: [4, 3] },
          { name: L.tensors[1]!.name, shape: [2, 4] },
        ],
      },
      optimizer: {
        ...{ name: 'momentum', learningRate: 0.1 },
        ...{ beta: 0.5, dampening: 0, nesterov: false, weightDecay: 0 },
      },
      seed: 7,
    });
    expect(columns.sharpness).toMatchObject({
      ...{ type: 'float64', nullable: false, unit: '1/η', matrix: 'hessian' },
      about: expect.stringContaining('λ₁'),
    });
  });

  it('states the order of the batches, and what kind of learning rate there is', async () => {
    const run = sgd({ ...descent, batch: 4, seed: 3, learningRate: (step) => 0.1 / (1 + step) });
    expect((await originOf(run.pipe(take(1)))).origin).toMatchObject({
      optimizer: { name: 'sgd', learningRate: 'schedule', batch: 4, seed: 3 },
    });
  });

  it('states the axes of a sweep, and its first run', async () => {
    const rows = sweep({ learningRate: [0.1, 0.2], seed: [1, 2] }, ({ learningRate, seed }) => {
      const L = objective({ ...problem, seed });
      return momentum({ objective: L, theta0: L.start(), learningRate }).pipe(take(2), last());
    });
    const { origin } = await originOf(rows);
    expect(Object.keys(origin)).toEqual(['axes', 'firstRun']);
    expect(origin).toMatchObject({
      axes: ['learningRate', 'seed'],
      firstRun: { seed: 1, optimizer: { learningRate: 0.1 } },
    });
  });

  it('is the same on every engine', async () => {
    const on = (engine: 'wasm' | 'typed-array') =>
      originOf(momentum({ ...descent, objective: objective({ ...problem, engine }) }).pipe(take(1)));
    expect(await on('wasm')).toEqual(await on('typed-array'));
  });
});
