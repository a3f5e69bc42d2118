import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { axisCells, axisColumns, logspace, type Point, pointsOf } from '../../../src/operators/sources/grid.ts';

describe('pointsOf', () => {
  it('is every combination, the last axis fastest', () => {
    expect(pointsOf({ learningRate: [0.1, 0.2], activation: ['relu', 'tanh'], seed: [1, 2] })).toEqual(
      [0.1, 0.2].flatMap((learningRate) =>
        ['relu', 'tanh'].flatMap((activation) => [1, 2].map((seed) => ({ learningRate, activation, seed }))),
      ),
    );
  });

  it('has as many points as the product of the axes, each once, in the order of the axes’ values', () => {
    const axis = fc.integer({ min: 1, max: 4 }).map((n) => Array.from({ length: n }, (_, i) => i));
    fc.assert(
      fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), (lists) => {
        const points = pointsOf(Object.fromEntries(lists.map((values, i) => [`axis${i}`, values])));
        expect(points).toHaveLength(lists.reduce((product, { length }) => product * length, 1));
        // read as digits of a number in mixed base, the points count upwards
        const count = (point: Record<string, unknown>) =>
          lists.reduce((sum, { length }, i) => sum * length + (point[`axis${i}`] as number), 0);
        expect(points.map(count)).toEqual(points.map((_, i) => i));
      }),
    );
  });

  it('refuses a grid without points, by name', () => {
    expect(() => pointsOf({})).toThrow(new RangeError('sweep: the grid is empty'));
    expect(() => pointsOf({ learningRate: [1], seed: [] })).toThrow(
      new RangeError('sweep: the axis seed of the grid is empty'),
    );
  });

  it('types a point by its axes', () => {
    const axes = { learningRate: [0.1], activation: ['relu', 'tanh'], hidden: [[16], [32]] } as const;
    expectTypeOf<Point<typeof axes>['activation']>().toEqualTypeOf<'relu' | 'tanh'>();
    expect(pointsOf(axes)[0]!.hidden).toEqual([16]);
  });
});

describe('the column of an axis', () => {
  const kind = (name: string, ...values: (number | string | boolean | readonly number[])[]) =>
    axisColumns({ [name]: values })[name]!.arrow;

  it('has the type of the axis’s values', () => {
    expect(kind('learningRate', 1, 2)).toBe('float64');
    expect(kind('model.activation', 'relu')).toBe('utf8');
    expect(kind('model.bias', true, false)).toBe('bool');
    expect(kind('model.hidden', [16], [32, 32])).toBe('list<int32>');
    expect(kind('window', [0.5], [1])).toBe('list<float64>');
  });

  it('is whole where the key holds whole numbers, wherever it stands', () => {
    expect([kind('seed', 1), kind('data.n', 100), kind('n', 1), kind('optimizer.batch', 8)]).toEqual([
      'uint32',
      'int32',
      'int32',
      'int32',
    ]);
    expect(kind('data.separation', 1)).toBe('float64');
    expect(kind('data.constructor', 1)).toBe('float64');
  });

  it('holds the point’s value as a cell', () => {
    const axes = { seed: [3], hidden: [[16, 8]], window: [[0.5]], name: ['a'], on: [false] };
    expect(axisCells(pointsOf(axes)[0]!, axisColumns(axes))).toEqual({
      seed: 3,
      hidden: Int32Array.of(16, 8),
      window: Float64Array.of(0.5),
      name: 'a',
      on: false,
    });
  });
});

describe('logspace', () => {
  it('goes from end to end in equal ratios, and hits both ends exactly', () => {
    const end = fc.double({ min: 1e-8, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.integer({ min: 2, max: 30 }), (low, high, n) => {
        const values = logspace(low, high, n);
        expect(values).toHaveLength(n);
        expect([values[0], values.at(-1)]).toEqual([low, high]);
        const ratio = Math.log(high / low) / (n - 1);
        // the logarithms of values within 1e±8 are below 37, each good to an ulp of that
        for (let i = 1; i < n; i++) expect(Math.log(values[i]! / values[i - 1]!)).toBeCloseTo(ratio, 12);
      }),
    );
  });

  it('refuses ends that have no logarithm, and fewer than two values', () => {
    expect(() => logspace(0, 1, 3)).toThrow(new RangeError('logspace: both ends must be positive, got 0 and 1'));
    expect(() => logspace(1, NaN, 3)).toThrow(new RangeError('logspace: both ends must be positive, got 1 and NaN'));
    for (const n of [1, 2.5, NaN])
      expect(() => logspace(1, 2, n)).toThrow(new RangeError(`logspace: n must be an integer above 1, got ${n}`));
  });
});
