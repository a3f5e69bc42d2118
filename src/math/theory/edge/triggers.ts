/**
 * Returns a state with hysteresis: on from `enter` up, off below `leave`, unchanged between; NaN
 * changes nothing.
 */
export const triggered = (
  on: boolean,
  x: number,
  { enter, leave }: { readonly enter: number; readonly leave: number },
): boolean => (on ? !(x < leave) : x >= enter);

/** Direction in which a sequence last went, judged by its turning points. */
export interface Trend {
  rising: boolean;
  /**
   * Largest value since it began to rise, or smallest since it began to fall; null before the
   * first.
   */
  extreme: number | null;
}

/**
 * Updates the direction by the next value. It turns if the sequence has come back from its last
 * extreme by `turn`, so noise below half of that never turns it.
 *
 *     values   1  2  3  2.9  3.1  2  1.9  2
 *     turn(½)  ↓  ↑  ↑  ↑    ↑    ↓  ↓    ↓
 */
export function updateTrend(
  memory: Trend,
  x: number,
  turn: { readonly relative: number; readonly least: number },
): void {
  if (memory.extreme === null) {
    memory.extreme = x;
    return;
  }
  const distance = Math.max(turn.relative * Math.abs(memory.extreme), turn.least);
  const on = memory.rising ? x - memory.extreme : memory.extreme - x;
  if (on > 0) memory.extreme = x;
  else if (-on >= distance) {
    memory.rising = !memory.rising;
    memory.extreme = x;
  }
}
