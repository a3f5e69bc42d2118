import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Evaluation, emptySums, type Objective } from '../../src/math/objective.ts';
import type { Functions } from '../../src/math/objective-of.ts';
import { objectiveOf } from '../../src/math/objective-of.ts';
import { nativeRandom } from '../../src/math/random/native.ts';
import { fillSums } from '../../src/math/sums.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { criticalSharpness } from '../../src/operators/measures/critical-sharpness.ts';
import { denseSpectrum } from '../../src/operators/measures/dense-spectrum.ts';
import { hessian, sharpness } from '../../src/operators/measures/hessian.ts';
import { trace } from '../../src/operators/measures/trace.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { gradientFlow } from '../../src/operators/sources/gradient-flow.ts';
import { factorisation } from '../helpers/factorisation.ts';

const { hvp, ...problem } = factorisation();
const { theta0, tensors, loss, gradient } = problem;
const d = theta0.length;

const at = (L: Objective, theta: Float64Array) => {
  const evaluation = L.open();
  const g = new Float64Array(L.dim);
  const sums = emptySums(L.tensors);
  return { evaluation, loss: evaluation.evaluate(theta, g, sums), g, sums };
};

describe('objectiveOf', () => {
  it('has the loss, the gradient and the inner products of its functions', () => {
    const L = objectiveOf(problem);
    const { evaluation, loss: value, g, sums } = at(L, theta0);
    expect(value).toBe(loss(theta0));
    expect(evaluation.loss!(theta0)).toBe(value);
    expect(g).toEqual(gradient(theta0, new Float64Array(d)));
    const expected = emptySums(tensors);
    fillSums(tensors, theta0, g, expected);
    expect(sums).toEqual(expected);
    expect(L.start()).toEqual(theta0);
    L.start().fill(0);
    expect(L.start()).toEqual(theta0);
  });

  it('keeps the laws of its pairs as the flow does: drift = η²S under descent, none along the flow', async () => {
    const L = objectiveOf(problem);
    const eta = 0.02;
    const start = { objective: L, theta0: L.start() };
    const last = await lastValueFrom(
      gradientDescent({ ...start, learningRate: eta }).pipe(take(100), conservation({ laws: ['layer', 'matrix'] })),
    );
    const size = last.weightNormSq.reduce((sum, x) => sum + x, 0);
    expect(Math.abs(last.drift[0]! - eta ** 2 * last.imbalanceSum[0]!)).toBeLessThan(1e-13 * size);
    expect(Math.abs(last.drift[0]!)).toBeGreaterThan(1e-4 * size);
    const flowed = await lastValueFrom(gradientFlow({ ...start, tolerance: 1e-10 }).pipe(take(50), conservation()));
    expect(Math.abs(flowed.drift[0]!)).toBeLessThan(1e-7 * size);
  });

  it('takes products by differences without hvp, to 1e-9 of those written out', () => {
    const { evaluation } = at(objectiveOf(problem), theta0);
    const random = nativeRandom(1);
    for (const length of [1e-8, 1, 1e8]) {
      const v = random.normal(d).map((x) => length * x);
      const exact = hvp(theta0, v, new Float64Array(d));
      const size = Math.hypot(...exact);
      const found = evaluation.hvp!(v, new Float64Array(d));
      expect(Math.hypot(...found.map((x, i) => x - exact[i]!))).toBeLessThan(1e-9 * size);
      expect(found).not.toEqual(exact);
    }
    expect(evaluation.hvp!(new Float64Array(d), new Float64Array(d).fill(1))).toEqual(new Float64Array(d));
  });

  it('measures curvature alike by differences and by its own products, and says which in the columns', async () => {
    const measured = (functions: Functions) => {
      const L = objectiveOf(functions);
      return gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.02 }).pipe(
        take(5),
        hessian({ k: 2, every: 2 }),
        denseSpectrum(),
        trace({ products: 60 }),
        criticalSharpness(),
        map(({ state: _, ...row }) => row),
      );
    };
    const [own, differences] = [measured({ ...problem, hvp }), measured(problem)];
    const collect = (rows: typeof own) => lastValueFrom(rows.pipe(toArray()));
    const [a, b] = await Promise.all([collect(own), collect(differences)]);
    for (const [t, row] of a.entries()) {
      const size = Math.max(...row.hessianSpectrum.map(Math.abs));
      for (const [i, value] of row.hessianSpectrum.entries()) {
        expect(Math.abs(b[t]!.hessianSpectrum[i]! - value)).toBeLessThan(1e-8 * size);
      }
      expect(b[t]!.hessianTrace).toBeCloseTo(row.hessianTrace, 6);
      if (row.sharpness !== null) expect(b[t]!.sharpness).toBeCloseTo(row.sharpness, 6);
      expect(b[t]!.criticalSharpness).toBe(row.criticalSharpness);
    }
    const note = '; products by differences of gradients';
    for (const name of ['sharpness', 'hessianEigenvalues', 'hessianSpectrum', 'hessianTrace']) {
      expect(differences.columns[name]!.about).toBe(own.columns[name]!.about + note);
    }
    for (const name of ['loss', 'criticalSharpness', 'sharpnessFresh']) {
      expect(differences.columns[name]).toEqual(own.columns[name]);
    }
  });

  it('takes a gradient that is returned, and one block of all parameters if no blocks are given', async () => {
    const L = objectiveOf({
      theta0: Float64Array.of(1, 2),
      loss: (theta) => theta.reduce((sum, x) => sum + x ** 4, 0),
      gradient: (theta) => theta.map((x) => 4 * x ** 3),
      name: 'quartic',
    });
    expect(L.tensors).toEqual([{ name: 'W1', kind: 'weight', layer: 1, offset: 0, rows: 2, cols: 1 }]);
    expect(L.facts).toEqual({ precision: 'float64', pairs: [], name: 'quartic', differences: ['hvp'] });
    const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.01 });
    const { sharpness: lambda } = await lastValueFrom(run.pipe(take(1), sharpness()));
    expect(lambda).toBeCloseTo(12 * 2 ** 2, 6);
  });

  it('names layers by its weights, and puts blocks one behind the other', () => {
    const blocks = [
      { rows: 2, cols: 3 },
      { rows: 2, kind: 'bias' as const },
      { rows: 1, cols: 2, name: 'out' },
    ];
    const L = objectiveOf({
      theta0: new Float64Array(10),
      loss: () => 0,
      gradient: (_, g) => g.fill(0),
      tensors: blocks,
    });
    expect(L.tensors.map(({ name, layer, offset }) => [name, layer, offset])).toEqual([
      ['W1', 1, 0],
      ['b1', 1, 6],
      ['out', 2, 8],
    ]);
  });
});

describe('a gradient that does not match its loss', () => {
  const first = (functions: Partial<Functions>) => () => at(objectiveOf({ ...problem, ...functions }), theta0);
  const scaled = (c: number) => (theta: Float64Array, out: Float64Array) => gradient(theta, out).map((x) => c * x);

  it.each([-1, 0, 0.5, 0.999, 1.001, 2])('is noticed at the first evaluation: %s times the right one', (c) => {
    expect(first({ gradient: scaled(c) })).toThrow(
      /^objectiveOf: the gradient does not match the loss: along a direction its slope is .*, differences of the loss give .* ± .*; checkObjective compares more, check: false skips this$/,
    );
  });

  it('is noticed where a part of it is missing', () => {
    expect(first({ gradient: (theta, out) => void gradient(theta, out).fill(0, 3, 5) })).toThrow(/does not match/);
  });

  it('is an error of the stream, and no row', async () => {
    const L = objectiveOf({ ...problem, gradient: scaled(-1), name: 'mine' });
    const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 });
    await expect(lastValueFrom(run)).rejects.toThrow(/^objectiveOf mine: the gradient does not match the loss/);
  });

  it('passes with check: false', () => {
    expect(first({ gradient: scaled(-1), check: false })).not.toThrow();
  });

  it('is noticed where it leaves an entry alone', () => {
    expect(first({ gradient: (_theta, out) => void out.fill(0, 1) })).toThrow(
      /^objectiveOf: gradient must fill every entry of out, or return an array, got NaN in entry 0 at a loss of /,
    );
  });
});

describe('a gradient that matches', () => {
  const quiet = (functions: Functions) => {
    const L = objectiveOf(functions);
    return () => at(L, L.start());
  };

  it('is no alarm at a kink, wherever in the subdifferential it lies', () => {
    for (const slope of [-1, 0, 0.3, 1]) {
      const pull = (x: number) => (x > 0 ? 1 : x < 0 ? -1 : slope);
      const functions = {
        theta0: new Float64Array(6),
        loss: (theta: Float64Array) => theta.reduce((sum, x) => sum + Math.abs(x), 0),
        gradient: (theta: Float64Array) => theta.map(pull),
      };
      expect(quiet(functions)).not.toThrow();
    }
  });

  it('is no alarm on networks of rectified units, kinks near and far', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = nativeRandom(seed);
      const [n, width] = [20, 4];
      const x = random.normal(n); // [n]
      const theta0 = random.normal(2 * width).map((w) => w * 10 ** (-6 * random.uniform(1)[0]!));
      const y = random.normal(n);
      const outputs = (theta: Float64Array) =>
        x.map((xi) => {
          let sum = 0;
          for (let j = 0; j < width; j++) sum += theta[width + j]! * Math.max(0, xi + theta[j]!);
          return sum;
        });
      const functions = {
        theta0,
        loss: (theta: Float64Array) => outputs(theta).reduce((sum, f, i) => sum + (f - y[i]!) ** 2, 0),
        gradient(theta: Float64Array, out: Float64Array) {
          out.fill(0);
          for (const [i, f] of outputs(theta).entries()) {
            for (let j = 0; j < width; j++) {
              const z = x[i]! + theta[j]!;
              out[j]! += z > 0 ? 2 * (f - y[i]!) * theta[width + j]! : 0;
              out[width + j]! += 2 * (f - y[i]!) * Math.max(0, z);
            }
          }
        },
      };
      expect(quiet(functions)).not.toThrow();
      const uphill = (theta: Float64Array, out: Float64Array) => {
        functions.gradient(theta, out);
        return out.map((g) => -g);
      };
      expect(quiet({ ...functions, gradient: uphill })).toThrow(/does not match/);
    }
  });

  it('is no alarm if the loss is rounded to float32, or is a small rest of large numbers', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { theta0, loss, gradient } = factorisation({ seed });
      expect(quiet({ theta0, gradient, loss: (theta) => Math.fround(loss(theta)) })).not.toThrow();
      expect(quiet({ theta0, gradient, loss: (theta) => loss(theta) + 1e8 - 1e8 })).not.toThrow();
    }
  });

  it('is no alarm at a minimum, on a plane, or where the loss is infinite or NaN', () => {
    const flat = { theta0: Float64Array.of(0, 0), gradient: (_: Float64Array, out: Float64Array) => out.fill(0) };
    for (const loss of [(t: Float64Array) => t[0]! ** 2, () => 3, () => Infinity, () => NaN]) {
      expect(quiet({ ...flat, loss })).not.toThrow();
    }
  });

  it('costs four losses, once for an objective', () => {
    let losses = 0;
    const counted = (theta: Float64Array) => {
      losses++;
      return loss(theta);
    };
    const L = objectiveOf({ ...problem, loss: counted });
    at(L, theta0);
    expect(losses).toBe(5);
    at(L, theta0);
    expect(losses).toBe(6);
  });
});

describe('objectiveOf refuses', () => {
  const make = (more: object) => () => objectiveOf({ ...problem, ...more } as Functions);

  it.each([
    [
      { gradients: gradient },
      'objectiveOf: expected options among theta0, loss, gradient, hvp, tensors, pairs, name, check, got gradients',
    ],
    [{ theta0: [1, 2] }, 'objectiveOf: theta0 must be a Float64Array, got 1,2'],
    [{ loss: 3 }, 'objectiveOf: loss must be a function, got 3'],
    [
      { tensors: [{ rows: 2, cols: 2 }], name: 'toy' },
      'objectiveOf toy: tensors must cover the 14 parameters, got blocks of 4',
    ],
    [{ tensors: [{ rows: 0 }] }, 'objectiveOf: tensors[0].rows must be a positive integer, got 0'],
    [
      { tensors: [{ rows: 14, offset: 2 }] },
      'objectiveOf: tensors[0].offset must be 0, the end of the block before, got 2',
    ],
    [
      { pairs: [{ layer: 1, below: 1, above: 0 }] },
      'objectiveOf: pairs[0] must join a block of r rows below to one of r columns above, and a bias of r rows, got 3 × 2, 2 × 4',
    ],
    [
      { pairs: [{ layer: 1, below: 0, above: 2 }] },
      'objectiveOf: pairs[0] must join a block of r rows below to one of r columns above, and a bias of r rows, got 2 × 4, none at 2',
    ],
  ])('%o', (more, message) => {
    expect(make(more)).toThrow(message);
  });

  it('a loss that is no number, and an array of another length', () => {
    const evaluate = (more: object) => () => at(make(more)(), theta0) as { evaluation: Evaluation };
    expect(evaluate({ loss: () => [1] })).toThrow('objectiveOf: loss must return a number, got 1');
    expect(evaluate({ gradient: () => new Float64Array(2) })).toThrow(
      'objectiveOf: gradient must return 14 entries, got 2',
    );
  });
});
