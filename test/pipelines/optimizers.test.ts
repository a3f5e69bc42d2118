import { take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/executors/experiment.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective } from '../../src/math/risk.ts';
import { cosine } from '../../src/math/schedules/cosine.ts';
import { ramp } from '../../src/math/schedules/ramp.ts';
import { stepDecay } from '../../src/math/schedules/step-decay.ts';
import { warmup } from '../../src/math/schedules/warmup.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { adam } from '../../src/operators/sources/adam.ts';
import { adamw } from '../../src/operators/sources/adamw.ts';
import type { Step } from '../../src/operators/sources/descend.ts';
import type { Descent } from '../../src/operators/sources/descent.ts';
import { driftBudget } from '../../src/operators/sources/drift-budget.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { gradientFlow } from '../../src/operators/sources/gradient-flow.ts';
import { momentum } from '../../src/operators/sources/momentum.ts';
import { rmsprop } from '../../src/operators/sources/rmsprop.ts';
import { sgd } from '../../src/operators/sources/sgd.ts';
import { lawsOfRun } from '../../src/pipelines/experiment.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { optimizers } from '../../src/pipelines/optimizers.ts';
import { builtIn } from '../../src/pipelines/registry.ts';
import { readTable } from '../../src/store/tables.ts';
import type { Stream } from '../../src/stream.ts';
import { rowsOf } from '../helpers/operators.ts';
import { folder, tiny, type Written } from './tiny.ts';

const files = folder();
const prepared = async (spec: Written) => prepare(await loadSpec(files.write('spec.json', spec)), 'typed-array');

const L = objective({
  engine: 'typed-array',
  model: mlp({ hidden: [4] }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 20, d: 4, classes: 2, separation: 2 }),
  seed: 1,
});
const rate = 0.1;
const of: Descent = { objective: L, theta0: L.start(), learningRate: rate };
const { learningRate: _, ...flow } = of;

/** Values of `optimizer` in a spec, each with the same in code. */
const written: [Written, Stream<Step>][] = [
  [{ kind: 'gd' }, gradientDescent(of)],
  [{ kind: 'gd', weightDecay: 0.1 }, gradientDescent({ ...of, weightDecay: 0.1 })],
  [{ kind: 'momentum' }, momentum({ ...of, beta: 0.9 })],
  [{ kind: 'momentum', beta: 0.5, dampening: 0.5 }, momentum({ ...of, beta: 0.5, dampening: 0.5 })],
  [{ kind: 'momentum', nesterov: true, weightDecay: 0.1 }, momentum({ ...of, nesterov: true, weightDecay: 0.1 })],
  [{ kind: 'rmsprop' }, rmsprop(of)],
  [{ kind: 'adam' }, adam(of)],
  [{ kind: 'adam', beta1: 0.5 }, adam({ ...of, beta1: 0.5 })],
  [{ kind: 'adamw' }, adamw(of)],
  [{ kind: 'adamw', weightDecay: 0.2 }, adamw({ ...of, weightDecay: 0.2 })],
  [{ kind: 'sgd', batch: 6 }, sgd({ ...of, batch: 6, seed: 1 })],
  [{ kind: 'sgd', batch: 5, beta: 0.9 }, sgd({ ...of, batch: 5, beta: 0.9, seed: 1 })],
  [{ kind: 'gradient-flow' }, gradientFlow(flow)],
  [{ kind: 'gradient-flow', tolerance: 1e-5 }, gradientFlow({ ...flow, tolerance: 1e-5 })],
];

const schedules: [Written, Descent['learningRate']][] = [
  [{ kind: 'constant' }, rate],
  [{ kind: 'step', every: 5, factor: 0.5 }, stepDecay(rate, { every: 5, factor: 0.5 })],
  [{ kind: 'cosine' }, cosine(rate, { steps: 20 })],
  [{ kind: 'cosine', steps: 10, floor: 0.1 }, cosine(rate, { steps: 10, floor: 0.1 * rate })],
  [{ kind: 'warmup', steps: 5, next: { kind: 'cosine' } }, warmup(cosine(rate, { steps: 15 }), { steps: 5 })],
  [{ kind: 'drift-budget', budget: 1e-3 }, driftBudget({ rate, budget: ramp(1e-3, { steps: 20 }) })],
  [
    { kind: 'drift-budget', budget: 1e-3, shape: 'constant', curvature: 0.5 },
    driftBudget({ rate, budget: 1e-3, curvature: 0.5 }),
  ],
];

const named = ([options, source]: [Written, unknown]) => [JSON.stringify(options), options, source] as const;
const gridOf = ({ kind }: Written) => (kind === 'gradient-flow' ? { seed: [1] } : { learningRate: [rate], seed: [1] });
const rowsFrom = async (optimizer: Written) => {
  const { runs } = await prepared(tiny({ optimizer, grid: gridOf(optimizer) }));
  return rowsOf(runs[0]!.open().rows);
};

describe('an optimizer of a spec', () => {
  it('is any that there is, tried below', () => {
    expect([...new Set(written.map(([{ kind }]) => kind))]).toEqual(Object.keys(optimizers));
  });

  it.each(written.map(named))('makes the rows that it makes in code: %s', async (_, optimizer, source) => {
    const expected = await rowsOf((source as Stream<Step>).pipe(take(21), conservation()));
    expect(await rowsFrom(optimizer)).toEqual(expected);
  });

  it.each(schedules.map(named))(
    'takes a schedule, the learning rate of the grid as its largest: %s',
    async (_, schedule, learningRate) => {
      const expected = await rowsOf(
        adam({ ...of, learningRate: learningRate as Descent['learningRate'] }).pipe(take(21), conservation()),
      );
      expect(await rowsFrom({ kind: 'adam', schedule })).toEqual(expected);
      expect(Math.max(...expected.map((row) => row.learningRate))).toBeLessThanOrEqual(rate);
    },
  );

  it('has keys that are axes of the grid, the kind among them', async () => {
    const { runs } = await prepared(
      tiny({
        optimizer: { kind: 'momentum' },
        grid: { learningRate: [rate], seed: [1], 'optimizer.beta': [0, 0.9], 'optimizer.nesterov': [false, true] },
      }),
    );
    const losses = await Promise.all(runs.map(async ({ open }) => (await rowsOf(open().rows)).at(-1)!['loss']));
    expect(runs.map(({ config }) => config.optimizer)).toMatchObject([
      { kind: 'momentum', beta: 0, nesterov: false },
      { kind: 'momentum', beta: 0, nesterov: true },
      { kind: 'momentum', beta: 0.9, nesterov: false },
      { kind: 'momentum', beta: 0.9, nesterov: true },
    ]);
    expect(losses[1]).toBe(losses[0]); // without a buffer to look ahead by
    expect(new Set(losses).size).toBe(3);
    const kinds = ['gd', 'adam', 'rmsprop'];
    const byKind = await prepared(tiny({ grid: { ...tiny()['grid'], 'optimizer.kind': kinds } }));
    expect(byKind.runs.map(({ config }) => config.optimizer.kind)).toEqual([...kinds, ...kinds]);
  });

  it('gives each kind of an axis its own defaults, whichever comes first', async () => {
    const configs = async (kinds: string[]) => {
      const { runs } = await prepared(tiny({ grid: { learningRate: [rate], seed: [1], 'optimizer.kind': kinds } }));
      return runs.map(({ config }) => config.optimizer);
    };
    const alone = async (kind: string) => (await prepared(tiny({ optimizer: { kind } }))).runs[0]!.config.optimizer;
    for (const kinds of [
      ['rmsprop', 'adam'],
      ['momentum', 'gd'],
      ['gd', 'momentum'],
    ]) {
      expect(await configs(kinds)).toEqual(await Promise.all(kinds.map(alone)));
    }
  });

  it('keeps the name of a trajectory of plain gradient descent, whether it is written out or not', async () => {
    const [bare, out] = await Promise.all([prepared(tiny()), prepared(tiny({ optimizer: { kind: 'gd' } }))]);
    expect(out.runs.map(({ key }) => key)).toEqual(bare.runs.map(({ key }) => key));
    expect(out.runs[0]!.config.optimizer).toEqual({ kind: 'gd' });
    const decayed = await prepared(tiny({ optimizer: { kind: 'gd', weightDecay: 0.1 } }));
    expect(decayed.runs[0]!.key).not.toBe(bare.runs[0]!.key);
  });

  it('leaves no learning rate in the tables of gradient flow, but time and its error', async () => {
    const loaded = await prepared(tiny({ optimizer: { kind: 'gradient-flow' }, grid: { seed: [1, 2] } }));
    const { dir, status } = await runExperiment(loaded, {
      out: files.in('flow'),
      signal: new AbortController().signal,
    });
    expect(status).toBe('completed');
    const runs = readTable(dir, 'runs');
    expect(runs).toHaveLength(2);
    expect(runs[0]).not.toHaveProperty('learningRate');
    const steps = readTable(dir, 'steps').filter(({ run }) => run === 0) as { time: number; learningRate: number }[];
    let time = 0;
    for (const row of steps) {
      expect(row.time).toBe(time);
      time += row.learningRate;
    }
    expect(runs[0]!['time']).toBe(steps.at(-1)!.time);
    expect(readTable(dir, 'laws').map(({ ledger }) => ledger)).toEqual(['constant', 'constant']);
  });
});

describe('the ledger of a law', () => {
  const ledgers = async (optimizer: Written, changes: Written = {}) => {
    const [run] = (await prepared(tiny({ optimizer, grid: gridOf(optimizer), ...changes }))).runs;
    return lawsOfRun(run!.open(), run!.config, builtIn).map(({ kind, ledger }) => [kind, ledger].join(': '));
  };

  it.each<[string, Written]>([
    ['drift = Σ η²δ', { kind: 'gd' }],
    ['drift = Σ η²δ', { kind: 'gd', schedule: { kind: 'cosine' } }],
    ['weight decay', { kind: 'gd', weightDecay: 0.1 }],
    ['drift = Σ η²δ', { kind: 'sgd', batch: 4 }],
    ['heavy ball', { kind: 'sgd', batch: 4, beta: 0.5 }],
    ['heavy ball', { kind: 'momentum' }],
    ['Nesterov', { kind: 'momentum', nesterov: true }],
    ['no law', { kind: 'rmsprop' }],
    ['no law', { kind: 'adam' }],
    ['no law', { kind: 'adamw' }],
    ['constant', { kind: 'gradient-flow' }],
  ])('says %s of %o', async (ledger, optimizer) => {
    expect(await ledgers(optimizer)).toEqual([`layer: ${ledger}`]);
  });

  const all = { op: 'conservation', laws: ['layer', 'matrix'] };
  const model = (changes: Written) => ({ model: { kind: 'mlp', hidden: [4], ...changes } });
  it('says no law where gradient flow has none', async () => {
    const gd = { kind: 'gd' };
    expect(await ledgers(gd, model({ activation: 'tanh' }))).toEqual(['layer: no law']);
    expect(await ledgers(gd, { measure: [all] })).toEqual(['layer: drift = Σ η²δ', 'matrix: no law']);
    expect(await ledgers(gd, { measure: [all], ...model({ activation: 'identity' }) })).toEqual([
      'layer: drift = Σ η²δ',
      'matrix: drift = Σ η²δ',
    ]);
    const without = { measure: [{ op: 'conservation', biases: false }] };
    expect(await ledgers(gd, { ...without, ...model({ bias: true }) })).toEqual(['layer: no law']);
    expect(await ledgers(gd, { ...without, ...model({ bias: false }) })).toEqual(['layer: drift = Σ η²δ']);
  });
});
