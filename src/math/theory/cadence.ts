/** Ratio λ/edge that was solved for at a step. */
export interface SharpnessSample {
  readonly step: number;
  readonly ratio: number;
}

/** Range of λ/edge in which solves are frequent: ηλ from 1.5 to 2.2 for gradient descent. */
const BAND = [0.75, 1.1] as const;
/**
 * Steps from one solve to the next in that range, and elsewhere. They are odd: at the edge λ goes
 * up and down at every other step, and an even cadence sees only one of the two. With one, a ReLU
 * network that crossed at step 119 was first seen above at 320.
 */
export const STEPS_NEAR_EDGE = 9;
export const STEPS_ELSEWHERE = 99;

/**
 * Decides whether to solve for the largest eigenvalue again: after {@link STEPS_NEAR_EDGE} steps if
 * λ/edge lies in the range, or will within {@link STEPS_ELSEWHERE} steps at the pace of the last
 * two solves; after STEPS_ELSEWHERE steps in any case.
 *
 * @param solved Last solves, at most two, the latest at the end.
 * @param now    Lower bound of λ/edge at this step.
 */
export function shouldSolve(solved: readonly SharpnessSample[], step: number, now: number): boolean {
  const last = solved.at(-1);
  if (!last) return true;
  const waited = step - last.step;
  if (waited >= STEPS_ELSEWHERE) return true;
  if (waited < STEPS_NEAR_EDGE) return false;
  const before = solved.at(-2);
  const slope = before ? (last.ratio - before.ratio) / (last.step - before.step) : 0;
  const soon = last.ratio + slope * STEPS_ELSEWHERE;
  const low = Math.min(now, last.ratio, soon);
  const high = Math.max(now, last.ratio, soon);
  return !(high < BAND[0] || low > BAND[1]); // NaN counts as near
}
