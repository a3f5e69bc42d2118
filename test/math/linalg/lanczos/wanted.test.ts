import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Wanted } from '../../../../src/math/linalg/lanczos/wanted.ts';

const few = fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 1.25, 2, 3);

describe('newCandidates', () => {
  it('are the values among the wanted ones of all that are known, ties going to those that were known before', () => {
    const cases = { none: 0, some: 0 };
    fc.assert(
      fc.property(
        fc.array(few, { maxLength: 12 }),
        fc.array(few, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(0.75, 1, Infinity),
        fc.constantFrom(0, 0.3),
        (known, found, k, bottom, growAbove, tie) => {
          const values = Float64Array.from(found).sort();
          const wanted = new Wanted(k, bottom, growAbove);
          const newCandidates = wanted.newCandidates(
            known.map((value) => ({ value })),
            values,
            tie,
          );

          const all = [...known.map((value) => ({ value, j: -1 })), ...[...values].map((value, j) => ({ value, j }))];
          const [top, low] = wanted.countsOf(all.map(({ value }) => value).sort((a, b) => b - a));
          const best = (from: typeof all, sign: number, count: number) => {
            const rank = ({ value, j }: (typeof all)[number]) => sign * value - (j < 0 ? 0 : tie);
            return from.toSorted((a, b) => rank(b) - rank(a) || a.j - b.j).slice(0, count);
          };
          const upper = best(all, 1, top);
          const lower = best(
            all.filter((one) => !upper.includes(one)),
            -1,
            low,
          );
          cases[newCandidates.length ? 'some' : 'none']++;
          expect(newCandidates).toEqual([...upper, ...lower].map(({ j }) => j).filter((j) => j >= 0));
        },
      ),
      { numRuns: 3000 },
    );
    expect(Math.min(cases.none, cases.some)).toBeGreaterThan(100);
  });
});

describe('a guard', () => {
  it('is the one Ritz vector next to the wanted ones at each end that has any', () => {
    expect(new Wanted(2, 1, Infinity).guards(8, 2, 1)).toEqual([2, 6]);
    expect(new Wanted(2, 0, Infinity).guards(8, 2, 0)).toEqual([2]);
    expect(new Wanted(1, 1, Infinity).guards(3, 1, 1)).toEqual([1]); // of both ends
    expect(new Wanted(1, 1, Infinity).guards(2, 1, 1)).toEqual([]);
  });

  it('comes from the first search with the wanted ones, and not again when it is known', () => {
    const wanted = new Wanted(2, 0, Infinity);
    expect(wanted.withGuards(0, [9, 8], 10)).toEqual([9, 8, 7]);
    expect(wanted.withGuards(2, [9], 10)).toEqual([9]);
  });

  it('keeps a product back, as the wanted ones have two each', () => {
    expect(new Wanted(2, 1, Infinity).productsToFinish).toBe(2 * 3 + 1 + 1);
  });
});
