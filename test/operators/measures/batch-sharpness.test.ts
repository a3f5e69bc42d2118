import { lastValueFrom, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective, type Risk } from '../../../src/math/risk.ts';
import { batchSharpness } from '../../../src/operators/measures/batch-sharpness.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { watched } from '../../helpers/quadratic.ts';

/** Linear regression: sample i alone has g = 2(w·x − y)x, H = 2xxᵀ, so that gᵀHg/‖g‖² = 2‖x‖². */
const linear = (n: number) =>
  objective({ model: mlp({ hidden: [] }), loss: 'mse', data: gaussianMixture({ n, d: 4, classes: 1, separation: 1 }) });
const L = linear(12);
const run = (over: Risk = L) => gradientDescent({ objective: over, theta0: over.start(), learningRate: 0.01 });
const squares = ({ dataset: { x, d, n } }: Risk) =>
  Array.from({ length: n }, (_, i) => 2 * x.subarray(i * d, (i + 1) * d).reduce((sum, v) => sum + v * v, 0));

describe('batchSharpness', () => {
  keepsStreamLaws(
    () => batchSharpness({ batch: 3, batches: 2 }),
    () => {
      const over = watched(L);
      return { rows: run({ ...L, ...over }), made: () => over.watch.evaluated };
    },
  );

  it('is the mean of 2‖x‖² over single samples of a linear regression, within its error', async () => {
    const all = squares(L);
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
    const rows = await rowsOf(run().pipe(take(40), batchSharpness({ batch: 1, batches: 100 })));
    for (const { batchSharpnessError } of rows) {
      expect(Math.abs(batchSharpnessError! / (deviation / 10) - 1)).toBeLessThan(0.4); // 6 deviations of one of 100
    }
    const within = (errors: number) =>
      rows.filter((row) => Math.abs(row.batchSharpness! - mean) <= errors * row.batchSharpnessError!).length;
    expect(within(4)).toBe(40);
    expect(within(1)).toBeGreaterThan(18); // 27 of 40 expected, a deviation of 3
    expect(within(1)).toBeLessThan(37);
  });

  it('is gᵀHg/‖g‖² of the objective, without error, where the batch is all there is', async () => {
    let expected = 0;
    const rows = await rowsOf(
      run().pipe(
        tap(({ state: { gradient: g, hvp, dim } }) => {
          const Hg = hvp(g, new Float64Array(dim));
          expected = g.reduce((sum, x, i) => sum + x * Hg[i]!, 0) / g.reduce((sum, x) => sum + x * x, 0);
        }),
        take(1),
        batchSharpness({ batch: 12, batches: 3 }),
      ),
    );
    expect(rows[0]!.batchSharpness! / expected).toBeCloseTo(1, 12);
    expect(rows[0]!.batchSharpnessError!).toBeLessThan(1e-12 * expected);
    expect(rows[0]!.batchProducts).toBe(3);
  });

  it('leaves a run as it was, and the rows between its cadence null', async () => {
    const source = () => sgd({ objective: L, theta0: L.start(), learningRate: 0.01, batch: 3, seed: 1 }).pipe(take(7));
    const rows = await rowsOf(source().pipe(batchSharpness({ batch: 3, batches: 2, every: 3 })));
    const added = ({ batchSharpness, batchSharpnessError, batchProducts }: (typeof rows)[0]) => [
      batchSharpness === null,
      batchSharpnessError === null,
      batchProducts,
    ];
    expect(rows.map(added).map(([value, error, products]) => `${value} ${error} ${products}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((t) => (t % 3 ? 'true true null' : 'false false 2')),
    );
    const bare = await rowsOf(source());
    expect(rows.map(({ loss }) => loss)).toEqual(bare.map(({ loss }) => loss));
  });

  it('closes the workspace of its batches', async () => {
    let open = 0;
    const over: Risk = {
      ...L,
      batches: {
        n: 12,
        open(size) {
          const inner = L.batches!.open(size);
          open++;
          return {
            ...inner,
            close() {
              open--;
              inner.close();
            },
          };
        },
      },
    };
    const seen: number[] = [];
    // the source may give the second row in another slice
    await lastValueFrom(
      run(over).pipe(
        batchSharpness({ batch: 2 }),
        take(2),
        tap(() => seen.push(open)),
      ),
    );
    expect([...seen, open]).toEqual([1, 1, 0]);
  });

  it('refuses what it cannot draw, before there is a row', () => {
    expect(() => batchSharpness({ batch: 0 })).toThrow('batchSharpness: batch must be a positive integer, got 0');
    expect(() => batchSharpness({ batch: 1, batches: 1 })).toThrow('batches must be an integer of at least 2, got 1');
    expect(() => batchSharpness({ batch: 1, every: 0.5 })).toThrow(
      'every must be a positive integer or a list of at least 1, got 0.5',
    );
    const { batches: _, ...poor } = L;
    expect(() => run(poor).pipe(batchSharpness({ batch: 1 }))).toThrow(
      'batchSharpness: needs batches of the objective, but the source offers gradient, hvp, gnvp, jvp, vjp, preActivations, classes',
    );
    expect(() => run().pipe(take(1), batchSharpness({ batch: 13 }))).toThrow(
      new RangeError('batchSharpness: batch must be at most the number of samples, 12, got 13'),
    );
    run().pipe(batchSharpness({ batch: 12 }));
  });
});
