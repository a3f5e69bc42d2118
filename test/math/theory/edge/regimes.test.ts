import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Regime } from '../../../../src/math/theory/edge/regimes.ts';
import { atEdge, repeat, through, turning } from './rows.ts';

const spans = (seen: readonly Regime[]) => seen.filter((regime, i) => regime !== seen[i - 1]);
describe('the regime of a run', () => {
  it('goes from flow through sharpening and crossing to the edge, and dates each fact', () => {
    const rows = [
      ...repeat(100, () => ({ ratio: 0.4 })),
      ...repeat(100, (i) => ({ ratio: 0.4 + 0.007 * i })),
      ...repeat(20, () => ({ ratio: 1.1 })),
      ...repeat(400, (i) => atEdge(1 + 0.01 * (i % 3), i)),
    ];
    const { seen, memory } = through(rows);
    expect(spans(seen)).toEqual(['flow-like', 'progressive sharpening', 'crossed', 'edge of stability']);
    expect(seen.indexOf('progressive sharpening')).toBe(103); // 0.4 · 1.05 at 0.007 a step
    expect(memory.crossingStep).toBe(186); // 0.4 + 0.007 · 86 = 1.002
    expect(memory.onsetStep).toBe(221);
    // 160 of the last 200 in the band: 14 on the way up, the others from step 220 on
    expect(memory.hoveringStep).toBe(219 + 160 - 14);
    expect(seen.indexOf('edge of stability')).toBeGreaterThanOrEqual(memory.hoveringStep!);
    expect(memory.catapultStep).toBeNull();
  });

  it('is not at the edge for staying near it while steps follow the flow', () => {
    const { seen, memory } = through(repeat(500, (i) => ({ ratio: 0.96 + 0.0001 * i })));
    expect(seen).not.toContain('edge of stability');
    expect(memory.hoveringStep).toBeNull();
  });

  it('is not at the edge for an oscillation that a stable valley damps', () => {
    const rows = repeat(300, (i) => ({ ...turning, ratio: 0.9, s: 1.8, loss: 0.64 ** i }));
    expect(spans(through(rows).seen)).toEqual(['flow-like']);
  });

  it('is a catapult if it began above, overshot and fell, and flow again once it is below', () => {
    const loss = [1, 4, 16, 40, 20, 3, 0.5, 0.4, 0.3];
    const ratio = [1.5, 1.5, 1.48, 1.3, 0.9, 0.5, 0.4, 0.4, 0.4];
    const { seen, memory } = through(loss.map((l, i) => ({ loss: l, ratio: ratio[i]!, s: 2.5, cosine: -0.9 })));
    expect(seen).toEqual([
      ...['crossed', 'crossed', 'crossed', 'catapult', 'catapult', 'catapult', 'catapult'],
      ...['flow-like', 'flow-like'],
    ]);
    expect(memory).toMatchObject({ crossingStep: 0, onsetStep: 1, catapultStep: 6, hoveringStep: null });
  });

  it('is seen as a catapult though it was over before the sharpness was measured again', () => {
    const rows = repeat(40, (i) => ({
      loss: i < 4 ? 4 ** i : 0.5,
      s: i < 4 ? 3 : 0.1,
      ratio: i % 25 ? null : i ? 0.4 : 1.5,
    }));
    expect(spans(through(rows).seen)).toEqual(['crossed', 'catapult', 'flow-like']);
  });

  it('is no catapult for a sharpness that falls from above without an overshoot', () => {
    const rows = repeat(50, (i) => ({ ratio: 1.3 - 0.02 * i, loss: 1 - 0.01 * i }));
    const { seen, memory } = through(rows);
    expect(spans(seen)).toEqual(['crossed', 'flow-like']);
    expect(memory.catapultStep).toBeNull();
  });

  const launched = [1, 4, 16, 40].map((loss, i) => ({ loss, s: 2.5, cosine: -0.9, ratio: 1.5 - 0.1 * i }));

  it('is no catapult any more if it has landed within the band, and overshoots no more', () => {
    const landed = repeat(300, () => ({ loss: 0.4, ratio: 0.97 }));
    const { seen, memory } = through([...launched, ...landed]);
    expect(spans(seen)).toEqual(['crossed', 'catapult', 'flow-like']);
    expect(memory.catapultStep).toBe(3 + 50); // the last overshoot and a horizon without one
  });

  it('is no catapult any more if it goes on above the edge without falling', () => {
    // as RMSProp does at its own edge: at 1.12 of it for thousands of steps
    const stays = repeat(500, (i) => ({ ...atEdge(1.12 + 0.02 * (i % 3), i), loss: 0.2 + 0.1 * (i % 2) }));
    const { seen, memory } = through([...launched, ...stays]);
    expect(spans(seen)).toEqual(['crossed', 'catapult', 'crossed']);
    expect(seen.lastIndexOf('catapult')).toBe(4 + 200); // the lowest ratio and a window
    expect(memory.catapultStep).toBeNull();
  });

  it('is a divergence, from wherever it comes', () => {
    for (const ratio of [0.5, 1.5]) {
      const rows = repeat(30, (i) => ({ ratio, loss: 4 ** i, s: 3, cosine: -1 }));
      expect(through(rows).seen.at(-1)).toBe('divergence');
    }
    expect(through([{ loss: NaN, ratio: NaN, s: NaN, cosine: NaN }]).seen).toEqual(['divergence']);
  });

  it('is told by gradients alone but for what only the sharpness shows', () => {
    const rows = [...repeat(100, () => ({})), ...repeat(300, (i) => atEdge(NaN, i)), ...repeat(600, () => ({}))];
    const { seen, memory } = through(rows, { sharpness: false });
    expect(spans(seen)).toEqual(['flow-like', 'crossed', 'edge of stability', 'crossed', 'flow-like']);
    expect(memory.crossingStep).toBeNull();
    expect(memory.onsetStep).toBe(101);
    expect(memory.hoveringStep).toBeGreaterThan(101);
  });
});

describe('hysteresis', () => {
  // size: 'max', because by default arrays have some ten entries; integers, because most doubles are tiny
  const noise = (size: number) =>
    fc.array(
      fc.integer({ min: -1000, max: 1000 }).map((i) => (size * i) / 1000),
      { maxLength: 300, size: 'max' },
    );

  it('lets noise of 2 % change a regime once at the most, at any level', () => {
    let changed = 0;
    const levels = fc.oneof(fc.constantFrom(0.8, 0.95, 1), fc.double({ min: 0.1, max: 1.5, noNaN: true }));
    fc.assert(
      fc.property(levels, noise(0.02), (level, xs) => {
        const { seen } = through(xs.map((x) => ({ ratio: level * (1 + x) })));
        expect(spans(seen).length).toBeLessThanOrEqual(2);
        if (spans(seen).length === 2) changed++;
      }),
      { numRuns: 300 }, // 100 saw 6 to 9 changes
    );
    expect(changed).toBeGreaterThan(0);
  });

  const ratios = fc.array(fc.double({ min: 0.3, max: 1.5, noNaN: true }), { maxLength: 200, size: 'max' });

  it('enters “crossed” at 1 and leaves it below 0.8 alone, whatever the sharpness does', () => {
    let [entered, left] = [0, 0];
    fc.assert(
      fc.property(ratios, (xs) => {
        const { seen } = through(xs.map((ratio) => ({ ratio })));
        for (const [t, regime] of seen.entries()) {
          if (regime === 'crossed' && seen[t - 1] !== 'crossed') {
            entered++;
            expect(xs[t]).toBeGreaterThanOrEqual(1);
          }
          if (regime !== 'crossed' && seen[t - 1] === 'crossed') {
            left++;
            // a run that began above is below again from 0.95 on
            expect(Math.min(xs[t]!, xs[t - 1]!)).toBeLessThan(
              seen.slice(0, t).every((r) => r === 'crossed') ? 0.95 : 0.8,
            );
          }
        }
      }),
    );
    expect(Math.min(entered, left)).toBeGreaterThan(100);
  });

  it('makes no more changes than the way that the sharpness goes pays for', () => {
    let changes = 0;
    fc.assert(
      fc.property(ratios, (xs) => {
        const way = xs.reduce((sum, x, i) => sum + (i ? Math.abs(x - xs[i - 1]!) : 0), 0);
        const { seen } = through(xs.map((ratio) => ({ ratio })));
        // each change is a turn of 5 % of 0.3 at the least, or part of a way of 0.2 across the band of “crossed”
        expect(spans(seen).length).toBeLessThanOrEqual(2 + way / 0.015);
        changes += Math.max(0, spans(seen).length - 1);
      }),
    );
    expect(changes).toBeGreaterThan(500);
  });

  it('keeps a run at the edge through noise of the whole band', () => {
    const begun = repeat(300, (i) => atEdge(1, i));
    let outside = 0; // rows beyond the band that a run must come into to hover
    fc.assert(
      fc.property(noise(0.099), (xs) => {
        const { seen } = through([...begun, ...xs.map((x, i) => atEdge(1 + x, i))]);
        expect(new Set(seen.slice(299))).toEqual(new Set(['edge of stability']));
        outside += xs.filter((x) => Math.abs(x) > 0.05).length;
      }),
    );
    expect(outside).toBeGreaterThan(1000);
  });

  it('keeps it there while gradients turn round without an overshoot, and lets it go when both have ended', () => {
    const begun = repeat(300, (i) => atEdge(1, i));
    const calm = repeat(600, () => ({ ...turning, ratio: 0.999, s: 1.999 }));
    expect(new Set(through([...begun, ...calm]).seen.slice(299))).toEqual(new Set(['edge of stability']));
    const over = repeat(600, () => ({ ratio: 0.999 }));
    expect(through([...begun, ...over]).seen.at(-1)).toBe('crossed');
  });
});
