/** Is it on? From `enter` up it is, below `leave` it is not, and in between it stays; NaN changes nothing. */
export const triggered = (
  on: boolean,
  x: number,
  { enter, leave }: { readonly enter: number; readonly leave: number },
): boolean => (on ? !(x < leave) : x >= enter);

/** Which way a sequence went last, judged from its turning points. */
export interface Turning {
  rising: boolean;
  /** The largest value since it began to rise, or the smallest since it began to fall; null before the first. */
  extreme: number | null;
}

/**
 * Follows a sequence up and down: it turns when it has come back from its last extreme by `turn`, so noise of less than
 * half of that never turns it.
 *
 *     values   1  2  3  2.9  3.1  2  1.9  2
 *     turn(½)  ↓  ↑  ↑  ↑    ↑    ↓  ↓    ↓
 */
export function follow(memory: Turning, x: number, turn: { readonly relative: number; readonly least: number }): void {
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
