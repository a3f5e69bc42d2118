import { describe, expect, it } from 'vitest';
import { classified, type Dataset } from '../../../src/math/data/dataset.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';

const good = classified(Float64Array.of(1, 2, 3, 4), Int32Array.of(0, 1), 2, 2);
const risk = (data: Dataset) => () => objective({ model: mlp({ hidden: [3] }), loss: 'mse', data });

describe('a data set handed to objective', () => {
  it('is taken if it is what it says', () => {
    expect(risk(good)().dataset).toBe(good);
  });

  it.each([
    [{ ...good, x: Float64Array.of(1, 2, 3) }, 'data: x must have 4 entries, got 3'],
    [{ ...good, y: new Float64Array(5) }, 'data: y must have 4 entries, got 5'],
    [{ ...good, labels: Int32Array.of(0) }, 'data: labels must have 2 entries, got 1'],
    [{ ...good, x: Float64Array.of(1, 2, NaN, 4) }, 'data: x must be finite, got NaN at 2'],
    [classified(good.x, Int32Array.of(0, 5), 2, 2), 'data: labels must lie in 0 … 1, got 5 at 1'],
    [classified(good.x, Int32Array.of(-1, 0), 2, 2), 'data: labels must lie in 0 … 1, got -1 at 0'],
    [{ ...good, n: 1.5 }, 'data: n must be a positive integer, got 1.5'],
  ])('is refused, and not called a divergence, if it is not (%#)', (data, message) => {
    expect(risk(data)).toThrow(message);
  });
});
