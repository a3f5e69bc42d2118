import { thresholds } from './thresholds.ts';

/** How far the loss has gone above where it began; plain data. */
export interface Excursion {
  /** Loss of the first row; null before it. */
  start: number | null;
  last: number;
  /** Largest loss so far, and how many rows ago it was. */
  highest: number;
  age: number;
  /** Rows in which an excursion has gone on climbing. */
  climb: number;
  /** L(θₜ)/L(θₜ₋₁), and how often running it has doubled. */
  factor: number;
  doublings: number;
  diverges: boolean;
}

export const excursion = (): Excursion => ({
  ...{ start: null, last: NaN, highest: -Infinity, age: 0 },
  ...{ climb: 0, factor: NaN, doublings: 0, diverges: false },
});

/**
 * Tells a divergence from a catapult by the loss alone.
 *
 * A loss above ten times the first is an excursion. It is a divergence once it has gone on climbing for 12 rows, once its
 * factor of growth has doubled twice running above a hundred times the first loss, or once it is 10⁸ times the first or
 * not finite. It stays one until the loss is back at the first, by steps that can go on: a ReLU network that was thrown to
 * where no unit is active has a loss below the first, perhaps, and a gradient of 0 for ever.
 *
 * @param sharpnessFalls Has the sharpness fallen since a start above the edge? What then still climbs is a catapult.
 * @param stuck Is the gradient exactly 0?
 */
export function depart(memory: Excursion, loss: number, sharpnessFalls: boolean, stuck: boolean): void {
  if (memory.start === null) {
    memory.start = loss;
  } else {
    const factor = loss / memory.last;
    memory.doublings = factor >= 2 * memory.factor ? memory.doublings + 1 : 0;
    memory.factor = factor;
  }
  memory.last = loss;
  memory.age++;
  if (loss > memory.highest) {
    memory.highest = loss;
    memory.age = 0;
  }
  const scale = Math.abs(memory.start);
  if (loss <= thresholds.excursion * scale) memory.climb = 0;
  else if (memory.age < thresholds.fresh && !sharpnessFalls) memory.climb++;
  const climbs = memory.climb >= thresholds.climb;
  const runsAway = loss > thresholds.runaway * scale && memory.doublings >= 2;
  if (climbs || runsAway || !(loss <= thresholds.beyond * scale)) memory.diverges = true;
  else if (loss <= memory.start && !stuck) memory.diverges = false;
}
