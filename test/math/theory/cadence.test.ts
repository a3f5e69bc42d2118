import { describe, expect, it } from 'vitest';
import { type SharpnessSample, shouldSolve } from '../../../src/math/theory/cadence.ts';

/** Returns the steps of 0 … last with a solve, if λ/edge is `ratio(step)`. */
function solves(ratio: (step: number) => number, last: number): number[] {
  const at: number[] = [];
  let solved: SharpnessSample[] = [];
  for (let step = 0; step <= last; step++) {
    if (!shouldSolve(solved, step, ratio(step))) continue;
    at.push(step);
    solved = [...solved, { step, ratio: ratio(step) }].slice(-2);
  }
  return at;
}
const gaps = (steps: readonly number[]) => steps.slice(1).map((step, i) => step - steps[i]!);

describe('shouldSolve', () => {
  it('is every 99 steps far from the edge, on either side', () => {
    for (const ratio of [0.1, 0.7499, 1.1001, 5, -1])
      expect(new Set(gaps(solves(() => ratio, 1000)))).toEqual(new Set([99]));
  });

  it('is every 9 steps in the band', () => {
    for (const ratio of [0.75, 1, 1.1]) expect(new Set(gaps(solves(() => ratio, 200)))).toEqual(new Set([9]));
  });

  it('is every 9 steps as soon as the lower bound has entered the band', () => {
    const jump = (step: number) => (step < 137 ? 0.3 : 0.9);
    expect(solves(jump, 160)).toEqual([0, 99, 137, 146, 155]);
  });

  it('is every 9 steps once the band is forecast within 99', () => {
    const rise = (step: number) => 0.2 + step / 500; // in the band from 275 on
    const at = solves(rise, 275);
    expect(at.slice(0, 3)).toEqual([0, 99, 198]);
    expect(gaps(at.slice(2)).every((gap) => gap === 9)).toBe(true);
    const fall = (step: number) => 2 - step / 500; // from above
    expect(solves(fall, 460).at(-1)).toBeGreaterThan(445);
  });

  it('sees both phases of an oscillation of period 2', () => {
    const phases = (steps: readonly number[]) => new Set(steps.map((step) => step % 2));
    for (const level of [0.5, 1]) {
      expect(phases(solves((step) => level + 0.05 * (step % 2), 300))).toEqual(new Set([0, 1]));
    }
  });

  it('never waits longer than 99 steps, and solves often if nothing is known', () => {
    expect(Math.max(...gaps(solves((step) => Math.sin(step), 3000)))).toBeLessThanOrEqual(99);
    expect(new Set(gaps(solves(() => NaN, 100)))).toEqual(new Set([9]));
  });
});
