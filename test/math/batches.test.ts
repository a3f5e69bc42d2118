import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/math/data/dataset.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { emptySums } from '../../src/math/objective.ts';
import { nativeRandom } from '../../src/math/random/native.ts';
import { objective } from '../../src/math/risk.ts';
import { networks } from '../helpers/network.ts';

describe.each(['typed-array', 'wasm'] as const)('an evaluation on batches, on %s', (engine) => {
  it('is that of an objective with these samples alone, to the bit, one batch after another', () => {
    fc.assert(
      fc.property(networks(), fc.nat(), ({ plan, L: { dataset }, theta }, seed) => {
        const { widths, activation, slope, bias, loss } = plan;
        const over = (data: Dataset) =>
          objective({ engine, model: mlp({ hidden: widths.slice(1, -1), activation, slope, bias }), loss, data });
        const { n, d, k, x, y, labels } = dataset;
        const whole = over(dataset);
        const size = 1 + (seed % n);
        const batch = whole.batches!.open(size);
        const random = nativeRandom(seed % 2 ** 32);
        for (let t = 0; t < 3; t++) {
          const rows = random.permutation(n).subarray(0, size);
          const part = (from: Float64Array, width: number) =>
            Float64Array.from([...rows].flatMap((i) => [...from.subarray(i * width, (i + 1) * width)]));
          const alone = over({
            ...{ n: size, d, k, x: part(x, d), y: part(y, k) },
            ...(labels && { labels: Int32Array.from(rows, (i) => labels[i]!) }),
          }).open();
          batch.select(rows);
          const [found, expected] = [batch, alone].map((evaluation) => {
            const sums = emptySums(whole.tensors);
            const g = new Float64Array(whole.dim);
            const value = evaluation.evaluate(theta, g, sums);
            return [value, g, sums, evaluation.hvp!(g, new Float64Array(whole.dim))];
          });
          expect(found).toEqual(expected);
          alone.close();
        }
        batch.close();
      }),
      { numRuns: 60 },
    );
  });

  it('refuses batches that there are no samples for', () => {
    const data = { n: 2, d: 1, k: 1, x: Float64Array.of(1, 2), y: Float64Array.of(1, 2) };
    const { batches } = objective({ engine, model: mlp({ hidden: [] }), loss: 'mse', data });
    for (const size of [0, 3, 1.5]) {
      expect(() => batches!.open(size)).toThrow(
        new RangeError(`objective: a batch must have 1 … 2 samples, as many as there are, got ${size}`),
      );
    }
  });
});
