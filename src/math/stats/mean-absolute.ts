/** Mean of the absolute values of a list, one entry per law; NaN of an empty one. */
export function meanAbsolute(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}
