import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import type { Random } from '../../../src/math/random/random.ts';
import { torchRandom } from '../../../src/math/random/torch.ts';

const folder = new URL('../../reference/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const runs = readdirSync(folder).filter((file) => /^(ce|mse)-.*\.json$/.test(file));

function weights(random: Random, widths: number[]) {
  return widths.slice(1).map((out, l) => {
    const bound = 1 / Math.sqrt(widths[l]!);
    return [...random.uniform(out * widths[l]!, -bound, bound)];
  });
}

describe('gaussianMixture', () => {
  it('has reference runs to be compared with', () => {
    expect(runs).toHaveLength(8);
  });

  it.each(runs)('follows the weights of %s as PyTorch drew them, bit for bit', (file) => {
    const run = read(file);
    const random = torchRandom(run.seed);
    expect(weights(random, run.widths)).toEqual(run.weights);
    const { x, labels } = gaussianMixture(run.data).draw(random);
    expect([...x]).toEqual(run.x);
    expect([...labels!]).toEqual(run.labels);
  });

  const options = fc.record({
    n: fc.integer({ min: 1, max: 40 }),
    d: fc.integer({ min: 1, max: 9 }),
    classes: fc.integer({ min: 1, max: 6 }),
    separation: fc.double({ min: 0, max: 9, noNaN: true }),
  });

  it.each([
    ['torch', torchRandom],
    ['native', nativeRandom],
  ])('deals n samples to the classes as evenly as can be, the first ones more (%s)', (_, stream) => {
    fc.assert(
      fc.property(options, fc.nat(1_000), (options, seed) => {
        const { n, d, k, x, y, labels } = gaussianMixture(options).draw(stream(seed));
        expect([n, d, k, x.length, y.length]).toEqual([
          options.n,
          options.d,
          options.classes,
          options.n * options.d,
          options.n * options.classes,
        ]);
        for (let c = 0; c < k; c++) {
          expect(labels!.filter((label) => label === c).length).toBe(Math.floor((n - c + k - 1) / k));
        }
        labels!.forEach((label, i) => {
          expect([...y.subarray(i * k, (i + 1) * k)]).toEqual(Array.from({ length: k }, (_, c) => +(c === label)));
        });
      }),
    );
  });

  it('puts the mean of each class at separation · √d from the origin', () => {
    const [n, d, classes, separation] = [30_000, 4, 3, 2];
    const { x, labels } = gaussianMixture({ n, d, classes, separation }).draw(nativeRandom(1));
    const means = new Float64Array(classes * d); // [classes, d]
    labels!.forEach((c, i) => {
      for (let j = 0; j < d; j++) means[c * d + j]! += x[i * d + j]! / (n / classes);
    });
    for (let c = 0; c < classes; c++) {
      // five standard deviations of a mean along the radius, and the little that the other d − 1 add
      const distance = Math.hypot(...means.subarray(c * d, (c + 1) * d));
      expect(Math.abs(distance - separation * Math.sqrt(d))).toBeLessThan(5 / Math.sqrt(n / classes) + 1e-3);
    }
  });

  it.each([
    [{ n: 0 }, 'n must be a positive integer, got 0'],
    [{ d: 1.5 }, 'd must be a positive integer, got 1.5'],
    [{ classes: -1 }, 'classes must be a positive integer, got -1'],
    [{ separation: -1 }, 'separation must be finite and at least 0, got -1'],
    [{ separation: Number.NaN }, 'separation must be finite and at least 0, got NaN'],
  ])('refuses %j', (wrong, message) => {
    const call = () => gaussianMixture({ n: 4, d: 2, classes: 2, separation: 1, ...wrong });
    expect(call).toThrow(new RangeError(`gaussianMixture: ${message}`));
  });
});
