import fc from 'fast-check';
import { filter, type ObservedValueOf, skip, take, takeWhile, tap } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import type { LawKind, LawOptions } from '../../../src/math/theory/laws.ts';
import { columns, conservation } from '../../../src/operators/measures/conservation.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { untilDiverged } from '../../../src/operators/transforms/until-diverged.ts';
import type { Snapshot } from '../../../src/state.ts';
import { build, homogeneous, networks, type Small } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';

const { options } = conservation;

const eps = Number.EPSILON;
const steps = 30;
const kinds = fc.subarray<LawKind>(['layer', 'neuron', 'matrix'], { minLength: 1 });
const rates = fc.constantFrom(1e-4, 1e-2, 0.1, 0.5);

/** The rows of a run, as far as its loss and Σθ² are finite, with the largest Σθ² and Σ(ηg)² on the way. */
async function booked({ L, theta }: Pick<Small, 'L' | 'theta'>, learningRate: number, laws: LawOptions) {
  const sizes = { theta: 0, update: 0 };
  const square = (a: Float64Array) => a.reduce((sum, x) => sum + x * x, 0);
  const run = gradientDescent({ objective: L, theta0: theta, learningRate }).pipe(
    take(steps + 1),
    untilDiverged(),
    takeWhile(({ state, loss }) => {
      const size = square(state.theta);
      if (!(Number.isFinite(loss) && Number.isFinite(size))) return false; // of such a norm there are no books
      sizes.theta = Math.max(sizes.theta, size);
      sizes.update = Math.max(sizes.update, square(state.update));
      return true;
    }),
    conservation(laws),
  );
  return { rows: await rowsOf(run), sizes };
}

describe('conservation', () => {
  const L = objective({
    model: mlp({ hidden: [4, 3], bias: true }),
    loss: 'cross-entropy',
    data: gaussianMixture({ n: 10, d: 3, classes: 2, separation: 1 }),
  });
  const run = (over = L) => gradientDescent({ objective: over, theta0: L.start(), learningRate: 0.1 });

  keepsStreamLaws(
    () => conservation({ laws: ['layer', 'neuron', 'matrix'] }),
    () => {
      const over = watched(L);
      return { rows: run({ ...L, ...over }), made: () => over.watch.evaluated };
    },
  );

  it('closes its books to 1e-12 Σθ², for any network, laws and learning rate', async () => {
    await fc.assert(
      fc.asyncProperty(
        networks(),
        rates,
        kinds,
        fc.boolean(),
        fc.constantFrom('norm' as const, 'whole' as const),
        async (small, eta, laws, biases, matrix) => {
          const { rows, sizes } = await booked(small, eta, { laws, biases, matrix });
          for (const { ledgerResidual } of rows) {
            for (const residual of ledgerResidual) expect(Math.abs(residual)).toBeLessThanOrEqual(1e-12 * sizes.theta);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes the same books from the sums of a pass as from the vectors themselves', async () => {
    await fc.assert(
      fc.asyncProperty(networks(), rates, async (small, eta) => {
        // with neurons beside them the layer laws go through the vectors
        const [fast, slow] = [await booked(small, eta, {}), await booked(small, eta, { laws: ['layer', 'neuron'] })];
        const size = 64 * eps * steps * (fast.sizes.theta + fast.sizes.update);
        for (const [t, row] of fast.rows.entries()) {
          for (const name of ['conservation', 'drift', 'driftFirstOrder', 'driftSecondOrder'] as const) {
            for (const [l, value] of row[name].entries()) {
              expect(Math.abs(value - slow.rows[t]![name][l]!)).toBeLessThanOrEqual(size);
            }
          }
        }
      }),
    );
  });

  it('reports drift = η²S, and no symmetry broken, on homogeneous networks: per layer and per neuron', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ activations: homogeneous }), rates, async (small, eta) => {
        const { rows, sizes } = await booked(small, eta, { laws: ['layer', 'neuron'] });
        // each step the first order is zero but for the rounding of ⟨θ, ηg⟩, and θ itself is rounded
        const rounding = 64 * eps * rows.length * (sizes.theta + sizes.update);
        for (const { drift, imbalanceSum, symmetry } of rows) {
          for (const [l, value] of drift.entries()) {
            expect(Math.abs(value - eta * eta * imbalanceSum[l]!)).toBeLessThanOrEqual(rounding);
            expect(Math.abs(eta * symmetry[l]!)).toBeLessThanOrEqual(rounding);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reports drift = η²S for the whole matrix where the network is linear', async () => {
    await fc.assert(
      fc.asyncProperty(networks({ activations: ['identity'] }), rates, async (small, eta) => {
        const { rows, sizes } = await booked(small, eta, { laws: ['matrix'], matrix: 'whole' });
        const rounding = 64 * eps * rows.length * (sizes.theta + sizes.update);
        for (const { drift, imbalanceSum, driftFirstOrder } of rows) {
          for (const [l, value] of drift.entries()) {
            expect(Math.abs(value - eta * eta * imbalanceSum[l]!)).toBeLessThanOrEqual(rounding);
            expect(Math.abs(driftFirstOrder[l]!)).toBeLessThanOrEqual(rounding);
          }
        }
      }),
    );
  });

  const wide = { widths: [5, 6, 4, 3], slope: undefined, loss: 'mse', n: 6, bias: false } as const;

  it.each([
    ['the layer law of a tanh network', { ...wide, activation: 'tanh', seed: 1 }, {}],
    ['the matrix law of a relu network', { ...wide, activation: 'relu', seed: 1 }, { laws: ['matrix'] }],
    [
      'the law without b of a network with biases',
      { ...wide, activation: 'relu', bias: true, seed: 1 },
      { biases: false },
    ],
  ] as const)(
    'reports %s as not conserved: its first order is not zero, and not of second order in η',
    async (_, plan, laws) => {
      const drifts = await Promise.all(
        [1e-3, 1e-4].map(async (eta) => {
          const { rows, sizes } = await booked(build(plan), eta, laws);
          const { drift, driftFirstOrder, driftSecondOrder } = rows.at(-1)!;
          expect(Math.abs(driftFirstOrder[0]!)).toBeGreaterThan(1e6 * eps * sizes.theta);
          expect(Math.abs(driftFirstOrder[0]!)).toBeGreaterThan(10 * Math.abs(driftSecondOrder[0]!));
          return drift[0]!;
        }),
      );
      // a tenth of the rate over as many steps is a tenth of the drift; a conserved quantity would drift a hundredth as far
      expect(drifts[1]! / drifts[0]!).toBeGreaterThan(0.05);
      expect(drifts[1]! / drifts[0]!).toBeLessThan(0.2);
    },
  );

  it('begins at zero with the value of the law, and sums over the steps before the row', async () => {
    const rows = await rowsOf(run().pipe(conservation({ biases: false }), take(3)));
    const zero = Float64Array.of(0, 0);
    expect(rows[0]).toMatchObject({
      drift: zero,
      imbalanceSum: zero,
      driftFirstOrder: zero,
      driftSecondOrder: zero,
      ledgerResidual: zero,
    });
    let S = zero;
    for (const { weightNormSq: w, gradientNormSq: g, conservation: C, drift, imbalanceSum } of rows) {
      expect(C).toEqual(Float64Array.of(w[1]! - w[0]!, w[2]! - w[1]!));
      expect(drift).toEqual(C.map((value, l) => value - rows[0]!.conservation[l]!));
      // sums of at most two terms: the ledger's are compensated
      for (const l of [0, 1]) expect(imbalanceSum[l]).toBeCloseTo(S[l]!, 14);
      S = S.map((sum, l) => sum + (g[l + 1]! - g[l]!));
    }
  });

  it('lists layers, then neurons, then matrices, in every list', async () => {
    const [row] = await rowsOf(run().pipe(take(1), conservation({ laws: ['matrix', 'neuron', 'layer'] })));
    for (const name of Object.keys(columns) as (keyof typeof columns)[])
      expect(row![name]).toHaveLength(2 + (4 + 3) + 2);
    const [layers] = await rowsOf(run().pipe(take(1), conservation()));
    for (const l of [0, 1]) expect(row!.conservation[l]).toBeCloseTo(layers!.conservation[l]!, 13);
  });

  it('has no laws, and no objections, where there are no hidden layers', async () => {
    const [row] = await rowsOf(
      gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 1 }).pipe(
        take(1),
        conservation(),
      ),
    );
    expect(row!.drift).toEqual(new Float64Array());
  });

  it('keeps the books of a diverging run open to its last row', async () => {
    const rows = await rowsOf(
      gradientDescent({ objective: L, theta0: L.start(), learningRate: 1e155 }).pipe(take(5), conservation()),
    );
    expect(rows).toHaveLength(5);
    expect(rows.some(({ drift }) => !Number.isFinite(drift[0]))).toBe(true);
  });

  it.each([1, 2, 10])('refuses a gap of %s steps, by their numbers', async (n) => {
    const skipping = run().pipe(
      filter(({ step }) => step % (n + 1) === 0),
      conservation(),
    );
    await expect(rowsOf(skipping)).rejects.toThrow(
      new RangeError(`conservation: step ${n + 1} follows step 0; put it above every()`),
    );
  });

  it('refuses to begin in mid-run, where the drift would be one since then', async () => {
    const late = run().pipe(skip(3), conservation());
    await expect(rowsOf(late.pipe(take(2)))).rejects.toThrow(
      new RangeError(
        'conservation: needs every step, but its first row is step 3 of a run that began before it; put it above skip() and filter(), or resume from a snapshot that was taken below it',
      ),
    );
  });

  it('refuses a gap after the row that its snapshot was taken at', async () => {
    let from: Snapshot | undefined;
    await rowsOf(
      run().pipe(
        take(4),
        conservation(),
        tap(({ state }) => void (from = state.snapshot())),
      ),
    );
    const resumed = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1, resumeFrom: from! });
    const late = resumed.pipe(
      filter(({ step }) => step > 5),
      conservation(),
    );
    await expect(rowsOf(late)).rejects.toThrow(
      'conservation: needs every step, but resumeFrom remembers it up to step 3 and its first row is step 6; take the snapshot below it, and put it above every()',
    );
  });

  it('goes above every(), whose rows then have sums over all steps', async () => {
    const all = await rowsOf(run().pipe(take(21), conservation()));
    const some = await rowsOf(run().pipe(take(21), conservation(), every(10)));
    expect(some).toEqual([0, 10, 20].map((step) => all[step]));
  });

  it('stands in a spec by its options, laws of layers by default', () => {
    expect(options.parse({})).toEqual({ laws: ['layer'], biases: true, matrix: 'norm' });
    for (const wrong of [{ laws: [] }, { laws: ['layers'] }, { biasses: false }, { matrix: 'trace' }]) {
      expect(options.safeParse(wrong).success).toBe(false);
    }
  });

  it('adds its columns, all lists, to the type of the row', () => {
    const measured = run().pipe(conservation());
    expectTypeOf<ObservedValueOf<typeof measured>['drift']>().toEqualTypeOf<Float64Array>();
    expect(Object.keys(measured.columns).slice(-Object.keys(columns).length)).toEqual(Object.keys(columns));
    expect(Object.values(columns).every(({ arrow }) => arrow === 'list<float64>')).toBe(true);
    // @ts-expect-error a misspelt law
    expect(() => conservation({ laws: ['layers'] })).toThrow(
      new RangeError('conservation: laws[0] must be one of layer, neuron, matrix, got layers'),
    );
  });
});
