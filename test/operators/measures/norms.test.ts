import fc from 'fast-check';
import { map, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as gradient from '../../../src/operators/measures/gradient-norm.ts';
import * as update from '../../../src/operators/measures/update-norm.ts';
import * as weight from '../../../src/operators/measures/weight-norm.ts';
import { descend, type Step } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { Stream } from '../../../src/stream.ts';
import { networks, norm } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const start = Float64Array.of(3, 4);
const run = (objective = quadratic(1, 2)) => gradientDescent({ objective, theta0: start, learningRate: 0.5 });

const { gradientNorm } = gradient;
const { updateNorm } = update;
const { weightNorm } = weight;

describe.each([
  ['gradientNorm', gradientNorm, gradientNorm.options],
  ['updateNorm', updateNorm, updateNorm.options],
  ['weightNorm', weightNorm, weightNorm.options],
] as const)('%s', (name, operator, options) => {
  keepsStreamLaws(operator, () => {
    const over = watched(quadratic(1, 2));
    return { rows: run(over), made: () => over.watch.evaluated };
  });

  it('is the length of the vector itself, on any network, biases included', async () => {
    await fc.assert(
      fc.asyncProperty(networks(), async ({ L, theta }) => {
        const measured = gradientDescent({ objective: L, theta0: theta, learningRate: 1e-3 }).pipe(
          take(3),
          operator() as ReturnType<typeof gradientNorm>,
          map(({ state, ...row }) => ({
            ...row,
            length: norm(
              state[({ gradientNorm: 'gradient', updateNorm: 'update', weightNorm: 'theta' } as const)[name]],
            ),
          })),
        );
        for (const row of await rowsOf(measured)) {
          // sums of at most 300 squares, in another order
          const { length } = row;
          if (!Number.isFinite(length)) continue; // one that diverges at once
          expect(Math.abs(row[name as 'gradientNorm'] - length)).toBeLessThanOrEqual(1e-13 * length);
        }
      }),
    );
  });

  it('stands in a spec without options', () => {
    expect(options.parse({})).toEqual({});
    expect(options.safeParse({ per: 'layer' }).success).toBe(false);
  });

  it('refuses rows without a state to measure, when the chain is assembled', () => {
    const stateless = new Stream<Step>({ columns: {} }, () => {});
    expect(() => stateless.pipe(operator() as ReturnType<typeof gradientNorm>)).toThrow(
      `${name}: needs gradient of the objective, but the source has no state to measure`,
    );
  });
});

describe('norms of a quadratic', () => {
  it('are those of θ, of hθ and of ηhθ', async () => {
    const [row] = await rowsOf(run().pipe(take(1), gradientNorm(), updateNorm(), weightNorm()));
    expect(row).toMatchObject({ weightNorm: 5, gradientNorm: Math.sqrt(73), updateNorm: Math.sqrt(73) / 2 });
    expect(row!.updateNormSq).toEqual(Float64Array.of(73 / 4));
  });
});

describe('updateNorm', () => {
  it('lists the weights of each layer, biases apart, of any rule', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ bias: true }), async ({ L, theta }) => {
        const signs = {
          update: (gradient: Float64Array, _: Float64Array, eta: number, out: Float64Array) =>
            gradient.forEach((g, i) => void (out[i] = -eta * Math.sign(g))),
          edge: () => NaN,
          snapshot: () => null,
          restore: () => {},
        };
        const rows = descend('signs', { objective: L, theta0: theta, learningRate: 0.5 }, () => signs);
        const measured = rows.pipe(
          take(2),
          updateNorm(),
          map((row) => ({ ...row, update: row.state.update.slice() })),
        );
        for (const { updateNormSq, update } of await rowsOf(measured)) {
          const weights = L.tensors.filter(({ kind }) => kind === 'weight');
          // each entry is ±½ or 0, so that sums are exact
          expect(Array.from(updateNormSq)).toEqual(
            weights
              .map(({ offset, rows, cols }) => norm(update.subarray(offset, offset + rows * cols)) ** 2)
              .map((normSq) => Math.round(4 * normSq) / 4),
          );
        }
      }),
    );
  });

  it('adds its columns to the type of the row', () => {
    const measured = run().pipe(updateNorm());
    expectTypeOf<ObservedValueOf<typeof measured>>().toHaveProperty('updateNorm').toBeNumber();
    expectTypeOf<ObservedValueOf<typeof measured>['updateNormSq']>().toEqualTypeOf<Float64Array>();
    expect(Object.keys(measured.columns)).toEqual(expect.arrayContaining(['updateNorm', 'updateNormSq']));
  });
});
