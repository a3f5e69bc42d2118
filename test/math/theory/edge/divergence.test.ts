import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossBlowUp, updateDivergence } from '../../../../src/math/theory/edge/divergence.ts';

/** The rows, of these losses, that are called a divergence. */
function called(losses: readonly number[], falls: (t: number) => boolean = () => false): boolean[] {
  const memory = lossBlowUp();
  return losses.map((loss, t) => {
    updateDivergence(memory, loss, falls(t), false);
    return memory.diverges;
  });
}

/** L₀, then growth by `factor` a step. */
const geometric = (start: number, factor: number, rows: number) =>
  Array.from({ length: rows }, (_, t) => start * factor ** t);

describe('a divergence', () => {
  it('is called within 20 steps of leaving its first loss for good, and while the loss is finite', () => {
    // (1 − ηλ)² = 1.5 at ηλ = 2.22
    const factors = fc.double({ min: 1.5, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(factors, fc.double({ min: 1e-6, max: 1e3, noNaN: true }), fc.nat(50), (factor, start, before) => {
        const losses = [start, ...new Array(before).fill(0.7 * start), ...geometric(start * factor, factor, 60)];
        const at = called(losses).indexOf(true);
        expect(at).toBeGreaterThan(before);
        expect(at - before - 1).toBeLessThanOrEqual(20);
        expect(losses[at]).toBeLessThan(Infinity);
      }),
    );
  });

  it('is called in time if growth itself grows, as in a network of more than one layer', () => {
    for (const power of [1.5, 2, 3, 5]) {
      const losses = [1];
      for (let loss = 4; loss < Infinity; loss **= power) losses.push(loss);
      expect(called(losses).at(-1)).toBe(true);
    }
  });

  it.each([NaN, Infinity])('is called at a loss of %s', (loss) => {
    expect(called([1, 0.5, loss])).toEqual([false, false, true]);
  });

  it('is not called for a loss that stays within ten times the first, however long it rises', () => {
    expect(called(geometric(1, 1.001, 2300))).not.toContain(true);
    expect(called(Array.from({ length: 500 }, (_, t) => 5 + 4.9 * Math.sin(t)))).not.toContain(true);
  });

  it('is not called for a catapult: four times a step up to the width of the network, and back', () => {
    for (const width of [10, 100, 1000, 10_000]) {
      const up = geometric(1, 4, Math.ceil(Math.log(width) / Math.log(4)) + 1);
      const down = [...up].reverse().map((loss) => 0.9 * loss);
      expect(called([...up, ...down, ...geometric(0.9, 0.9, 100)])).not.toContain(true);
    }
  });

  it('is not called for a slow climb while the sharpness falls, up to 10⁸ times the first loss', () => {
    const losses = geometric(1, 1.5, 60);
    const rows = called(losses, () => true);
    expect(rows.indexOf(true)).toBe(losses.findIndex((loss) => loss > 1e8));
    expect(called(losses).indexOf(true)).toBeLessThan(20);
  });

  it('is taken back once the loss is back where it began, and not before', () => {
    const losses = [1, ...geometric(2, 2, 20), 1e3, 2, 1.01, 1, 0.5];
    expect(called(losses).slice(-5)).toEqual([true, true, true, false, false]);
  });
});
