import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Trend, triggered, updateTrend } from '../../../../src/math/theory/edge/triggers.ts';

const directions = (xs: readonly number[], turn: { relative: number; least: number }) => {
  const memory: Trend = { rising: false, extreme: null };
  return xs.map((x) => {
    updateTrend(memory, x, turn);
    return memory.rising;
  });
};
const changes = <T>(values: readonly T[]) => values.filter((value, i) => i > 0 && value !== values[i - 1]).length;

describe('triggered', () => {
  it('goes on at one value and off below another, and stays as it was between them', () => {
    let on = false;
    const seen = [0, 0.5, 0.8, 0.5, 0.3, 0.2, 0.29, 0.5, 0.9].map((x) => {
      on = triggered(on, x, { enter: 0.8, leave: 0.3 });
      return on;
    });
    expect(seen).toEqual([false, false, true, true, true, false, false, false, true]);
  });

  it('is not changed by NaN', () => {
    for (const on of [true, false]) expect(triggered(on, NaN, { enter: 0.8, leave: 0.3 })).toBe(on);
  });
});

describe('updateTrend', () => {
  it('turns if a sequence has come back from its extreme by half a unit', () => {
    expect(directions([1, 2, 3, 2.9, 3.1, 2, 1.9, 2, 2.39, 2.4], { relative: 0, least: 0.5 })).toEqual([
      ...[false, true, true, true, true, false, false, false, false, true],
    ]);
  });

  it('never turns for noise of less than half the distance, at any level', () => {
    const noise = fc.array(
      fc.integer({ min: -240, max: 240 }).map((i) => i / 10_000),
      { maxLength: 100, size: 'max' },
    );
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 50, noNaN: true }), noise, (level, xs) => {
        const values = xs.map((x) => level * (1 + x));
        expect(changes(directions(values, { relative: 0.05, least: 0.005 }))).toBe(0);
      }),
    );
  });

  it('turns at most once for each distance that a sequence covers', () => {
    let turns = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -500, max: 500 }).map((i) => i / 100),
          { maxLength: 60, size: 'max' },
        ),
        (xs) => {
          const covered = xs.reduce((sum, x, i) => sum + (i ? Math.abs(x - xs[i - 1]!) : 0), 0);
          const turned = changes(directions(xs, { relative: 0, least: 0.5 }));
          expect(turned).toBeLessThanOrEqual(covered / 0.5 + 1e-9);
          turns += turned;
        },
      ),
    );
    expect(turns).toBeGreaterThan(100);
  });
});
