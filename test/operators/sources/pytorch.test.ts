import { readFileSync } from 'node:fs';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { classified } from '../../../src/math/data/dataset.ts';
import type { EngineName } from '../../../src/math/engines/engines.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import { adamw } from '../../../src/operators/sources/adamw.ts';
import type { Step } from '../../../src/operators/sources/descend.ts';
import type { Descent } from '../../../src/operators/sources/descent.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { rmsprop } from '../../../src/operators/sources/rmsprop.ts';
import type { Stream } from '../../../src/stream.ts';
import { norm } from '../../helpers/network.ts';

interface Case {
  readonly activation: 'tanh' | 'relu';
  readonly loss: 'cross-entropy' | 'mse';
  readonly x: number[];
  readonly labels: number[];
  readonly start: number[];
  readonly runs: Record<string, { readonly losses: number[]; readonly parameters: number[] }>;
}

const file = new URL('../../reference/optimizers.json', import.meta.url);
const { cases, steps }: { cases: Case[]; steps: number } = JSON.parse(readFileSync(file, 'utf8'));

/** The options of `generate-optimizers.py` in our words. */
const optimizers: Record<string, (of: Omit<Descent, 'learningRate'>) => Stream<Step>> = {
  gd: (of) => gradientDescent({ ...of, learningRate: 0.1 }),
  'gd, decay': (of) => gradientDescent({ ...of, learningRate: 0.1, weightDecay: 0.05 }),
  'heavy ball': (of) => momentum({ ...of, learningRate: 0.05 }),
  'heavy ball, decay': (of) => momentum({ ...of, learningRate: 0.05, beta: 0.8, weightDecay: 0.02 }),
  damped: (of) => momentum({ ...of, learningRate: 0.2, dampening: 0.9 }),
  'damped, decay': (of) => momentum({ ...of, learningRate: 0.1, dampening: 0.5, weightDecay: 0.02 }),
  nesterov: (of) => momentum({ ...of, learningRate: 0.05, nesterov: true }),
  'nesterov, decay': (of) => momentum({ ...of, learningRate: 0.05, beta: 0.7, nesterov: true, weightDecay: 0.02 }),
  rmsprop: (of) => rmsprop({ ...of, learningRate: 0.002 }),
  'rmsprop, other': (of) => rmsprop({ ...of, learningRate: 0.002, beta2: 0.9, epsilon: 1e-3 }),
  adam: (of) => adam({ ...of, learningRate: 0.01 }),
  'adam, other': (of) => adam({ ...of, learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-4 }),
  adamw: (of) => adamw({ ...of, learningRate: 0.01 }),
  'adamw, other': (of) =>
    adamw({ ...of, learningRate: 0.01, beta1: 0.5, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.3 }),
};

const engines: EngineName[] = ['typed-array', 'wasm'];

describe.each(cases)('PyTorch’s steps under $loss with $activation', ({ activation, loss, x, labels, start, runs }) => {
  it('are those of every optimizer here', () => expect(Object.keys(runs)).toEqual(Object.keys(optimizers)));

  const L = (engine: EngineName) =>
    objective({
      engine,
      model: mlp({ hidden: [6], activation, bias: true }),
      loss,
      data: classified(Float64Array.from(x), Int32Array.from(labels), 4, 3),
    });

  it.each(engines.flatMap((engine) => Object.keys(runs).map((name) => [name, engine] as const)))(
    'are made to 1e-12 by %s on %s, a hundred of them',
    async (name, engine) => {
      const { losses, parameters } = runs[name]!;
      const rows = await lastValueFrom(
        optimizers[name]!({ objective: L(engine), theta0: Float64Array.from(start) }).pipe(
          take(steps + 1),
          map(({ loss, state }) => ({ loss, theta: state.copy().theta })),
          toArray(),
        ),
      );
      const worst = Math.max(...rows.map((row, t) => Math.abs(row.loss / losses[t]! - 1)));
      expect(worst).toBeLessThanOrEqual(1e-12);
      const { theta } = rows.at(-1)!;
      const off = norm(theta.map((w, i) => w - parameters[i]!)) / norm(theta);
      expect(off).toBeLessThanOrEqual(1e-12);
      // and the run has gone somewhere
      expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
    },
  );
});
