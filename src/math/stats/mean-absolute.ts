/** Computes the mean of the absolute values of a list; NaN if it is empty. */
export function meanAbsolute(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}
