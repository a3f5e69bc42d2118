/** Bracket of the s > 0 at which a function first exceeds a level: f(low) ≤ level < f(high). */
export interface Bracket {
  readonly low: number;
  readonly high: number;
  /** Number of values of f that were computed. */
  readonly evaluations: number;
}

/**
 * Number of doublings or halvings after which a search gives up; a step of 2⁻⁴⁰ still exceeds the
 * rounding of θ.
 */
const FARTHEST = 40;

/**
 * Brackets the s at which f first exceeds a level: from `start` by doublings until it does (or by
 * halvings until it does not), then by bisection in log s until high/low ≤ 1 + tol.
 *
 * It is the first crossing if f stays above the level once it has passed it, as along a ray on
 * which f falls and then rises. Otherwise it is a crossing, and an earlier one between two computed
 * points may go unseen. NaN counts as above.
 *
 * - cost: about log₂(s/start) + log₂(1/tol) values; 7 for a start within a factor of 2 and
 *   tol = 1/32
 *
 * @returns high = Infinity if 2⁴⁰·start does not exceed the level, low = 0 if 2⁻⁴⁰·start does.
 */
export function bracketCrossing(f: (s: number) => number, level: number, start: number, tol: number): Bracket {
  let evaluations = 0;
  const above = (s: number) => {
    evaluations++;
    return !(f(s) <= level);
  };
  let low = start;
  let high = start;
  if (above(start)) {
    for (let i = 0; i < FARTHEST && low === high; i++) {
      const half = high / 2;
      if (above(half)) low = high = half;
      else low = half;
    }
    if (low === high) return { low: 0, high, evaluations };
  } else {
    for (let i = 0; i < FARTHEST && low === high; i++) {
      const twice = 2 * low;
      if (above(twice)) high = twice;
      else low = high = twice;
    }
    if (low === high) return { low, high: Infinity, evaluations };
  }
  while (high / low > 1 + tol) {
    const middle = Math.sqrt(low * high);
    if (above(middle)) high = middle;
    else low = middle;
  }
  return { low, high, evaluations };
}
