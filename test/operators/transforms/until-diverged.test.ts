import type { ObservedValueOf } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { int32 } from '../../../src/columns.ts';
import { type Step, columns as stepColumns } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { untilDiverged } from '../../../src/operators/transforms/until-diverged.ts';
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
