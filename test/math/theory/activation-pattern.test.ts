import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivationPattern } from '../../../src/math/theory/activation-pattern.ts';

/** Looks at n × m values that are often 0, and on both sides of it. */
const looks = fc.record({ n: fc.integer({ min: 1, max: 9 }), m: fc.integer({ min: 1, max: 9 }) }).chain(({ n, m }) => {
  const value = fc.constantFrom(-2, -1, -0, 0, 0.5, 3);
  const z = fc.array(value, { minLength: n * m, maxLength: n * m }).map((values) => Float64Array.from(values));
  return fc.record({ n: fc.constant(n), m: fc.constant(m), zs: fc.array(z, { minLength: 1, maxLength: 6 }) });
});

describe('an activation pattern', () => {
  it('counts what a table of booleans counts', () => {
    let [switches, deaths] = [0, 0];
    fc.assert(
      fc.property(looks, ({ n, m, zs }) => {
        const pattern = new ActivationPattern(n, m);
        const perNeuron = new Array<number>(m).fill(0);
        const perSample = new Array<number>(n).fill(0);
        let before: boolean[] | undefined;
        for (const z of zs) {
          const now = Array.from(z, (value) => value > 0);
          const { change, dead, minMargin, meanMargin } = pattern.look(z);
          const switched = now.map((on, e) => before !== undefined && on !== before[e]);
          switched.forEach((did, e) => {
            perNeuron[e % m]! += Number(did);
            perSample[Math.floor(e / m)]! += Number(did);
          });
          const of = (j: number, table: boolean[]) => table.filter((_, e) => e % m === j);
          const neurons = Array.from({ length: m }, (_, j) => j);
          expect(change).toEqual(
            before
              ? {
                  switched: switched.filter(Boolean).length,
                  neurons: neurons.filter((j) => of(j, switched).some(Boolean)).length,
                }
              : null,
          );
          expect(dead).toBe(neurons.filter((j) => !of(j, now).some(Boolean)).length);
          const sizes = Array.from(z, Math.abs);
          expect(minMargin).toBe(Math.min(...sizes));
          // the values are halves, so that their sum is exact
          expect(meanMargin).toBe(sizes.reduce((sum, size) => sum + size) / (n * m));
          before = now;
          switches += change?.switched ?? 0;
          deaths += dead;
        }
        expect(Array.from(pattern.neuronSwitches)).toEqual(perNeuron);
        expect(Array.from(pattern.sampleSwitches)).toEqual(perSample);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(switches, deaths)).toBeGreaterThan(100);
  });

  it('counts every switch of more signs than a word has bits, the sign bit among them', () => {
    const all = (value: number) => new Float64Array(8 * 12).fill(value);
    const pattern = new ActivationPattern(8, 12);
    pattern.look(all(-1));
    expect(pattern.look(all(1)).change).toEqual({ switched: 96, neurons: 12 });
    expect(pattern.neuronSwitches).toEqual(new Float64Array(12).fill(8));
    expect(pattern.sampleSwitches).toEqual(new Float64Array(8).fill(12));
  });

  it('takes a NaN as not positive, and has no margin then', () => {
    const pattern = new ActivationPattern(1, 2);
    pattern.look(Float64Array.of(1, -1));
    expect(pattern.look(Float64Array.of(NaN, 2))).toEqual({
      change: { switched: 2, neurons: 2 },
      dead: 1,
      minMargin: NaN,
      meanMargin: NaN,
    });
  });
});
