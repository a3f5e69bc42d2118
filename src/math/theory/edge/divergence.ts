import { thresholds } from './thresholds.ts';

/** Height of the loss above the first, and its growth, as plain data. */
export interface LossBlowUp {
  /** Loss of the first row; null before it. */
  start: number | null;
  last: number;
  /** Largest loss so far, and its age in rows. */
  highest: number;
  age: number;
  /** Rows in which a blow-up has gone on climbing. */
  climb: number;
  /** L(θₜ)/L(θₜ₋₁), and the number of its doublings in succession. */
  factor: number;
  doublings: number;
  diverges: boolean;
}

export const lossBlowUp = (): LossBlowUp => ({
  ...{ start: null, last: NaN, highest: -Infinity, age: 0 },
  ...{ climb: 0, factor: NaN, doublings: 0, diverges: false },
});

/**
 * Updates whether the run diverges, and tells a divergence from a catapult by the loss alone.
 *
 * A loss above ten times the first is a blow-up. It becomes a divergence if it climbs for 12 rows,
 * if its growth factor doubles twice in succession above a hundred times the first loss, or if it
 * is 10⁸ times the first or not finite. The divergence ends if the loss is back at the first and
 * the gradient is not 0: a ReLU network without an active unit may have a loss below the first and
 * stay there for ever.
 *
 * @param sharpnessFalls True if the sharpness has fallen since a start above the edge; a loss that
 *   still climbs is then a catapult.
 * @param stuck True if the gradient is exactly 0.
 */
export function updateDivergence(memory: LossBlowUp, loss: number, sharpnessFalls: boolean, stuck: boolean): void {
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
  if (loss <= thresholds.blowUp * scale) memory.climb = 0;
  else if (memory.age < thresholds.recentRows && !sharpnessFalls) memory.climb++;
  const climbs = memory.climb >= thresholds.climb;
  const runsAway = loss > thresholds.runaway * scale && memory.doublings >= 2;
  if (climbs || runsAway || !(loss <= thresholds.beyond * scale)) memory.diverges = true;
  else if (loss <= memory.start && !stuck) memory.diverges = false;
}
