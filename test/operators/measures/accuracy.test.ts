import fc from 'fast-check';
import { lastValueFrom, map, type ObservedValueOf, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { chebyshev } from '../../../src/math/data/chebyshev.ts';
import type { Dataset } from '../../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { split } from '../../../src/math/data/split.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { accuracy } from '../../../src/operators/measures/accuracy.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { direct, networks } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const { options } = accuracy;

describe('accuracy', () => {
  const L = objective({
    model: mlp({ hidden: [6] }),
    loss: 'cross-entropy',
    data: gaussianMixture({ n: 30, d: 4, classes: 3, separation: 2 }),
  });
  const run = (over = L, learningRate = 0.1) => gradientDescent({ objective: over, theta0: L.start(), learningRate });

  keepsStreamLaws(
    () => accuracy(),
    () => {
      const over = watched(L);
      return { rows: run({ ...L, ...over }), made: () => over.watch.evaluated };
    },
  );

  it('is the share of samples that the network written out gives the largest output for their label', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ losses: ['cross-entropy'] }), async (small) => {
        const { L, theta } = small;
        const { f } = direct(small, theta);
        const gaps = f.flatMap((row) => row.flatMap((a, i) => row.slice(i + 1).map((b) => Math.abs(a - b))));
        fc.pre(gaps.every((gap) => gap === 0 || gap > 1e-9)); // which of two is larger, rounding would say
        const [row] = await rowsOf(
          gradientDescent({ objective: L, theta0: theta, learningRate: 0.1 }).pipe(take(1), accuracy()),
        );
        const right = f.filter((outputs, i) => outputs.indexOf(Math.max(...outputs)) === L.dataset.labels![i]);
        expect(row!.accuracy).toBe(right.length / f.length);
      }),
    );
  });

  it('rises to 1 as the classes are learnt, and is not disturbed by what diverges', async () => {
    const rows = await rowsOf(run().pipe(take(200), accuracy()));
    expect(rows[0]!.accuracy).toBeLessThan(0.9);
    expect(rows.at(-1)!.accuracy).toBe(1);
    // all outputs are NaN in the end
    expect((await rowsOf(run(L, 1e300).pipe(take(6), accuracy()))).at(-1)).toMatchObject({ loss: NaN, accuracy: 0 });
  });

  it('is refused of data without classes, and of an engine without outputs, when the chain is assembled', () => {
    const regression = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: chebyshev({ n: 5, degree: 2 }) });
    const rows = gradientDescent({ objective: regression, theta0: regression.start(), learningRate: 0.1 });
    expect(() => rows.pipe(accuracy())).toThrow(
      new TypeError(
        'accuracy: needs classes of the objective, but the source offers gradient, hvp, gnvp, jvp, vjp, preActivations, batches',
      ),
    );
    const plain = gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 0.1 });
    expect(() => plain.pipe(accuracy())).toThrow('accuracy: needs preActivations, classes of the objective');
  });

  it('says so at the first row where an objective has claimed classes that it has not', async () => {
    const { dataset: _, ...without } = L;
    const rows = gradientDescent({ objective: without, theta0: L.start(), learningRate: 0.1 }).pipe(accuracy());
    await expect(rowsOf(rows)).rejects.toThrow(
      new TypeError('accuracy: the objective must be over data with classes, got one without'),
    );
  });

  describe('on other samples', () => {
    const { train, test } = split(L.dataset, { test: 0.5 });
    const over = L.on(train);
    const rows = () => gradientDescent({ objective: over, theta0: L.start(), learningRate: 0.02 });

    it('is the share of them that the outputs classify rightly, counted by hand', async () => {
      const measured = await lastValueFrom(
        rows().pipe(
          take(20),
          accuracy(),
          accuracy({ on: over.on(test), every: 3 }),
          accuracy({ on: L, name: 'whole' }),
          map(({ state, ...row }) => ({ ...row, theta: state.copy().theta })),
          toArray(),
        ),
      );
      const byHand = (theta: Float64Array, { n, x, labels }: Dataset) => {
        const f = L.predict(theta, x);
        let right = 0;
        for (let i = 0; i < n; i++) {
          const outputs = Array.from(f.subarray(3 * i, 3 * i + 3));
          if (outputs.indexOf(Math.max(...outputs)) === labels![i]) right++;
        }
        return right / n;
      };
      for (const { step, theta, accuracy, testAccuracy, wholeAccuracy } of measured) {
        expect(accuracy).toBe(byHand(theta, train));
        expect(testAccuracy).toBe(step % 3 ? null : byHand(theta, test));
        expect(wholeAccuracy).toBe(byHand(theta, L.dataset));
      }
      expect(new Set(measured.map(({ testAccuracy }) => testAccuracy)).size).toBeGreaterThan(3);
    });

    it('opens a workspace for each subscriber, and closes it with it', async () => {
      const other = { ...over.on(test), ...watched(over.on(test)) };
      const measured = rows().pipe(take(2), accuracy({ on: other }));
      await Promise.all([rowsOf(measured), rowsOf(measured)]);
      expect(other.watch).toMatchObject({ opened: 2, closed: 2 });
    });

    it('is refused of another network, of samples without classes, and with a name alone', () => {
      const wide = objective({ model: mlp({ hidden: [7] }), loss: 'cross-entropy', data: test });
      expect(() => rows().pipe(accuracy({ on: wide }))).toThrow(
        'accuracy: the objective must have the blocks of the run',
      );
      const { labels: _, ...targets } = test;
      const real = objective({ model: mlp({ hidden: [6] }), loss: 'mse', data: targets });
      expect(() => rows().pipe(accuracy({ on: real }))).toThrow('accuracy: needs classes of the objective');
      expect(() => accuracy({ name: 'test' } as object)).toThrow(
        new RangeError('accuracy: name must come with on, whose samples it names, got test alone'),
      );
    });
  });

  it('stands in a spec without options', () => {
    expect(options.parse({})).toEqual({});
  });

  it('adds its column to the type of the row', () => {
    const measured = run().pipe(accuracy());
    expectTypeOf<ObservedValueOf<typeof measured>>().toHaveProperty('accuracy').toBeNumber();
    expect(Object.keys(measured.columns)).toContain('accuracy');
  });
});
