import { lastValueFrom, map, take, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hessian, sharpness } from '../../../src/operators/measures/hessian.ts';
import { adam } from '../../../src/operators/sources/adam.ts';
import { driftBudget } from '../../../src/operators/sources/drift-budget.ts';
import { fedBack } from '../../../src/operators/sources/fed-back.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { every } from '../../../src/operators/transforms/every.ts';
import { feedback } from '../../../src/operators/transforms/feedback.ts';
import type { Snapshot } from '../../../src/state.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const theta0 = Float64Array.of(1, 2);
const source = (learningRate = fedBack(0.01), resumeFrom?: Snapshot) =>
  gradientDescent({ objective: quadratic(4, 1), theta0, learningRate, resumeFrom });

describe('feedback', () => {
  it('sets the learning rate of the next step from what was measured at this row', async () => {
    const rows = source().pipe(
      take(4),
      sharpness(),
      feedback(({ step, sharpness }) => 1 / (sharpness * (step + 1))),
      map(({ learningRate, state }) => [learningRate, state.update[0]! / -state.gradient[0]!]),
      toArray(),
    );
    const expected = [0.01, 1 / 4, 1 / 8, 1 / 12];
    for (const [t, [rate, made]] of (await lastValueFrom(rows)).entries()) {
      expect(rate).toBeCloseTo(expected[t]!, 12);
      if (t < 2) expect(made).toBeCloseTo(expected[t]!, 12); // then the first coordinate is at its minimum
    }
  });

  it('keeps the rate at rows that give null, and below every()', async () => {
    const rates = (rows: ReturnType<typeof source>) =>
      lastValueFrom(
        rows.pipe(
          take(7),
          map(({ learningRate }) => learningRate),
          toArray(),
        ),
      );
    const seen: number[] = [];
    await lastValueFrom(
      source().pipe(
        take(7),
        tap(({ learningRate }) => seen.push(learningRate)),
        every(3),
        feedback(({ step }) => (step + 1) / 100),
      ),
    );
    expect(seen).toEqual([0.01, 0.01, 0.01, 0.01, 0.04, 0.04, 0.04]);
    const measured = source().pipe(
      hessian({ every: 3 }),
      feedback(({ sharpness, step }) => (sharpness === null ? null : (step + 1) / 100)),
    );
    expect(await rates(measured as unknown as ReturnType<typeof source>)).toEqual(seen);
  });

  it('serves any optimizer, and each subscriber apart', async () => {
    const run = adam({ objective: quadratic(4, 1), theta0, learningRate: fedBack(0.5) }).pipe(
      take(3),
      feedback(({ step }) => 0.1 / (step + 1)),
      map(({ learningRate }) => learningRate),
      toArray(),
    );
    const [a, b] = await Promise.all([lastValueFrom(run), lastValueFrom(run)]);
    expect(a).toEqual([0.5, 0.1, 0.05]);
    expect(b).toEqual(a);
  });

  it('goes on from a snapshot with the rate that was fed last', async () => {
    const chain = (resumeFrom?: Snapshot) =>
      source(fedBack(0.01), resumeFrom).pipe(
        sharpness(),
        feedback(({ loss, sharpness }) => 0.1 / (sharpness + loss)),
      );
    const plain = map(({ step, loss, learningRate }: { step: number; loss: number; learningRate: number }) => [
      step,
      loss,
      learningRate,
    ]);
    const whole = await lastValueFrom(chain().pipe(take(12), plain, toArray()));
    const from = await lastValueFrom(
      chain().pipe(
        take(5),
        map(({ state }) => state.snapshot()),
      ),
    );
    expect(await lastValueFrom(chain(from).pipe(take(7), plain, toArray()))).toEqual(whole.slice(5));
  });

  it('is refused when the chain is assembled, if the source takes no rate from below', () => {
    const needs = 'feedback: needs a source with learningRate: fedBack(…), got';
    const eta = () => feedback<{ readonly state: never }>(() => 0.1) as never;
    expect(() =>
      gradientDescent({ objective: quadratic(1), theta0: theta0.slice(1), learningRate: 0.1 }).pipe(eta()),
    ).toThrow(new TypeError(`${needs} a rate of 0.1`));
    const learningRate = driftBudget({ rate: 0.1, budget: 1 });
    expect(() => source(learningRate).pipe(eta())).toThrow(new TypeError(`${needs} driftBudget`));
    expect(() => fedBack(-1)).toThrow(new RangeError('fedBack: initial must be positive and finite, got -1'));
  });

  it('ends the run with an error at a rate that is no rate', async () => {
    const run = source().pipe(
      take(3),
      feedback(() => NaN),
    );
    await expect(lastValueFrom(run)).rejects.toThrow(
      new RangeError('gradientDescent: learningRate must be finite and not negative, got NaN at step 1'),
    );
  });
});
