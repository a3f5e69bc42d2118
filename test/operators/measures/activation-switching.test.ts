import fc from 'fast-check';
import { filter, map, type ObservedValueOf, take } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { classified } from '../../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import { objective } from '../../../src/math/risk.ts';
import { activationSwitching, columns, details } from '../../../src/operators/measures/activation-switching.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { direct, networks } from '../../helpers/network.ts';
import { keepsStreamLaws, rowsOf } from '../../helpers/operators.ts';
import { quadratic, watched } from '../../helpers/quadratic.ts';
import { agreesWithE09, agreesWithE15 } from '../../helpers/switching.ts';
import published from '../../reference/published-e09-e15.json' with { type: 'json' };

const { options } = activationSwitching;

const L = objective({
  model: mlp({ hidden: [4, 3], bias: true }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 10, d: 3, classes: 2, separation: 1 }),
});
const run = (over = L, learningRate = 0.1) => gradientDescent({ objective: over, theta0: L.start(), learningRate });

describe('activationSwitching', () => {
  keepsStreamLaws(
    () => activationSwitching({ detail: true }),
    () => {
      const over = watched(L);
      return { rows: run({ ...L, ...over }), made: () => over.watch.evaluated };
    },
  );

  it('counts what the signs of the network written out sample by sample say, of any depth, with biases', async () => {
    let switches = 0;
    await fc.assert(
      fc.asyncProperty(networks({ depth: [2, 5] }), fc.constantFrom(0.02, 0.3), async (small, eta) => {
        const { L, theta, plan } = small;
        const rows = await rowsOf(
          gradientDescent({ objective: L, theta0: theta, learningRate: eta }).pipe(
            take(8),
            activationSwitching({ detail: true }),
            map((row) => ({ ...row, theta: row.state.theta.slice() })),
          ),
        );
        const z = rows.map((row) => direct(small, row.theta).z.slice(0, -1));
        const values = z.flat(2);
        // a value that rounding makes or one beyond a double has the one sign or the other
        fc.pre(values.every((value) => value === 0 || (Math.abs(value) > 1e-9 && Math.abs(value) < 1e6)));
        const widths = plan.widths.slice(1, -1);
        const perNeuron = widths.map((m) => new Array<number>(m).fill(0));
        const perSample = widths.map(() => new Array<number>(plan.n).fill(0));
        const so = { switched: 0, neurons: 0, unchanged: 0 };
        for (const [t, row] of rows.entries()) {
          const layers = widths.map((m, l) => {
            const now = z[t]![l]!;
            const before = z[t - 1]?.[l];
            const changed = now.map((value, e) => before !== undefined && value > 0 !== before[e]! > 0);
            changed.forEach((did, e) => {
              perNeuron[l]![e % m]! += Number(did);
              perSample[l]![Math.floor(e / m)]! += Number(did);
            });
            const some = (of: readonly boolean[]) =>
              Array.from({ length: m }, (_, j) => of.some((yes, e) => yes && e % m === j)).filter(Boolean).length;
            return {
              switched: changed.filter(Boolean).length,
              neurons: some(changed),
              dead: m - some(now.map((value) => value > 0)),
              margins: now.map(Math.abs),
            };
          });
          const of = <K extends 'switched' | 'neurons' | 'dead'>(name: K) => layers.map((layer) => layer[name]);
          const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
          if (t === 0) {
            expect([row.switchRate, row.switchedEntries, row.neuronsChanged]).toEqual([null, null, null]);
            expect([row.meanSwitchRate, row.meanNeuronsChanged, row.unchangedShare]).toEqual([null, null, null]);
          } else {
            so.switched += total(of('switched'));
            so.neurons += total(of('neurons'));
            so.unchanged += total(of('switched')) === 0 ? 1 : 0;
            expect(row.switchedEntries).toEqual(Int32Array.from(of('switched')));
            expect(row.switchRate).toEqual(
              Float64Array.from(of('switched'), (count, l) => count / (plan.n * widths[l]!)),
            );
            expect(row.neuronsChanged).toEqual(Int32Array.from(of('neurons')));
            expect(row.meanSwitchRate).toBeCloseTo(so.switched / t / (plan.n * total(widths)), 14);
            expect(row.meanNeuronsChanged).toBeCloseTo(so.neurons / t, 14);
            expect(row.unchangedShare).toBeCloseTo(so.unchanged / t, 14);
          }
          expect(row.deadNeurons).toEqual(Int32Array.from(of('dead')));
          for (const [l, { margins }] of layers.entries()) {
            // the sums of a pre-activation, and of the mean, in another order
            const rounding = 1e-12 * Math.max(1, ...values.map(Math.abs));
            expect(Math.abs(row.minMargin[l]! - Math.min(...margins))).toBeLessThanOrEqual(rounding);
            expect(Math.abs(row.meanMargin[l]! - total(margins) / margins.length)).toBeLessThanOrEqual(rounding);
          }
          expect(Array.from(row.neuronSwitches)).toEqual(perNeuron.flat());
          expect(Array.from(row.sampleSwitches)).toEqual(perSample.flat());
        }
        switches += so.switched;
      }),
      { seed: 1, numRuns: 150 },
    );
    expect(switches).toBeGreaterThan(500); // or the counts above are of nothing
  });

  it('gives the same with both engines', async () => {
    const problem = { model: mlp({ hidden: [9, 7] }), loss: 'mse', seed: 3 } as const;
    const data = gaussianMixture({ n: 270, d: 5, classes: 3, separation: 1 });
    const [one, two] = await Promise.all(
      (['typed-array', 'wasm'] as const).map((engine) => {
        const L = objective({ ...problem, data, engine });
        const rows = gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 });
        return rowsOf(rows.pipe(take(60), activationSwitching({ detail: true })));
      }),
    );
    expect(one!.at(-1)!.meanSwitchRate).toBeGreaterThan(0);
    for (const [t, row] of one!.entries()) {
      for (const name of ['switchedEntries', 'neuronsChanged', 'deadNeurons', 'neuronSwitches'] as const) {
        expect(row[name]).toEqual(two![t]![name]);
      }
    }
  });

  it('calls a neuron dead that is positive on no sample, and says how far it is from being so', async () => {
    const x = Float64Array.of(1, 2, 3, 1); // two samples of positive inputs
    const L = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: classified(x, Int32Array.of(0, 1), 2, 2) });
    const theta0 = Float64Array.of(-1, -1, 1, 1, 1, -1, ...new Float64Array(6)); // W_1, and W_2 = 0
    const [row] = await rowsOf(
      gradientDescent({ objective: L, theta0, learningRate: 0.1 }).pipe(take(1), activationSwitching()),
    );
    // z = −3, 3, −1 and −4, 4, 2
    expect(row).toMatchObject({
      deadNeurons: Int32Array.of(1),
      minMargin: Float64Array.of(1),
      meanMargin: Float64Array.of(17 / 6),
    });
  });

  it('has empty lists, and nothing to say, where there are no hidden layers', async () => {
    const linear = objective({ model: mlp({ hidden: [] }), loss: 'mse', data: L.dataset });
    const rows = await rowsOf(
      gradientDescent({ objective: linear, theta0: linear.start(), learningRate: 0.1 }).pipe(
        take(2),
        activationSwitching({ detail: true }),
      ),
    );
    for (const row of rows) {
      const { switchedEntries, deadNeurons, neuronSwitches, meanSwitchRate } = row;
      expect([switchedEntries, deadNeurons]).toEqual([new Int32Array(), new Int32Array()]);
      expect([neuronSwitches, meanSwitchRate]).toEqual([new Float64Array(), null]);
    }
  });

  it('goes on through a run that diverges', async () => {
    const rows = await rowsOf(run(L, 1e300).pipe(take(5), activationSwitching()));
    expect(rows).toHaveLength(5);
    expect(rows.at(-1)!.meanMargin[0]).toBeNaN();
  });

  it('refuses a gap, by its steps, and goes above every()', async () => {
    const skipping = run().pipe(
      filter(({ step }) => step % 10 === 0),
      activationSwitching(),
    );
    await expect(rowsOf(skipping)).rejects.toThrow(
      new RangeError('activationSwitching: step 10 follows step 0; put it above every()'),
    );
    const all = await rowsOf(run().pipe(take(21), activationSwitching()));
    const some = await rowsOf(run().pipe(take(21), activationSwitching(), every(10)));
    expect(some).toEqual([0, 10, 20].map((step) => all[step]));
  });

  it('is refused of an objective without pre-activations, and of one without data', async () => {
    const plain = gradientDescent({ objective: quadratic(1), theta0: Float64Array.of(1), learningRate: 0.1 });
    expect(() => plain.pipe(activationSwitching())).toThrow(
      new TypeError(
        'activationSwitching: needs preActivations of the objective, but the source offers gradient, hvp, gnvp, jvp, vjp',
      ),
    );
    const { dataset: _, ...without } = L;
    const rows = gradientDescent({ objective: without, theta0: L.start(), learningRate: 0.1 });
    await expect(rowsOf(rows.pipe(activationSwitching()))).rejects.toThrow(
      new TypeError('activationSwitching: the objective must be over data, got one without'),
    );
  });

  it('stands in a spec by its options, without detail by default', () => {
    expect(options.parse({})).toEqual({ detail: false });
    for (const wrong of [{ detail: 'yes' }, { details: true }]) expect(options.safeParse(wrong).success).toBe(false);
  });

  it('adds its columns to the type of the row, those of the details only where they are asked for', () => {
    const short = run().pipe(activationSwitching());
    const long = run().pipe(activationSwitching({ detail: true }));
    expectTypeOf<ObservedValueOf<typeof short>['switchRate']>().toEqualTypeOf<Float64Array | null>();
    expectTypeOf<ObservedValueOf<typeof short>>().not.toHaveProperty('neuronSwitches');
    expectTypeOf<ObservedValueOf<typeof long>['neuronSwitches']>().toEqualTypeOf<Float64Array>();
    expect(Object.keys(short.columns)).not.toContain('neuronSwitches');
    const names = [...Object.keys(columns), ...Object.keys(details)];
    expect(Object.keys(long.columns).slice(-names.length)).toEqual(names);
  });
});

describe('the published switch rates', () => {
  it.each(['0.001', '0.1'] as const)('are those of E9, seed by seed, at η = %s', async (rate) => {
    for (const seed of published.seeds) await agreesWithE09(rate, seed);
  });

  it.each(['0.001', '0.01', '0.1'] as const)('are those of E15 of 16 neurons at η = %s', async (rate) => {
    for (const seed of published.seeds) await agreesWithE15('16', rate, seed);
  });
});
