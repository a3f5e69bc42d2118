import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Data } from '../../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { spheres } from '../../../src/math/data/spheres.ts';
import { xor } from '../../../src/math/data/xor.ts';
import { torchRandom } from '../../../src/math/random/torch.ts';

interface Case {
  seed: number;
  data: { kind: string; n: number; d: number; classes: number; separation: number };
  widths: number[];
  bias: boolean;
  order: 'model-first' | 'data-first';
  parameters: number[][];
  x: number[];
  labels: number[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../reference/torch-random-more.json', import.meta.url), 'utf8'),
);
const optionsOf = ({ kind: _, ...options }: Case['data']) => options;
const kinds: Record<string, (options: Omit<Case['data'], 'kind'>) => Data> = {
  'gaussian-mixture': gaussianMixture,
  spheres,
  xor,
};

describe('parameters and data of one seed', () => {
  it.each(cases)('are PyTorch’s, bit for bit: $data, $order, bias $bias', (expected) => {
    const { seed, data, widths, bias, order } = expected;
    const random = torchRandom(seed);
    const parameters = () =>
      widths.slice(1).flatMap((out, l) => {
        const bound = 1 / Math.sqrt(widths[l]!);
        const weight = [...random.uniform(out * widths[l]!, -bound, bound)];
        return bias ? [weight, [...random.uniform(out, -bound, bound)]] : [weight];
      });
    if (order === 'model-first') expect(parameters()).toEqual(expected.parameters);
    const { x, labels } = kinds[data.kind]!(optionsOf(data)).draw(random);
    expect([...x]).toEqual(expected.x);
    expect([...labels!]).toEqual(expected.labels);
    if (order === 'data-first') expect(parameters()).toEqual(expected.parameters);
  });
});
