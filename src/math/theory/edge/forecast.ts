import { fitParabola } from '../../stats/parabola.ts';
import { type RatioHistory, ratioOf, remembered, stepOf } from './history.ts';
import { thresholds } from './thresholds.ts';

/** A step that is yet to come, in steps of the run. */
export interface Forecast {
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

/**
 * When will λ/edge reach 1? Two answers, and an interval that holds both.
 *
 * Sharpness advances in spurts, and how long one lasts cannot be read from its slope: of 30 runs of the Chebyshev task
 * at ηλ = 1.6 the time that was left came out at 0.2 to 8 times what the slope said. So two rates are held against
 * the gap 1 − r: that of the **spurt**, from a least-squares parabola over the stretch in which r made its last
 * quarter of the gap (solved for the crossing where it curves upwards, else its tangent), and that of the **long run**,
 * (r − lowest r)/(time since then). The sooner estimate is the shorter time of the two, the later one that of the long
 * run; unless the spurt accelerates, by a quarter of its slope or more over the time that its tangent leaves: it then
 * goes through, and its tangent is the later estimate. The forecast is the geometric mean of the two.
 *
 * The interval widens both by factors that depend on the case: a spurt that goes through, one that may end, and none,
 * where the long run is all there is to go by. They are the 5 and 95 % quantiles, rounded outwards, of what was left
 * over what was estimated, on the Chebyshev task with seeds 201 … 320 at η = 0.1 and 201 … 230 at 0.05. Of seeds that
 * had no part in it, 401 … 500 at 0.1, the interval made at ηλ = 1.6 held the crossing in 90 of 100 runs, and all
 * intervals together in 92 %; at 1.6 it is about twice as wide as the time that is left. It reaches to the next measurement
 * at the least, for a crossing is not seen before.
 *
 * @returns null where the ratio is below 0.75 or above 1, has been measured fewer than four times, or has not risen.
 */
export function forecastCrossing(history: RatioHistory): Forecast | null {
  const { from, stretch, points, accelerates, widen } = thresholds.forecast;
  const there = remembered(history);
  if (there < points[0]) return null;
  const now = stepOf(history, 0);
  const ratio = ratioOf(history, 0);
  const gap = 1 - ratio;
  if (!(ratio >= from && gap > 0 && ratio > history.lowest)) return null;

  let n = 1;
  while (n < there && (n < points[0] || Math.abs(ratioOf(history, n) - ratio) < stretch * gap)) n++;
  const u = Array.from({ length: n }, (_, i) => stepOf(history, i) - now);
  const v = Array.from({ length: n }, (_, i) => ratioOf(history, i));
  const { slope, curvature } = fitParabola(u, v);

  const run = (gap * (now - history.lowestStep)) / (ratio - history.lowest);
  const tangent = slope > 0 ? gap / slope : Infinity;
  const parabola =
    curvature > 0 && slope > 0 ? (2 * gap) / (slope + Math.sqrt(slope * slope + 2 * curvature * gap)) : tangent;
  const goesThrough = curvature * tangent > accelerates * slope && tangent < run;
  const soon = Math.min(parabola, run);
  const late = goesThrough ? tangent : run;
  const [sooner, later] = goesThrough ? widen.goesThrough : soon < run ? widen.mayEnd : widen.none;
  const next = now + (now - stepOf(history, 1));
  return { step: now + Math.sqrt(soon * late), low: now + soon / sooner, high: Math.max(next, now + late * later) };
}
