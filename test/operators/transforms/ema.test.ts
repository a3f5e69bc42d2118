import fc from 'fast-check';
import { from, type ObservedValueOf, of, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { hessian } from '../../../src/operators/measures/hessian.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { ema, options } from '../../../src/operators/transforms/ema.ts';
import { columnsOf } from '../../../src/stream.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const run = () => gradientDescent({ objective: quadratic(3, 1), theta0: Float64Array.of(1, 1), learningRate: 0.1 });

describe('ema', () => {
  keepsStreamLaws(
    () => ema('loss'),
    () => counted((step) => ({ step, loss: Math.cos(step) })),
  );

  it('begins at the first value and moves towards each next one', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  --a--b--c--|', { a: { loss: 4 }, b: { loss: 2 }, c: { loss: 7 } });
      const expected = '     --x--y--z--|';
      expectObservable(source.pipe(ema('loss', { beta: 0.5 }))).toBe(expected, {
        x: { loss: 4, lossEma: 4 },
        y: { loss: 2, lossEma: 3 },
        z: { loss: 7, lossEma: 5 },
      });
    });
  });

  it('is βᵗx₀ + (1 − β) Σ βᵗ⁻ˢxₛ', async () => {
    const value = fc.double({ min: -10, max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (xs, beta) => {
          const rows = await rowsOf(from(xs.map((loss) => ({ loss }))).pipe(ema('loss', { beta })));
          for (const [t, { lossEma }] of rows.entries()) {
            const expected = xs
              .slice(1, t + 1)
              .reduce((sum, x, s) => sum + (1 - beta) * beta ** (t - s - 1) * x, beta ** t * xs[0]!);
            expect(lossEma).toBeCloseTo(expected, 12); // 20 terms of size 10
          }
        },
      ),
    );
  });

  it('of weight 0 is the column itself', async () => {
    const rows = await rowsOf(of({ loss: 3 }, { loss: -1 }).pipe(ema('loss', { beta: 0 })));
    expect(rows.map(({ lossEma }) => lossEma)).toEqual([3, -1]);
  });

  it('stays NaN once the column was: a diverged run has no average', async () => {
    const rows = await rowsOf(of({ loss: 1 }, { loss: NaN }, { loss: 1 }).pipe(ema('loss')));
    expect(rows.map(({ lossEma }) => lossEma)).toEqual([1, NaN, NaN]);
  });

  it('refuses rows on which the column is not measured, or is a list', async () => {
    // such rows come where a spec names the column, which the compiler does not see
    const averaged = (column: string) => rowsOf(run().pipe(hessian({ every: 2 }), ema(column as 'loss'), take(3)));
    await expect(averaged('sharpness')).rejects.toThrow(
      new TypeError('ema: sharpness must be a number on every row, got null'),
    );
    await expect(averaged('weightNormSq')).rejects.toThrow(
      'ema: weightNormSq must be a number on every row, got a list',
    );
  });

  it('names its column after the one it averages, and says by how much', () => {
    expect(columnsOf(run().pipe(ema('loss', { beta: 0.75 })))['lossEma']).toMatchObject({
      arrow: 'float64',
      about: 'moving average of loss, weight of the past 0.75',
    });
  });

  it.each([-0.1, 1, 2, NaN])('refuses beta = %s when it is called', (beta) => {
    expect(() => ema('loss', { beta })).toThrow(new RangeError(`ema: beta must lie in [0, 1), got ${beta}`));
    expect(options.safeParse({ of: 'loss', beta }).success).toBe(false);
  });

  it('stands in a spec by its column, with weight 0.9 by default', () => {
    expect(options.parse({ of: 'loss' })).toEqual({ of: 'loss', beta: 0.9 });
    expect(options.safeParse({ of: 'loss', betta: 0.5 }).success).toBe(false);
  });

  it('adds its column to the type of the row, and reads only numbers that are there', () => {
    const averaged = run().pipe(ema('loss'));
    expectTypeOf<ObservedValueOf<typeof averaged>>().toHaveProperty('lossEma').toEqualTypeOf<number>();
    // @ts-expect-error a misspelt column
    expect(() => run().pipe(ema('losss'))).toThrow('ema: reads the column losss');
    // @ts-expect-error a list has no average of this kind
    run().pipe(ema('weightNormSq'));
    // @ts-expect-error null on the rows in between
    run().pipe(hessian({ every: 2 }), ema('sharpness'));
  });
});
