import { from, type ObservedValueOf, take, tap, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { columns, events } from '../../../src/operators/aggregates/events.ts';
import { edgeOfStability } from '../../../src/operators/measures/edge-of-stability.ts';
import { hessian } from '../../../src/operators/measures/hessian.ts';
import { weightNorm } from '../../../src/operators/measures/weight-norm.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import type { Snapshot, State } from '../../../src/state.ts';
import { stoppedClock } from '../../helpers/clock.ts';
import { chebyshevTask } from '../../helpers/edge.ts';
import { marbles } from '../../helpers/marbles.ts';
import { counted, keepsStreamLaws, kept, rowsOf } from '../../helpers/operators.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const evidence = {
  stepCurvature: 2,
  gradientCosine: -1,
  period: 2,
  crossingStep: 0,
  onsetStep: 1,
  hoveringStep: null,
};
const row = (step: number, regime: string, stabilityRatio: number | null = null) => ({
  ...evidence,
  ...{ step, loss: 1 / (step + 1), regime, stabilityRatio },
});

/** A run through flow, overshoot and divergence within 40 steps. */
const L = quadratic(25, 1);
const run = (from?: Snapshot) =>
  gradientDescent({
    objective: L,
    theta0: Float64Array.of(1e-3, 1),
    learningRate: 0.1,
    ...(from && { resumeFrom: from }),
  });

describe('events', () => {
  // every row begins another regime, so that there are as many events as rows
  keepsStreamLaws(
    () => events(),
    () => counted((step) => row(step, step % 2 ? 'flow-like' : 'crossed')),
  );

  it('are the rows at which the regime is another, the first one among them', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  --a--b--c--d--|', {
        a: row(0, 'flow-like', 0.4),
        b: row(1, 'flow-like', 0.7),
        c: row(2, 'crossed'),
        d: row(3, 'crossed', 1.2),
      });
      const expected = '     --x-----y-----|';
      expectObservable(source.pipe(events())).toBe(expected, {
        x: { ...evidence, step: 0, from: null, to: 'flow-like', loss: 1, stabilityRatio: 0.4 },
        // λ₁ is not measured on that row, so its last measurement stands
        y: { ...evidence, step: 2, from: 'flow-like', to: 'crossed', loss: 1 / 3, stabilityRatio: 0.7 },
      });
    });
  });

  it('keep the state of their rows, so that a measure can follow', async () => {
    const measured = run().pipe(take(3), edgeOfStability({ sharpness: false }));
    const norms = await rowsOf(measured.pipe(events(), weightNorm()));
    expect(norms.length).toBeGreaterThan(0);
    expect(norms.every(({ weightNorm: norm }) => Number.isFinite(norm))).toBe(true);
  });

  it('tell the whole run when they are strung together', async () => {
    const objective = chebyshevTask(42);
    const measured = () =>
      gradientDescent({ objective, theta0: objective.start(), learningRate: 0.1 }).pipe(
        take(1700),
        hessian({ every: 25 }),
        edgeOfStability(),
      );
    const rows = await rowsOf(measured());
    const changes = await rowsOf(measured().pipe(events()));
    expect(changes.map(({ to }) => to)).toEqual([
      ...['flow-like', 'progressive sharpening', 'crossed', 'edge of stability'],
    ]);
    for (const [i, { step, from, to, loss }] of changes.entries()) {
      const until = changes[i + 1]?.step ?? rows.length;
      expect(from).toBe(changes[i - 1]?.to ?? null);
      expect(loss).toBe(rows[step]!.loss);
      expect(new Set(rows.slice(step, until).map(({ regime }) => regime))).toEqual(new Set([to]));
    }
  });

  describe('with a state', () => {
    stoppedClock();

    it('come within the row that makes them, so that the run can be put down there', () => {
      const snapshots: Snapshot[] = [];
      const changes: object[] = [];
      run()
        .pipe(take(60), edgeOfStability({ sharpness: false }), events())
        .pipe(tap(({ state }) => snapshots.push(state.snapshot())))
        .subscribe((event) => changes.push(kept(event)));
      expect(changes.length).toBeGreaterThan(2);
      for (const [i, snapshot] of snapshots.entries()) {
        expect(snapshot.step).toBe((changes[i] as { step: number }).step);
        const resumed: object[] = [];
        run(snapshot)
          .pipe(take(59 - snapshot.step), edgeOfStability({ sharpness: false }), events())
          .subscribe((event) => resumed.push(kept(event)));
        // a run that goes on goes on with its events, and does not begin them anew
        expect(resumed).toEqual(changes.slice(i + 1));
      }
    });
  });

  it('know their columns before the first row, and hand on the state that is there', () => {
    const changes = run().pipe(edgeOfStability({ sharpness: false }), events());
    expect(changes.columns).toEqual(columns);
    expectTypeOf<ObservedValueOf<typeof changes>>().toHaveProperty('state').toEqualTypeOf<State>();
    expectTypeOf<ObservedValueOf<typeof changes>['from']>().toEqualTypeOf<string | null>();
    const replayed = from([row(0, 'crossed')]).pipe(events(), toArray());
    expectTypeOf<ObservedValueOf<typeof replayed>[number]>().not.toHaveProperty('state');
  });

  it('need the columns of edgeOfStability above them', () => {
    // @ts-expect-error no regime is told
    expect(() => run().pipe(events())).toThrow(
      'events: reads the column regime, stabilityRatio, stepCurvature, gradientCosine, period, crossingStep, onsetStep, hoveringStep, which nothing above adds',
    );
  });
});
