import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastCrossing } from '../../../../src/math/theory/edge/forecast.ts';
import { ratioCount, ratioHistory, recordRatio, shareWithin } from '../../../../src/math/theory/edge/history.ts';

const historyOf = (steps: readonly number[], ratio: (step: number) => number) => {
  const history = ratioHistory();
  for (const step of steps) recordRatio(history, step, ratio(step));
  return history;
};
const every = (n: number, to: number) => Array.from({ length: Math.floor(to / n) + 1 }, (_, i) => n * i);

describe('the forecast of a crossing', () => {
  it.each([1, 5, 25])('of a straight line is its crossing, measured every %s steps', (n) => {
    const forecast = forecastCrossing(historyOf(every(n, 500), (t) => 0.3 + 0.001 * t))!;
    expect(forecast.step).toBeCloseTo(700, 6);
    // 200 steps are left by either rate; rounding decides whether the spurt is the faster
    expect(forecast.low).toBeLessThanOrEqual(500 + 200 / 1.25 + 1e-6);
    expect(forecast.high).toBeGreaterThanOrEqual(500 + 200 * 2.5 - 1e-6);
  });

  it('reaches to the next measurement, before which no crossing is seen', () => {
    const forecast = forecastCrossing(historyOf(every(50, 450), (t) => 0.549 + 0.001 * t))!;
    // one step is left
    expect(forecast.step).toBeCloseTo(451, 6);
    expect(forecast.high).toBe(500);
  });

  it('of an accelerating spurt lies between where its parabola and its tangent cross', () => {
    const ratio = (t: number) => 0.4 + 4e-7 * t * t;
    const forecast = forecastCrossing(historyOf(every(10, 1000), ratio))!;
    const parabola = Math.sqrt(0.6 / 4e-7) - 1000;
    const tangent = 0.2 / 8e-4;
    expect(forecast.low).toBeCloseTo(1000 + parabola / 1.25, 4);
    expect(forecast.high).toBeCloseTo(1000 + 2 * tangent, 4);
    expect(forecast.step).toBeCloseTo(1000 + Math.sqrt(parabola * tangent), 4);
  });

  it('of a spurt that slows down reaches from that spurt to the pace of the long run', () => {
    // 0.3 for long, then a rise of 1/500 a step that bends down
    const ratio = (t: number) => (t < 800 ? 0.3 : 0.3 + (t - 800) / 400 - ((t - 800) / 800) ** 2);
    const history = historyOf(every(10, 1080), ratio);
    const forecast = forecastCrossing(history)!;
    const slope = 1 / 400 - (2 * 280) / 800 ** 2;
    const gap = 1 - ratio(1080);
    const run = (gap * 1080) / (ratio(1080) - 0.3);
    expect(forecast.low).toBeCloseTo(1080 + gap / slope / 1.25, 4);
    expect(forecast.high).toBeCloseTo(1080 + 2.5 * run, 4);
  });

  it('holds the crossing of any rise that never slows down', () => {
    const [rate, bend] = [fc.double({ min: 1e-4, max: 1e-3 }), fc.double({ min: 0, max: 1e-5 })];
    fc.assert(
      fc.property(rate, bend, fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.75, max: 0.95 }), (b, c, n, to) => {
        const ratio = (t: number) => 0.2 + b * t + c * t * t;
        const steps = every(n, 10_000);
        const seen = steps.slice(0, steps.findIndex((t) => ratio(t) >= to) + 1);
        fc.pre(seen.length >= 4 && ratio(seen.at(-1)!) < 0.999);
        const crossing = 1.6 / (b + Math.sqrt(b * b + 3.2 * c));
        const { low, step, high } = forecastCrossing(historyOf(seen, ratio))!;
        expect(low).toBeLessThanOrEqual(crossing);
        expect(high).toBeGreaterThanOrEqual(crossing);
        expect(low).toBeLessThanOrEqual(step);
        expect(step).toBeLessThanOrEqual(high);
      }),
    );
  });

  it('is none far below the edge, above it, of too few measurements, or of a ratio at its lowest', () => {
    const line = (from: number, slope: number) => (t: number) => from + slope * t;
    expect(forecastCrossing(historyOf(every(10, 100), line(0.5, 0.002)))).toBeNull();
    expect(forecastCrossing(historyOf(every(10, 100), line(0.9, 0.002)))).toBeNull();
    expect(forecastCrossing(historyOf([0, 10, 20], line(0.8, 0.001)))).toBeNull();
    expect(forecastCrossing(historyOf(every(10, 100), line(0.99, -0.001)))).toBeNull();
    expect(forecastCrossing(ratioHistory())).toBeNull();
  });

  it('looks back over 512 measurements at the most', () => {
    const history = historyOf(every(1, 5000), (t) => 0.4 + 1e-4 * t);
    expect(ratioCount(history)).toBe(512);
    expect(forecastCrossing(history)!.step).toBeCloseTo(6000, 6);
  });
});

describe('the share of measurements near the edge', () => {
  const around = (...ratios: number[]) => historyOf(every(10, 10 * ratios.length - 1), (t) => ratios[t / 10]!);

  it('is taken over a window of steps', () => {
    const history = around(0.5, 0.5, 0.5, 1, 1.04, 0.9, 1, 0.96, 1);
    // the last five, six and all nine of them
    expect(shareWithin(history, 0.05, 50)).toBe(4 / 5);
    expect(shareWithin(history, 0.05, 60)).toBe(5 / 6);
    expect(shareWithin(history, 0.05, 1000)).toBe(5 / 9);
    expect(shareWithin(history, 0.2, 60)).toBe(1);
  });

  it('is taken over five measurements at the least, and none of fewer', () => {
    expect(shareWithin(around(0.5, 1, 1, 1, 1, 1), 0.05, 10)).toBe(1);
    expect(shareWithin(around(1, 1, 1, 1), 0.05, 1000)).toBe(0);
  });
});
