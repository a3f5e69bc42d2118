import { vectorFromArray } from 'apache-arrow';
import { from, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { int32 } from '../../../src/columns.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { type Step, columns as stepColumns } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { hasDiverged, untilDiverged } from '../../../src/operators/transforms/until-diverged.ts';
import { Stream } from '../../../src/stream.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

describe('untilDiverged', () => {
  keepsStreamLaws(
    () => untilDiverged(),
    () => counted((step) => ({ step, loss: 1 / (1 + step) })),
  );

  it.each([Infinity, -Infinity, NaN])('ends at a loss of %s, at once, and keeps that row', (loss) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: { loss: 2 }, b: { loss: 9 }, x: { loss }, c: { loss: 1 } };
      const source = cold('  --a--b--x--c--|', values);
      const expected = '     --a--b--(x|)';
      const subscription = ' ^-------!';
      expectObservable(source.pipe(untilDiverged())).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it.each(['weightNormSq', 'gradientNormSq'])(
    'ends at an entry of %s that is not finite, the loss finite',
    async (name) => {
      for (const norm of [Infinity, NaN]) {
        const rows = [1, 2, norm, 3].map((value) => ({ loss: 1, [name]: Float64Array.of(0, value) }));
        expect(await rowsOf(from(rows).pipe(untilDiverged()))).toEqual(rows.slice(0, 3));
      }
    },
  );

  it('reads lists as Arrow hands them back, and rows without norms', () => {
    expect(hasDiverged({ loss: 1, weightNormSq: vectorFromArray([1, Infinity]) })).toBe(true);
    expect(hasDiverged({ loss: 1, weightNormSq: vectorFromArray([1, 2]) })).toBe(false);
    expect(hasDiverged({ loss: 1 })).toBe(false);
    expect(hasDiverged({ loss: 1, weightNormSq: null, gradientNormSq: 5n })).toBe(false);
  });

  it('ends a network where Σθ² overflows behind a finite loss', async () => {
    const L = objective({
      model: mlp({ hidden: [4], activation: 'tanh' }),
      loss: 'cross-entropy',
      data: gaussianMixture({ n: 20, d: 4, classes: 2, separation: 2 }),
    });
    const rows = await rowsOf(
      gradientDescent({ objective: L, theta0: L.start(), learningRate: 1e160 }).pipe(take(10), untilDiverged()),
    );
    // ‖W‖ is about 1e160, and the loss no more than the outputs are; 1e160² exceeds the largest double
    expect(rows.map(({ weightNormSq }) => weightNormSq.every(Number.isFinite))).toEqual([true, false]);
    expect(rows.at(-1)!.loss).toBeGreaterThan(0);
    expect(rows.at(-1)!.loss).toBeLessThan(1e163);
  });

  it('lets a run whose losses are finite come to its own end', () => {
    marbles(({ cold, expectObservable }) => {
      const values = { a: { loss: 1e308 }, b: { loss: -1e308 }, c: { loss: 0 } };
      const source = cold('  --a--b--c--|', values);
      const expected = '     --a--b--c--|';
      expectObservable(source.pipe(untilDiverged())).toBe(expected, values);
    });
  });

  it('ends gradient descent above 2/λ at the first loss that overflows, without an error', async () => {
    const objective = watched(quadratic(1));
    // θ ← −2θ: the loss ½·4ᵗ is finite up to 4ᵗ/2 < 2¹⁰²⁴, and the squares in it overflow at t = 512
    const rows = await rowsOf(
      gradientDescent({ objective, theta0: Float64Array.of(1), learningRate: 3 }).pipe(untilDiverged()),
    );
    expect(rows.map(({ loss }) => loss)).toEqual(
      Array.from({ length: 513 }, (_, t) => (t < 512 ? 0.5 * 4 ** t : Infinity)),
    );
    expect(objective.watch).toEqual({ opened: 1, closed: 1, evaluated: 513 });
  });

  it('keeps the columns, and the type of the row', () => {
    const run = gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 1 }).pipe(
      untilDiverged(),
    );
    expect(run.columns).toEqual(stepColumns);
    expectTypeOf<ObservedValueOf<typeof run>>().toEqualTypeOf<Step>();
  });

  it('needs a loss to go by', () => {
    const lossless = new Stream<{ step: number }>({ columns: { step: int32('step') } }, () => {});
    // @ts-expect-error these rows have no loss
    expect(() => lossless.pipe(untilDiverged())).toThrow(
      'untilDiverged: reads the column loss, which nothing above adds',
    );
  });
});
