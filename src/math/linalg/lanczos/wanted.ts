/**
 * Number of guards at each end. A guard is the Ritz vector next to the wanted ones. It is kept
 * although it has converged only roughly, so that the next search does not look for its direction
 * again.
 */
const GUARDS = 1;
/** Largest number of eigenvalues that are followed while they exceed `growAbove`. */
const MOST_FOLLOWED = 8;

interface Valued {
  readonly value: number;
}

/**
 * Choice of the wanted eigenvalues: k from the top, more while they exceed `growAbove`, and
 * `bottom` from the bottom.
 */
export class Wanted {
  readonly k: number;
  readonly bottom: number;
  readonly #growAbove: number;

  constructor(k: number, bottom: number, growAbove: number) {
    this.k = k;
    this.bottom = bottom;
    this.#growAbove = growAbove;
  }

  /** Number of eigenvalues that the options name, whatever their values. */
  get requested(): number {
    return this.k + this.bottom;
  }

  /** Number of products that it takes to bring the directions of a search into the result. */
  get productsToFinish(): number {
    return 2 * this.requested + GUARDS + 1;
  }

  /** Returns how many of these values, descending, are wanted from the top and from the bottom. */
  countsOf(values: ArrayLike<number>): readonly [top: number, bottom: number] {
    const n = values.length;
    let above = 0;
    while (above < n && values[above]! > this.#growAbove) above++;
    const most = Math.max(this.k, Math.min(above, MOST_FOLLOWED, n - this.bottom));
    const top = Math.min(n, most);
    return [top, Math.min(this.bottom, n - top)];
  }

  /** Returns the wanted pairs, from each end inwards. */
  ends<P extends Valued>(pairs: readonly P[]): { top: P[]; bottom: P[] } {
    const sorted = pairs.toSorted((a, b) => b.value - a.value);
    const [top, bottom] = this.countsOf(sorted.map(({ value }) => value));
    return { top: sorted.slice(0, top), bottom: sorted.slice(sorted.length - bottom).reverse() };
  }

  /** Returns the places, counted from the top, of the guards among n Ritz pairs. */
  guards(n: number, top: number, bottom: number): number[] {
    const middle = Array.from({ length: n - top - bottom }, (_, i) => top + i);
    const low = bottom ? middle.slice(-GUARDS) : [];
    return [...new Set([...middle.slice(0, GUARDS), ...low])];
  }

  /**
   * Returns the places in `values`, ascending, of new candidates: values that belong among the
   * wanted ones beside the known pairs.
   *
   * @param tie Distance below which two values count as one; the known one is then taken.
   */
  newCandidates(pairs: readonly Valued[], values: Float64Array, tie: number): number[] {
    if (this.#hasNone(pairs, values, tie)) return [];
    const all = [...pairs.map(({ value }) => ({ value, j: -1 })), ...Array.from(values, (value, j) => ({ value, j }))];
    const take = (from: typeof all, sign: 1 | -1, count: number) =>
      from
        .map((one) => ({ one, key: sign * one.value - (one.j < 0 ? 0 : tie) }))
        .sort((a, b) => b.key - a.key || a.one.j - b.one.j)
        .slice(0, count)
        .map(({ one }) => one);
    const [top, bottom] = this.countsOf(all.map(({ value }) => value).sort((a, b) => b - a));
    const upper = take(all, 1, top);
    // no value serves both ends
    const rest = all.filter((one) => !upper.includes(one));
    return [...upper, ...take(rest, -1, bottom)].map(({ j }) => j).filter((j) => j >= 0);
  }

  /**
   * Tells by counting whether there are no new candidates, which holds after all but a few
   * products.
   */
  #hasNone(pairs: readonly Valued[], values: Float64Array, tie: number): boolean {
    const [low, high] = [values[0]!, values[values.length - 1]!];
    let [above, over, under] = [0, 0, 0];
    for (const { value } of pairs) {
      if (value > this.#growAbove) above++;
      if (value >= high - tie) over++;
      if (value <= low + tie) under++;
    }
    const top = Math.max(this.k, Math.min(above, MOST_FOLLOWED));
    return high <= this.#growAbove && pairs.length >= top + this.bottom && over >= top && under >= this.bottom;
  }

  /** Adds guards to the new candidates among m Ritz values, if the `known` pairs are too few. */
  withGuards(known: number, newCandidates: readonly number[], m: number): readonly number[] {
    const missing = this.requested + GUARDS - known - newCandidates.length;
    const rest = Array.from({ length: m }, (_, i) => m - 1 - i).filter((j) => !newCandidates.includes(j));
    return [...newCandidates, ...rest.slice(0, Math.max(0, missing))];
  }
}
