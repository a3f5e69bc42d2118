/**
 * Finds the t > 0 with tail(t) = p, for a continuous tail that falls from tail(0) > p to 0. Doubles
 * t until p is passed. Then follows the Illinois rule (regula falsi that halves the weight of an
 * end that stays) until tail(t) = p or the bracket is two neighbouring doubles.
 *
 * @example invert((t) => 1 / (1 + t), 0.25); // 3
 * @see Dowell and Jarratt, A modified regula falsi method (BIT 11, 1971).
 */
export function invert(tail: (t: number) => number, p: number): number {
  let low = 0;
  let high = 1;
  let atLow = tail(low) - p;
  let atHigh = tail(high) - p;
  while (atHigh > 0 && high < Infinity) {
    low = high;
    atLow = atHigh;
    high *= 2;
    atHigh = tail(high) - p;
  }
  if (high === Infinity) return high;
  let stayed = 0; // end that stayed in the last step: −1 low, 1 high
  for (let step = 0; step < 200; step++) {
    const secant = low + ((high - low) * atLow) / (atLow - atHigh);
    // a secant is slow on a tail of many decades, so every third step halves the bracket
    const t = step % 3 === 2 || !(secant > low && secant < high) ? low + (high - low) / 2 : secant;
    if (t <= low || t >= high) break;
    const at = tail(t) - p;
    if (at === 0) return t;
    if (at > 0) {
      low = t;
      atLow = at;
      if (stayed === 1) atHigh /= 2;
      stayed = 1;
    } else {
      high = t;
      atHigh = at;
      if (stayed === -1) atLow /= 2;
      stayed = -1;
    }
  }
  return Math.abs(tail(low) - p) <= Math.abs(tail(high) - p) ? low : high;
}
