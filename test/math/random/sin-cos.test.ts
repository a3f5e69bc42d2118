import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sinCos } from '../../../src/math/random/sin-cos.ts';

const angle = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });

describe('sinCos', () => {
  it('is the sine and the cosine, to two units in the last place', () => {
    fc.assert(
      fc.property(angle, (x) => {
        const [sin, cos] = sinCos(x);
        // a unit of the last place is at most 2⁻⁵² of the number; one more for the host's own error
        expect(Math.abs(sin - Math.sin(x))).toBeLessThanOrEqual(3 * 2 ** -52 * Math.abs(Math.sin(x)) + 2 ** -85);
        expect(Math.abs(cos - Math.cos(x))).toBeLessThanOrEqual(3 * 2 ** -52 * Math.abs(Math.cos(x)) + 2 ** -85);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps its digits next to the zeros', () => {
    // sin x = π − x to third order there, and π − Math.PI is 1.2246467991473532e-16
    expect(sinCos(Math.PI)[0]).toBeCloseTo(1.2246467991473532e-16, 25);
    expect(sinCos(Math.PI / 2)[1]).toBeCloseTo(6.123233995736766e-17, 25);
  });

  it('has the exact values at 0', () => {
    expect(sinCos(0)).toEqual([0, 1]);
  });
});
