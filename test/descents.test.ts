import { readFileSync } from 'node:fs';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Data } from '../src/math/data/dataset.ts';
import { gaussianMixture } from '../src/math/data/gaussian-mixture.ts';
import { spheres } from '../src/math/data/spheres.ts';
import { xor } from '../src/math/data/xor.ts';
import type { EngineName } from '../src/math/engines/engines.ts';
import type { LossName } from '../src/math/losses/losses.ts';
import type { ActivationName } from '../src/math/models/activations.ts';
import { mlp } from '../src/math/models/mlp.ts';
import { objective } from '../src/math/risk.ts';
import { conservation } from '../src/operators/measures/conservation.ts';
import { gradientDescent } from '../src/operators/sources/gradient-descent.ts';
import { at, probe } from './helpers/network.ts';
import { kept } from './helpers/operators.ts';

const eps = Number.EPSILON;
const close = (value: number, expected: number, relative: number, absolute = 0) =>
  expect(Math.abs(value - expected), `${value} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + absolute,
  );

interface Drawn {
  readonly seed: number;
  readonly data: { kind: string; n: number; d: number; classes: number; separation: number };
  readonly widths: readonly number[];
  readonly bias: boolean;
  readonly order: 'model-first' | 'data-first';
}

interface Descent {
  readonly activation: ActivationName;
  readonly loss: LossName;
  readonly hvp: readonly number[];
  readonly points: readonly { step: number; loss: number; drift: number[]; imbalanceSum: number[] }[];
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`reference/${file}`, import.meta.url), 'utf8'));
const drawn: readonly Drawn[] = read('torch-random-more.json').cases;
const file: { slope: number; learningRate: number; cases: { seed: number; descents: Descent[] }[] } =
  read('descents.json');
const optionsOf = ({ kind: _, ...options }: Drawn['data']) => options;
const kinds: Record<string, (options: Omit<Drawn['data'], 'kind'>) => Data> = {
  'gaussian-mixture': gaussianMixture,
  xor,
  spheres,
};

const all = file.cases.flatMap(({ seed, descents }) =>
  descents.map((descent) => {
    const of = drawn.find((one) => one.seed === seed)!;
    return { name: `${of.data.kind}, ${of.widths.join('-')}${of.bias ? ' with biases' : ''}`, of, ...descent };
  }),
);

describe.each<EngineName>(['typed-array', 'wasm'])('a descent from the seed alone, %s', (engine) => {
  it.each(all)('is PyTorch’s: $name, $activation, $loss', async ({ of, activation, loss, hvp, points }) => {
    const slope = activation === 'leaky-relu' ? file.slope : undefined;
    const { seed, order, bias } = of;
    const model = mlp({ hidden: of.widths.slice(1, -1), activation, bias, slope });
    const L = objective({ model, loss, data: kinds[of.data.kind]!(optionsOf(of.data)), seed, order, engine });
    const evaluation = L.open();
    at(evaluation, L, L.start());
    const product = evaluation.hvp!(probe(L.dim), new Float64Array(L.dim));
    evaluation.close();
    const size = Math.hypot(...hvp);
    expect(Math.hypot(...product.map((value, i) => value - hvp[i]!))).toBeLessThanOrEqual(1e-10 * size);

    const rows = await lastValueFrom(
      gradientDescent({ objective: L, theta0: L.start(), learningRate: file.learningRate }).pipe(
        take(points.at(-1)!.step + 1),
        conservation(),
        map(kept),
        toArray(),
      ),
    );
    const total = rows[0]!.weightNormSq.reduce((sum, square) => sum + square, 0);
    for (const { step, ...theirs } of points) {
      const row = rows[step]!;
      expect(row.imbalanceSum).toHaveLength(of.widths.length - 2);
      // a sample that is fitted leaves r², of an r that is rounding in f
      close(row.loss, theirs.loss, 1e-9, 64 * eps * Math.sqrt(theirs.loss));
      for (const [l, S] of theirs.imbalanceSum.entries()) close(row.imbalanceSum[l]!, S, 1e-9, 64 * eps);
      // the file's drift is a difference of rounded norms
      for (const [l, drift] of theirs.drift.entries()) close(row.drift[l]!, drift, 1e-9, 64 * eps * total);
    }
  });
});
