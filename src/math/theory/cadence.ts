/** The largest eigenvalue over the edge, λ/edge, as it was found at a step. */
export interface Sighting {
  readonly step: number;
  readonly ratio: number;
}

/** λ/edge between which it pays to look often: ηλ from 1.5 to 2.2 for gradient descent. */
const BAND = [0.75, 1.1] as const;
/**
 * Steps from one solve to the next in the band, and elsewhere: odd, for at the edge λ goes up and down at every other step,
 * and an even cadence sees one of the two alone. A ReLU network that crossed at step 119 was first seen above at 320.
 */
export const NEAR = 9;
export const FAR = 99;

/**
 * Is it time to solve for the largest eigenvalue again?
 *
 * After {@link NEAR} steps where λ/edge lies in the band, or will within {@link FAR} steps if it goes on as between the
 * last two solves; after FAR steps in any case.
 *
 * @param solved The last solves, two at most, the latest at the end.
 * @param now    A lower bound of λ/edge at this step.
 */
export function due(solved: readonly Sighting[], step: number, now: number): boolean {
  const last = solved.at(-1);
  if (!last) return true;
  const waited = step - last.step;
  if (waited >= FAR) return true;
  if (waited < NEAR) return false;
  const before = solved.at(-2);
  const slope = before ? (last.ratio - before.ratio) / (last.step - before.step) : 0;
  const soon = last.ratio + slope * FAR;
  const low = Math.min(now, last.ratio, soon);
  const high = Math.max(now, last.ratio, soon);
  return !(high < BAND[0] || low > BAND[1]); // NaN counts as near
}
