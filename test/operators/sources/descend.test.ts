import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, map, take, tap, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { gaussianMixture } from '../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../src/math/models/mlp.ts';
import type { UpdateRule } from '../../../src/math/optimizers/update-rule.ts';
import { objective } from '../../../src/math/risk.ts';
import { conservation } from '../../../src/operators/measures/conservation.ts';
import { descend, type Step } from '../../../src/operators/sources/descend.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import type { Snapshot } from '../../../src/state.ts';
import { rowsOf } from '../../helpers/operators.ts';

const beta = 0.8;

/** Polyak's heavy ball: an optimizer with memory, which does not know the sums of its update. */
const heavyBall = (): UpdateRule => {
  let v: Float64Array | undefined;
  return {
    update(gradient, _theta, learningRate, out) {
      v ??= new Float64Array(gradient.length);
      for (let i = 0; i < out.length; i++) {
        v[i] = beta * v[i]! + gradient[i]!;
        out[i] = -learningRate * v[i]!;
      }
    },
    edge: (learningRate) => (2 + 2 * beta) / learningRate,
    snapshot: () => v,
    restore: (saved) => void (v = saved as Float64Array),
  };
};

const L = objective({
  model: mlp({ hidden: [4, 3], bias: true }),
  loss: 'cross-entropy',
  data: gaussianMixture({ n: 10, d: 3, classes: 2, separation: 1 }),
});
const learningRate = 0.2;
const run = (from?: Snapshot) =>
  descend('heavyBall', { objective: L, theta0: L.start(), learningRate, ...(from && { resumeFrom: from }) }, heavyBall);

describe('descend', () => {
  it('makes the steps of its rule: here θₜ₊₁ = θₜ − η(gₜ + βvₜ₋₁)', async () => {
    const copies = await lastValueFrom(
      run().pipe(
        take(6),
        map(({ state }) => state.copy()),
        toArray(),
      ),
    );
    let v = new Float64Array(L.dim);
    for (const [t, { theta, gradient, update }] of copies.entries()) {
      v = v.map((vi, i) => beta * vi + gradient[i]!);
      expect(update).toEqual(v.map((vi) => -learningRate * vi));
      if (t > 0) expect(theta).toEqual(copies[t - 1]!.theta.map((w, i) => w + copies[t - 1]!.update[i]!));
    }
  });

  it.each([
    { each: 1, rows: 8 },
    { each: 3, rows: 3 },
    { each: 20, rows: 1 },
  ])('works for 8 ms and then lets others have a turn: $rows rows of $each ms', async ({ each, rows }) => {
    let clock = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => clock);
    let made = 0;
    const running = run()
      .pipe(take(100)) // ends a source that never yields
      .subscribe(() => {
        made++;
        clock += each;
      });
    const counts = [made];
    await nextTurn();
    counts.push(made);
    running.unsubscribe();
    await nextTurn();
    counts.push(made);
    now.mockRestore();
    expect(counts).toEqual([rows, 2 * rows, 2 * rows]);
  });

  it('starts a rule anew for each subscriber', async () => {
    const first = await rowsOf(run().pipe(take(10)));
    expect(await rowsOf(run().pipe(take(10)))).toEqual(first);
  });

  it('gives the sums of an update from the update itself where the rule does not know them', async () => {
    const check = ({ state }: Step) => {
      const { theta, update, updateSums, objective } = state;
      for (const [t, { offset, rows, cols }] of objective.tensors.entries()) {
        const [w, D] = [theta, update].map((a) => a.subarray(offset, offset + rows * cols)) as [
          Float64Array,
          Float64Array,
        ];
        expect(updateSums.inner[t]).toBe(w.reduce((sum, wi, i) => sum + wi * D[i]!, 0));
        expect(updateSums.normSq[t]).toBe(D.reduce((sum, Di) => sum + Di * Di, 0));
      }
    };
    await lastValueFrom(run().pipe(take(3), tap(check)));
  });

  it('keeps the ledger of such a rule closed, though its first order is not zero', async () => {
    const rows = await rowsOf(run().pipe(take(40), conservation({ laws: ['layer', 'neuron'] })));
    const { ledgerResidual, driftFirstOrder, symmetry, weightNormSq } = rows.at(-1)!;
    const size = weightNormSq.reduce((sum, square) => sum + square, 0);
    for (const residual of ledgerResidual) expect(Math.abs(residual)).toBeLessThanOrEqual(1e-12 * size);
    expect(Math.max(...driftFirstOrder.map(Math.abs))).toBeGreaterThan(1e-6 * size);
    expect(Math.max(...symmetry.map(Math.abs))).toBeLessThanOrEqual(1e-14 * size); // the symmetry is the network's
  });

  it('takes up the memory of its rule from a snapshot, to the bit', async () => {
    const rows: object[] = [];
    const snapshots: Snapshot[] = [];
    const whole = run().pipe(
      take(12),
      conservation(),
      tap(({ state }) => snapshots.push(state.snapshot())),
    );
    rows.push(...(await rowsOf(whole)));
    for (const [t, snapshot] of snapshots.slice(0, -1).entries()) {
      expect(await rowsOf(run(snapshot).pipe(take(11 - t), conservation()))).toEqual(rows.slice(t + 1));
    }
  });

  it('closes the evaluation where a rule cannot take up what was saved', () => {
    let from: Snapshot | undefined;
    run()
      .pipe(take(1))
      .subscribe(({ state }) => void (from = state.snapshot()));
    let [opened, closed] = [0, 0];
    const watched = {
      ...L,
      open() {
        opened++;
        return { ...L.open(), close: () => void closed++ };
      },
    };
    const broken = (): UpdateRule => ({
      ...heavyBall(),
      restore() {
        throw new Error('not mine');
      },
    });
    const errors: unknown[] = [];
    descend('heavyBall', { objective: watched, theta0: L.start(), learningRate, resumeFrom: from! }, broken).subscribe({
      error: (error) => errors.push(error),
    });
    expect(errors).toEqual([new Error('not mine')]);
    expect(closed).toBe(opened);
  });

  it('names the source that was asked in its messages', () => {
    const descent = { objective: L, theta0: L.start(), learningRate: 0 };
    expect(() => descend('heavyBall', descent, heavyBall)).toThrow('heavyBall: learningRate must be positive');
    expect(() => gradientDescent(descent)).toThrow('gradientDescent: learningRate must be positive');
  });

  it('refuses a rule that cannot be put down and taken up again', () => {
    const { snapshot: _, ...forgetful } = heavyBall();
    expect(() =>
      descend('forgetful', { objective: L, theta0: L.start(), learningRate: 0.1 }, () => forgetful as UpdateRule),
    ).toThrow(new TypeError('forgetful: the rule must have a function snapshot, got none'));
  });
});
