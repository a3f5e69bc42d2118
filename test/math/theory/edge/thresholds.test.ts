import { describe, expect, it } from 'vitest';
import { lossBlowUp, updateDivergence } from '../../../../src/math/theory/edge/divergence.ts';
import { forecastCrossing } from '../../../../src/math/theory/edge/forecast.ts';
import { gradientPair, pushGradient, sketched } from '../../../../src/math/theory/edge/gradient-pair.ts';
import { ratioHistory, recordRatio } from '../../../../src/math/theory/edge/history.ts';
import { oscillation, updateOscillation } from '../../../../src/math/theory/edge/oscillation.ts';
import { periods, updatePeriod } from '../../../../src/math/theory/edge/period.ts';
import { type Row, repeat, through, turning } from './rows.ts';

// The numbers here are literal: a threshold that is moved must fail a test on one of its sides.

/** Rows 0 and 1, the second an overshoot: without an onset nothing hovers. */
const onset = (ratio: number): Row[] => [{ ratio }, { ratio, loss: 1.01, s: 2.01 }];

describe('hovering', () => {
  const hoveringStep = (rows: readonly Row[]) => through(rows).memory.hoveringStep;

  it.each([
    [0.9501, true],
    [0.9499, false],
    [1.0499, true],
    [1.0501, false],
  ])('at %s of the edge is %s: the band is 0.05', (ratio, hovers) => {
    expect(hoveringStep([...onset(ratio), ...repeat(300, () => ({ ratio }))]) !== null).toBe(hovers);
  });

  it.each([
    [40, 199],
    [41, 200], // the window has moved on by one step
  ])('begins once 80 %% of 200 steps are in the band: after %i outside it, at step %i', (outside, step) => {
    const rows = repeat(300, (i) => ({ ratio: i < outside ? 0.8 : 1 }));
    expect(hoveringStep([...onset(0.8), ...rows.slice(2)])).toBe(step);
  });

  it.each([
    [100, true],
    [101, false],
  ])('goes on through %i of 200 steps outside twice the band: %s', (outside, hovers) => {
    const rows = [...onset(1), ...repeat(300, () => ({ ratio: 1 })), ...repeat(outside, () => ({ ratio: 1.101 }))];
    expect(through(rows).memory.hovers).toBe(hovers);
  });

  it.each([
    [1.099, true],
    [1.101, false],
  ])('goes on for ever at %s of the edge: %s', (ratio, hovers) => {
    const rows = [...onset(1), ...repeat(300, () => ({ ratio: 1 })), ...repeat(300, () => ({ ratio }))];
    expect(through(rows).memory.hovers).toBe(hovers);
  });

  it('takes five measurements, however far apart', () => {
    const seldom = repeat(600, (i) => ({ ratio: i % 100 ? null : 1, loss: 1 + 0.01 * (i % 2), s: 2.01 }));
    expect(hoveringStep(seldom)).toBe(400);
  });

  it.each([
    [2.099, true],
    [2.101, false],
    [1.901, true],
    [1.899, false],
  ])('by gradients alone is a mean s within 0.1 of 2: at %s it is %s', (s, hovers) => {
    // the mean comes to s from its own side, so that it does not pass the band on its way
    const rows = repeat(2000, (i) => ({ ...turning, s: i < 1000 ? (s > 2 ? 3 : 1) : s }));
    expect(through(rows, { sharpness: false }).memory.hoveringStep !== null).toBe(hovers);
  });

  it.each([
    [2.199, true],
    [2.201, false],
  ])('by gradients alone goes on while the mean s is within 0.2 of 2: at %s it is %s', (s, hovers) => {
    const rows = [...repeat(1000, () => turning), ...repeat(1000, () => ({ ...turning, s }))];
    expect(through(rows, { sharpness: false }).memory.hovers).toBe(hovers);
  });
});

describe('a crossing', () => {
  it.each([
    [0.9999, null],
    [1, 1],
  ])('is dated from 1 on: at %s of the edge the step is %s', (ratio, step) => {
    expect(through([{ ratio: 0.9 }, { ratio }]).memory.crossingStep).toBe(step);
  });

  it.each([
    [0.8, true],
    [0.7999, false],
  ])('is undone below 0.8: at %s the run is above, %s', (ratio, above) => {
    expect(through([{ ratio: 0.9 }, { ratio: 1 }, { ratio }]).memory.above).toBe(above);
  });

  it.each([
    [1, null],
    [1.0001, 'climbing'],
  ] as const)('at %s in the first row makes the above-edge phase %s', (ratio, phase) => {
    expect(through([{ ratio }]).memory.aboveEdgePhase).toBe(phase);
  });
});

describe('sharpening', () => {
  it.each([
    [0.4, 0.4199, 'flow-like'],
    [0.4, 0.4201, 'progressive sharpening'],
    [0.05, 0.0549, 'flow-like'], // 5 % would be 0.0525
    [0.05, 0.0551, 'progressive sharpening'],
  ])('from %s to %s is %s: a turn takes 5 %% of the ratio and at least 0.005', (from, to, regime) => {
    expect(through([{ ratio: from }, { ratio: to }]).seen.at(-1)).toBe(regime);
  });
});

describe('a catapult', () => {
  const up: Row[] = [1, 4, 16].map((loss) => ({ loss, s: 2.5, cosine: -0.9, ratio: 2 }));

  it.each([
    [1.901, 'crossed'],
    [1.899, 'catapult'],
  ])('begins once the ratio has fallen by 5 %% of its peak of 2: at %s it is %s', (ratio, regime) => {
    expect(through([...up, { loss: 16, ratio }]).seen.at(-1)).toBe(regime);
  });

  it.each([
    [1.4951, 3 + 200],
    [1.4949, 103 + 200],
  ])('ends a window after the ratio last fell by 0.005: from 1.5 to %s it is seen up to step %i', (ratio, last) => {
    const rows = [...up, ...repeat(400, (i) => ({ loss: 2, ratio: i < 100 ? 1.5 : ratio }))];
    expect(through(rows).seen.lastIndexOf('catapult')).toBe(last);
  });

  it.each([
    [0.951, 'catapult'],
    [0.949, 'flow-like'],
  ])('ends at once below the band: at %s the row after it is %s', (ratio, regime) => {
    const rows = [...up, { loss: 1, ratio: 1.5 }, { loss: 1, ratio }, { loss: 1, ratio }];
    expect(through(rows).seen.at(-1)).toBe(regime);
  });

  it.each([
    [52, 'catapult'], // the last overshoot is in row 2
    [53, 'flow-like'],
  ])('ends within the band 50 rows after the last overshoot: in row %i it is %s', (row, regime) => {
    const rows = [...up, ...repeat(60, () => ({ loss: 0.5, ratio: 0.97 }))];
    expect(through(rows).seen[row]).toBe(regime);
  });

  it.each([
    [19, 'climbing'],
    [20, null],
  ] as const)('by gradients alone begins within 20 rows: an overshoot in row %i makes it %s', (row, phase) => {
    const rows = repeat(row + 1, (i) => (i < row ? {} : { loss: 2, s: 2.5 }));
    expect(through(rows, { sharpness: false }).memory.aboveEdgePhase).toBe(phase);
  });

  it.each([
    [2.01, 'climbing'],
    [1.99, 'falling'],
    // a loss may be negative, as θ² − 100 is
    [-3.01, 'falling'],
    [-2.99, 'climbing'],
  ] as const)('by gradients alone falls at half its peak: a loss of %d makes it %s', (loss, phase) => {
    const [first, peak] = loss > 0 ? [1, 4] : [-4, -2];
    const rows = [{ loss: first }, { loss: peak, s: 2.5 }, { loss }];
    expect(through(rows, { sharpness: false }).memory.aboveEdgePhase).toBe(phase);
  });
});

describe('an overshoot', () => {
  const onsetStep = (loss: number, s: number) => through([{ loss: 1 }, { loss, s }]).memory.onsetStep;

  it('has s above 2', () => {
    expect([onsetStep(1.01, 2), onsetStep(1.01, 2.0001)]).toEqual([null, 1]);
  });

  it('has a loss that rose by more than four roundings', () => {
    const e = 2 ** -52;
    expect([onsetStep(1 + 4 * e, 2.5), onsetStep(1 + 5 * e, 2.5)]).toEqual([null, 1]);
  });

  it('keeps a run whose sharpness is not measured above the edge for two windows', () => {
    const rows = repeat(500, (i) => ({ loss: i < 30 ? 0.5 : 0.6, ...(i === 30 ? { s: 2.5 } : {}) }));
    const { seen } = through([{ loss: 1 }, ...rows.slice(1)], { sharpness: false });
    expect([seen[29], seen[30]]).toEqual(['flow-like', 'crossed']);
    expect([seen[429], seen[430]]).toEqual(['crossed', 'flow-like']);
  });
});

describe('an oscillation', () => {
  /** Rows at whose end it is on, of `rows` that turn the gradient round and `after` that do not. */
  const on = (rows: number, after = 0, growth = 0) => {
    const memory = oscillation();
    const row = (cosine: number) =>
      updateOscillation(
        memory,
        { ...gradientPair(), stepCurvature: 1.9, cosine, growth, meaningful: true },
        false,
        200,
      );
    for (let i = 0; i < rows; i++) row(-1);
    for (let i = 0; i < after; i++) row(1);
    return memory.on;
  };

  it('begins when 80 % of an average over 50 rows turn round', () => {
    expect(1 - 0.98 ** 79).toBeLessThan(0.8);
    expect(1 - 0.98 ** 80).toBeGreaterThan(0.8);
    expect([on(79), on(80)]).toEqual([false, true]);
  });

  it('ends when fewer than 20 % do', () => {
    expect([on(2000, 79), on(2000, 80)]).toEqual([true, false]);
  });

  it('does not begin while the gradient decays by more than 0.01 a row', () => {
    // at the 80th row the average has come 80 % of the way
    const way = 1 - 0.98 ** 80;
    expect([on(80, 0, -0.0101 / way), on(80, 0, -0.0099 / way)]).toEqual([false, true]);
  });
});

describe('a divergence', () => {
  /** First row of a divergence, -1 if there is none. */
  const called = (losses: readonly number[], falls = false) => {
    const memory = lossBlowUp();
    return losses.findIndex((loss) => {
      updateDivergence(memory, loss, falls, false);
      return memory.diverges;
    });
  };
  const climb = (from: number, rows: number) => [1, ...Array.from({ length: rows }, (_, i) => from + 1e-4 * i)];

  it('is a climb of twelve rows, not of eleven, above ten times the first loss', () => {
    expect([called(climb(10.001, 11)), called(climb(10.001, 12))]).toEqual([-1, 12]);
    expect([called(climb(9.99, 90)), called(climb(9.99, 150))]).toEqual([-1, 113]); // 10 is the 101st
  });

  it('counts a row of a climb while the maximum is less than two rows old', () => {
    // every third row is a new maximum; the third of each is not counted
    const rows = Array.from({ length: 40 }, (_, i) => (i % 3 ? 20 : 30 + i));
    expect(called([1, ...rows])).toBe(17);
  });

  it('is a growth factor that doubles twice above a hundred times the first loss', () => {
    expect([called([1, 2, 9, 99]), called([1, 2, 9, 101])]).toEqual([-1, 3]);
    expect(called([1, 5, 101])).toBe(-1); // once
  });

  it('is any loss above 10⁸ times the first', () => {
    expect([called([1, 1e8], true), called([1, 1.0001e8], true)]).toEqual([-1, 1]);
  });
});

describe('a gradient', () => {
  it('is rounding below 10⁻¹² of the largest', () => {
    const meaningful = (size: number) => {
      const pair = gradientPair();
      for (const g of [1, size, -size]) pushGradient(pair, Float64Array.of(g), new Float64Array(sketched));
      return pair.meaningful;
    };
    expect([meaningful(0.99e-12), meaningful(1.01e-12)]).toEqual([false, true]);
  });
});

describe('a period', () => {
  /** Memory after rows whose sketch is `y(t)`, the rest of it zero. */
  const after = (rows: number, y: (t: number) => readonly number[]) => {
    const memory = periods();
    for (let t = 0; t < rows; t++) {
      const sketch = new Float64Array(sketched);
      sketch.set(y(t));
      updatePeriod(memory, sketch, true);
    }
    return memory;
  };
  // ±a and a drift of 1 a step: squared distances 4a² + 1 at lag 1, 4 at lag 2, so that their ratio is a² + 1/4
  const drifting = (ratio: number) => (t: number) => [Math.sqrt(ratio - 0.25) * (-1) ** t, t];

  it('of 2 begins if neighbours are ten times further apart than every other gradient', () => {
    expect([after(200, drifting(9.99)).period, after(200, drifting(10.01)).period]).toEqual([0, 2]);
  });

  it('of 2 ends if they are less than three times further apart', () => {
    const falling = (ratio: number) => after(900, (t) => drifting(t < 200 ? 20 : ratio)(t)).period;
    expect([falling(2.99), falling(3.01)]).toEqual([0, 2]);
  });

  it('of 4 has 10⁻⁴ of the squared amplitude at lag 2', () => {
    // ±1, and c on a circle in four steps: 4 + 2c² at lag 1, 4c² at lag 2, 0 at lag 4
    const circle = [1, 0, -1, 0] as const;
    const doubled = (c: number) => (t: number) => [(-1) ** t, c * circle[t % 4]!, c * circle[(t + 1) % 4]!];
    expect([after(200, doubled(0.0099)).period, after(200, doubled(0.0101)).period]).toEqual([2, 4]);
  });

  it('is read from averages over 16 rows', () => {
    // share of lag 1: 1 while it alternates, and 16/(16 + 4 + 4 + 4) in a last row that steps from −1 to 3
    const { distances } = after(101, (t) => [t === 100 ? 3 : (-1) ** t]);
    expect(distances[0]).toBeCloseTo(1 - (1 - 16 / 28) / 16, 14);
  });
});

describe('a forecast', () => {
  const forecast = (points: readonly (readonly [step: number, ratio: number])[]) => {
    const history = ratioHistory();
    for (const [step, ratio] of points) recordRatio(history, step, ratio);
    return forecastCrossing(history);
  };
  const along = (steps: readonly number[], ratio: (step: number) => number) =>
    forecast(steps.map((step) => [step, ratio(step)]));
  const tens = Array.from({ length: 11 }, (_, i) => 10 * i); // up to 100

  it('is made from a ratio of 0.75 on', () => {
    const to = (ratio: number) => along(tens, (t) => ratio + 0.001 * (t - 100));
    expect(to(0.7499)).toBeNull();
    expect(to(0.7501)).not.toBeNull();
  });

  it('is made from four measurements on', () => {
    const rise = (t: number) => 0.8 + 0.001 * t;
    expect(along([0, 10, 20], rise)).toBeNull();
    expect(along([0, 10, 20, 30], rise)?.step).toBeCloseTo(200, 6);
  });

  it.each([
    [0.8749, true],
    [0.8751, false],
  ])('leaves out of its fit what lies a quarter of the gap below: %s, %s', (ratio, left) => {
    // a line of 0.005 a step up to 0.9, before it one measurement that is not on it
    const line = [101, 102, 103, 104, 105].map((t) => [t, 0.9 + 0.005 * (t - 105)] as const);
    const { low } = forecast([[0, 0.8], [60, ratio], ...line])!;
    const tangent = 105 + 20 / 1.25;
    expect(Math.abs(low - tangent) < 1e-6).toBe(left);
  });

  it.each([
    [0.24, false],
    [0.26, true],
  ])('goes through where the slope gains a quarter over the time left: %s, %s', (gain, through) => {
    const [slope, gap] = [8e-4, 0.2];
    const curvature = (gain * slope ** 2) / gap;
    const ratio = (t: number) => 1 - gap + slope * (t - 100) + 0.5 * curvature * (t - 100) ** 2;
    const { low, high } = along(tens, ratio)!;
    const parabola = (2 * gap) / (slope + Math.sqrt(slope ** 2 + 2 * curvature * gap));
    const run = (gap * 100) / (ratio(100) - ratio(0));
    expect(low).toBeCloseTo(100 + parabola / 1.25, 6);
    expect(high).toBeCloseTo(through ? 100 + (2 * gap) / slope : 100 + 2.5 * run, 6);
  });

  it('has the interval of the long run if nothing rises at the end', () => {
    // 0.6 to 0.8 in 50 steps, and level for 50: 0.2 are left at 0.002 a step
    const { low, high } = along(tens, (t) => (t < 50 ? 0.6 + 0.004 * t : 0.8))!;
    expect(low).toBeCloseTo(100 + 100 / 2.5, 6);
    expect(high).toBeCloseTo(100 + 4.5 * 100, 6);
  });
});
