import fc from 'fast-check';
import { take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../../src/math/schedules/cosine.ts';
import { lawsOf } from '../../../src/math/theory/laws.ts';
import {
  gradientLedger,
  heavyBallDrift,
  heavyBallLedger,
  nesterovDrift,
  nesterovLedger,
} from '../../../src/math/theory/ledgers.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import type { Step } from '../../../src/operators/sources/descend.ts';
import type { Descent } from '../../../src/operators/sources/descent.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { momentum } from '../../../src/operators/sources/momentum.ts';
import { sgd } from '../../../src/operators/sources/sgd.ts';
import { untilDiverged } from '../../../src/operators/transforms/until-diverged.ts';
import type { Stream } from '../../../src/stream.ts';
import { homogeneous, networks, type Small } from '../../helpers/network.ts';
import { rowsOf } from '../../helpers/operators.ts';

const steps = 40;
const laws = ['layer', 'neuron'] as const;

interface Seen {
  readonly eta: number;
  readonly C: Float64Array; //  [laws]
  /** B and |B|, of which every product counts as positive, of pairs among g, D and θ. */
  form(u: 'g' | 'D' | 'theta', v: 'g' | 'D' | 'theta'): Float64Array;
  readonly moved: number; // 2Σ|θD| + ΣD²: all that the step moves any law by, whatever its sign
  readonly vectors: { readonly g: Float64Array; readonly D: Float64Array; readonly theta: Float64Array };
}

/** The steps of a run with copies of all that the ledgers are about; it ends at a loss that is not finite. */
async function seen(source: Stream<Step>, { L }: Small) {
  const of = lawsOf(L, { laws });
  const form = (u: Float64Array, v: Float64Array) => {
    const out = new Float64Array(of.size);
    of.form(u, v, out);
    return out;
  };
  const all: Seen[] = [];
  const watch = ({ state, learningRate }: Step) => {
    const vectors = { g: state.stepGradient.slice(), D: state.update.slice(), theta: state.theta.slice() };
    const { theta, D } = vectors;
    all.push({
      eta: learningRate,
      C: form(vectors.theta, vectors.theta),
      form: (u, v) => form(vectors[u], vectors[v]),
      moved: D.reduce((sum, x, i) => sum + 2 * Math.abs(theta[i]! * x) + x * x, 0),
      vectors,
    });
  };
  const rows = await rowsOf(
    source.pipe(take(steps + 1), tap(watch), conservation({ laws: [...laws] }), untilDiverged()),
  );
  const finite = rows.filter(({ loss }) => Number.isFinite(loss)).length;
  return { all: all.slice(0, finite), rows: rows.slice(0, finite), count: of.size, form };
}

const hyper = fc.record({
  eta: fc.constantFrom(1e-3, 1e-2, 0.1),
  beta: fc.constantFrom(0, 0.3, 0.9, 0.99),
  dampening: fc.constantFrom(0, 0.4, 0.9),
  weightDecay: fc.constantFrom(0, 0.01, 0.5),
});
type Hyper = typeof hyper extends fc.Arbitrary<infer T> ? T : never;
const nets = networks({ activations: homogeneous, depth: [2, 5] });
const start = ({ L, theta }: Small, learningRate: Descent['learningRate']): Descent => ({
  objective: L,
  theta0: theta,
  learningRate,
});

/** Bound on a ledger's error: 1e-10 of all its terms, and a few units of the last place of the squares in C. */
function allowed(all: readonly Seen[]): number {
  const squares = Math.max(...all.map(({ vectors: { theta } }) => theta.reduce((sum, x) => sum + x * x, 0)));
  return 1e-10 * all.reduce((sum, { moved }) => sum + moved, 0) + 64 * Number.EPSILON * squares;
}
const closes = (found: number, expected: number, most: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(most);

const property = (check: (small: Small, hyper: Hyper) => Promise<void>) =>
  fc.assert(fc.asyncProperty(nets, hyper, check), { numRuns: 60 });

describe('the ledger of gradient descent', () => {
  it('is C ← (1 − ηw)²C + η²δ, with any schedule', async () => {
    await property(async (small, { eta, weightDecay }) => {
      const source = gradientDescent({ ...start(small, cosine(eta, { steps })), weightDecay });
      const { all, rows, count } = await seen(source, small);
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        const made = all.slice(0, -1).map((at) => ({ eta: at.eta, delta: at.form('g', 'g')[l]! }));
        closes(rows.at(-1)!.conservation[l]!, gradientLedger(all[0]!.C[l]!, made, { weightDecay }), most);
      }
    });
  });

  it('is drift = Σ η_t²δ_t = driftSecondOrder if the learning rate changes', async () => {
    await property(async (small, { eta }) => {
      const { all, rows, count } = await seen(gradientDescent(start(small, cosine(eta, { steps }))), small);
      const { drift, driftSecondOrder } = rows.at(-1)!;
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        const sum = all.slice(0, -1).reduce((sum, at) => sum + at.eta ** 2 * at.form('g', 'g')[l]!, 0);
        closes(drift[l]!, sum, most);
        closes(driftSecondOrder[l]!, sum, most);
      }
    });
  });

  it('holds for mini-batches, with the δ of the batches: drift = η²S of the table', async () => {
    await property(async (small, { eta, weightDecay }) => {
      const batch = Math.ceil(small.plan.n / 2);
      const run = (weightDecay: number) => seen(sgd({ ...start(small, eta), batch, seed: 5, weightDecay }), small);
      const { all, rows, count } = await run(0);
      const { drift, imbalanceSum, symmetry } = rows.at(-1)!;
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        closes(drift[l]!, eta ** 2 * imbalanceSum[l]!, most);
        closes(symmetry[l]!, 0, most);
      }
      const decayed = await run(weightDecay);
      for (let l = 0; l < count; l++) {
        const made = decayed.all.slice(0, -1).map((at) => ({ eta, delta: at.form('g', 'g')[l]! }));
        const most = allowed(decayed.all);
        closes(
          decayed.rows.at(-1)!.conservation[l]!,
          gradientLedger(decayed.all[0]!.C[l]!, made, { weightDecay }),
          most,
        );
      }
    });
  });
});

/** Computes the buffer of a run with momentum after each step from the gradients alone. */
function buffers(
  all: readonly Seen[],
  { beta, dampening, weightDecay }: Readonly<Record<'beta' | 'dampening' | 'weightDecay', number>>,
): Float64Array[] {
  let v: Float64Array | undefined;
  return all.map(({ vectors: { g, theta } }) => {
    const taken = v ? 1 - dampening : 1;
    v = g.map((x, i) => beta * (v?.[i] ?? 0) + taken * (x + weightDecay * theta[i]!));
    return v;
  });
}

describe('the ledger of momentum', () => {
  it('is the heavy ball’s, damped or not, with decay and any schedule', async () => {
    await property(async (small, { eta, ...options }) => {
      const source = momentum({ ...start(small, cosine(eta, { steps })), ...options });
      const { all, rows, count, form } = await seen(source, small);
      const forms = buffers(all, options).map((v) => form(v, v));
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        const made = all.slice(0, -1).map((at, t) => ({ eta: at.eta, vv: forms[t]![l]! }));
        closes(rows.at(-1)!.conservation[l]!, heavyBallLedger(all[0]!.C[l]!, made, options), most);
      }
    });
  });

  it('is Nesterov’s, with decay and any schedule', async () => {
    await property(async (small, { eta, beta, weightDecay }) => {
      const options = { beta, weightDecay };
      const source = momentum({ ...start(small, cosine(eta, { steps })), ...options, nesterov: true });
      const { all, rows, count, form } = await seen(source, small);
      const vs = buffers(all, { ...options, dampening: 0 });
      const us = all.map(({ vectors: { g, theta } }, t) =>
        g.map((x, i) => x + weightDecay * theta[i]! + beta * vs[t]![i]!),
      );
      const [uu, uv] = [us.map((u) => form(u, u)), us.map((u, t) => form(u, vs[t]!))];
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        const made = all.slice(0, -1).map((at, t) => ({ eta: at.eta, uu: uu[t]![l]!, uv: uv[t]![l]! }));
        closes(rows.at(-1)!.conservation[l]!, nesterovLedger(all[0]!.C[l]!, made, options), most);
      }
    });
  });

  it('sums up at one learning rate: the heavy ball’s drift and Nesterov’s in closed form', async () => {
    await property(async (small, { eta, beta, dampening }) => {
      const ball = await seen(momentum({ ...start(small, eta), beta, dampening }), small);
      const vs = buffers(ball.all.slice(0, -1), { beta, dampening, weightDecay: 0 }).map((v) => ball.form(v, v));
      const nesterov = await seen(momentum({ ...start(small, eta), beta, nesterov: true }), small);
      const made = nesterov.all.slice(0, -1);
      const ws = buffers(made, { beta, dampening: 0, weightDecay: 0 });
      const us = made.map(({ vectors: { g } }, t) => g.map((x, i) => x + beta * ws[t]![i]!));
      for (let l = 0; l < ball.count; l++) {
        closes(
          ball.rows.at(-1)!.drift[l]!,
          heavyBallDrift(
            vs.map((v) => v[l]!),
            { eta, beta },
          ),
          allowed(ball.all),
        );
        const [uu, uv] = [us.map((u) => ball.form(u, u)[l]!), us.map((u, t) => ball.form(u, ws[t]!)[l]!)];
        closes(nesterov.rows.at(-1)!.drift[l]!, nesterovDrift(uu, uv, { eta, beta }), allowed(nesterov.all));
      }
    });
  });

  it('is not that of another optimizer', async () => {
    const [small] = fc.sample(networks({ activations: ['relu'], depth: [3, 3] }), { numRuns: 1, seed: 4 });
    const [eta, beta] = [0.05, 0.9];
    const { all, rows, form } = await seen(momentum({ ...start(small!, eta), beta, nesterov: true }), small!);
    const vv = buffers(all.slice(0, -1), { beta, dampening: 0, weightDecay: 0 }).map((v) => form(v, v)[0]!);
    const { drift, imbalanceSum } = rows.at(-1)!;
    expect(Math.abs(drift[0]!)).toBeGreaterThan(1e-3);
    expect(Math.abs(heavyBallDrift(vv, { eta, beta }) / drift[0]! - 1)).toBeGreaterThan(0.01);
    expect(Math.abs((eta ** 2 * imbalanceSum[0]!) / drift[0]! - 1)).toBeGreaterThan(0.1);
  });
});

describe('Adam', () => {
  it('has no law, though its books close and the symmetry is there: S is not what it drifts by', async () => {
    const off: number[] = [];
    await property(async (small, { eta }) => {
      const { all, rows, count } = await seen(adam(start(small, eta)), small);
      const { drift, imbalanceSum, ledgerResidual, symmetry } = rows.at(-1)!;
      const most = allowed(all);
      for (let l = 0; l < count; l++) {
        closes(ledgerResidual[l]!, 0, most);
        closes(symmetry[l]!, 0, most);
        if (Math.abs(drift[l]!) > 1e-3) off.push(Math.abs((eta ** 2 * imbalanceSum[l]!) / drift[l]! - 1));
      }
    });
    expect(off.length).toBeGreaterThan(50);
    expect(off.filter((ratio) => ratio > 0.5).length).toBeGreaterThan(0.9 * off.length);
  });
});
