import { readdirSync } from 'node:fs';
import { type OperatorFunction, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { float64 } from '../../src/columns.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective } from '../../src/math/risk.ts';
import { accuracy } from '../../src/operators/measures/accuracy.ts';
import { activationSwitching } from '../../src/operators/measures/activation-switching.ts';
import { batchSharpness } from '../../src/operators/measures/batch-sharpness.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { criticalSharpness } from '../../src/operators/measures/critical-sharpness.ts';
import { denseSpectrum } from '../../src/operators/measures/dense-spectrum.ts';
import { edgeOfStability } from '../../src/operators/measures/edge-of-stability.ts';
import { gradientNorm } from '../../src/operators/measures/gradient-norm.ts';
import { hessian, sharpness } from '../../src/operators/measures/hessian.ts';
import { lossOn } from '../../src/operators/measures/loss-on.ts';
import { spectralDensity } from '../../src/operators/measures/spectral-density.ts';
import { trace } from '../../src/operators/measures/trace.ts';
import { updateNorm } from '../../src/operators/measures/update-norm.ts';
import { weightNorm } from '../../src/operators/measures/weight-norm.ts';
import type { Step } from '../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { derive } from '../../src/operators/transforms/derive.ts';
import { ema } from '../../src/operators/transforms/ema.ts';
import { every } from '../../src/operators/transforms/every.ts';
import { logSteps } from '../../src/operators/transforms/log-steps.ts';
import { measure } from '../../src/operators/transforms/measure.ts';
import { operator } from '../../src/operators/transforms/operator.ts';
import { untilDiverged } from '../../src/operators/transforms/until-diverged.ts';
import { whereMeasured } from '../../src/operators/transforms/where-measured.ts';
import type { Snapshot } from '../../src/state.ts';
import type { Stream } from '../../src/stream.ts';
import { stoppedClock } from '../helpers/clock.ts';
import { kept } from '../helpers/operators.ts';

type Chain = (run: Stream<Step>) => Stream<Step>;
const chain =
  (...operators: unknown[]): Chain =>
  (run) =>
    operators.reduce<Stream<Step>>((rows, operator) => rows.pipe(operator as OperatorFunction<Step, Step>), run);

const last = 24;

/** Every file of operators between a source and its end, with chains in which it remembers all that it can. */
const chains: Record<string, Record<string, Chain>> = {
  'measures/accuracy': {
    accuracy: chain(accuracy()),
    'on other samples': (run) => run.pipe(accuracy({ on: L, every: 3 })),
  },
  'measures/loss-on': {
    lossOn: (run) => run.pipe(lossOn(L)),
    'at a cadence': (run) => run.pipe(lossOn(L, { every: 4 })),
  },
  'measures/activation-switching': {
    activationSwitching: chain(activationSwitching()),
    'in detail, before every': chain(activationSwitching({ detail: true }), every(3)),
  },
  'measures/batch-sharpness': {
    'at a cadence': chain(batchSharpness({ batch: 5, batches: 3, every: 4 })),
  },
  'measures/conservation': {
    layers: chain(conservation()),
    'all laws, whole': chain(conservation({ laws: ['layer', 'neuron', 'matrix'], matrix: 'whole' })),
    'without biases, before every': chain(conservation({ biases: false }), every(3)),
  },
  'measures/gradient-norm': { gradientNorm: chain(gradientNorm()) },
  'measures/edge-of-stability': {
    'with a sharpness at a cadence': chain(hessian({ every: 4 }), edgeOfStability()),
    'with a sharpness on every row': chain(sharpness(), edgeOfStability({ window: 6 })),
    'by gradients alone': chain(edgeOfStability({ sharpness: false })),
  },
  'measures/hessian': {
    sharpness: chain(sharpness()),
    'hessian at a cadence': chain(hessian({ every: 4, k: 2, bottom: 1 })),
    'hessian after every': chain(every(2), hessian({ every: 4, matrix: 'gauss-newton' })),
    'hessian as it pleases': chain(hessian({ every: 'adaptive' })),
  },
  'measures/spectral-density': {
    'at a cadence': chain(spectralDensity({ every: 3, probes: 2, steps: 5, points: 7 })),
  },
  'measures/trace': {
    trace: chain(trace({ products: 9 })),
    'of the Gauss-Newton matrix, at a cadence': chain(trace({ every: 3, matrix: 'gauss-newton', products: 6 })),
  },
  'measures/dense-spectrum': { denseSpectrum: chain(denseSpectrum({ every: 6 })) },
  'measures/critical-sharpness': {
    criticalSharpness: chain(criticalSharpness()),
    'at a cadence, beside another': chain(criticalSharpness({ every: 3 }), sharpness()),
  },
  'measures/update-norm': { updateNorm: chain(updateNorm()) },
  'measures/weight-norm': { weightNorm: chain(weightNorm()) },
  'transforms/derive': {
    derive: chain(derive({ small: float64('loss/2') }, ({ loss }: Step) => ({ small: loss / 2 }))),
  },
  'transforms/ema': {
    'of two columns': chain(ema('loss', { beta: 0.99 }), ema('learningRate')),
    'of a measured column': chain(sharpness(), ema('sharpness', { beta: 0.5 })),
  },
  'transforms/every': { every: chain(every(3)) },
  'transforms/measure': {
    'with sums and draws': chain(
      measure({ walk: float64('a random walk') }, ({ random }) => {
        let at = 0;
        return {
          row: () => ({ walk: (at += random.normal(1)[0]! + random.uniform(1)[0]! + random.permutation(5)[0]!) }),
          snapshot: () => at,
          restore: (saved: number) => void (at = saved),
        };
      }),
    ),
  },
  'transforms/operator': {
    'an operator of one’s own': chain(
      operator('total', { options: z.strictObject({}), columns: { total: float64('Σ loss') } }, () => {
        let total = 0;
        return {
          row: ({ loss }: { readonly loss: number }) => ({ total: (total += loss) }),
          snapshot: () => total,
          restore: (saved: number) => void (total = saved),
        };
      })(),
    ),
  },
  'transforms/log-steps': {
    'every at steps of a list': chain(every(logSteps(last, 8)), trace({ every: [2, 7, 13], products: 6 })),
  },
  'transforms/until-diverged': { untilDiverged: chain(untilDiverged()) },
  'transforms/where-measured': {
    whereMeasured: chain(
      denseSpectrum({ every: 3 }),
      whereMeasured<{ hessianSpectrum: Float64Array | null }, 'hessianSpectrum'>('hessianSpectrum'),
      ema('loss'),
    ),
  },
  'all of them': {
    together: chain(
      conservation({ laws: ['layer', 'neuron'] }),
      ema('loss'),
      hessian({ every: 2 }),
      activationSwitching(),
      edgeOfStability({ band: 0.2, window: 10 }),
      every(2),
      derive({ risen: float64('λ₁ − 1') }, (row: object) => ({ risen: (row as { sharpness: number }).sharpness - 1 })),
      untilDiverged(),
      ema('risen', { beta: 0.8 }),
    ),
  },
};

const L = objective({
  model: mlp({ hidden: [5, 4], activation: 'tanh', bias: true }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 12, d: 3, classes: 3, separation: 1 }),
  seed: 3,
});
const run = (from?: Snapshot) =>
  gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.4, ...(from && { resumeFrom: from }) });

/** The rows of a chain up to step 24, and the snapshots taken below it. */
function rowsOf(through: Chain, from?: Snapshot) {
  const rows: object[] = [];
  const snapshots: Snapshot[] = [];
  const remaining = last - (from?.step ?? -1);
  through(run(from).pipe(take(remaining)))
    .pipe(tap(({ state }) => snapshots.push(state.snapshot())))
    .subscribe((row) => rows.push(kept(row)));
  return { rows, snapshots };
}

describe.each(Object.entries(chains))('%s', (_, those) => {
  stoppedClock();

  it.each(Object.entries(those))('%s goes on from any of its snapshots to the bit', (_, through) => {
    const { rows, snapshots } = rowsOf(through);
    expect(rows.length).toBeGreaterThan(5);
    for (const [i, snapshot] of snapshots.entries()) {
      if (i === rows.length - 1) continue;
      const resumed = rowsOf(through, structuredClone(snapshot));
      expect(resumed.rows).toEqual(rows.slice(i + 1));
      // and a run that was resumed can be put down again as if it never had been
      expect(resumed.snapshots).toEqual(snapshots.slice(i + 1));
    }
  });

  it.each(Object.entries(those))('%s is not disturbed by the snapshots that are taken', (_, through) => {
    const undisturbed: object[] = [];
    through(run().pipe(take(last + 1))).subscribe((row) => undisturbed.push(kept(row)));
    expect(rowsOf(through).rows).toEqual(undisturbed);
  });
});

describe('the list above', () => {
  it('misses no operator of the folders measures and transforms', () => {
    // a source of its own, and types
    const apart = ['transforms/feedback', 'transforms/column-name'];
    const files = ['measures', 'transforms'].flatMap((folder) =>
      readdirSync(new URL(`../../src/operators/${folder}/`, import.meta.url))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name.replace('.ts', '')}`),
    );
    expect(
      Object.keys(chains)
        .filter((name) => name !== 'all of them')
        .sort(),
    ).toEqual(files.filter((name) => !apart.includes(name)).sort());
  });
});
