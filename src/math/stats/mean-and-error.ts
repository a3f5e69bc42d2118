/** The mean of independent samples and its standard error; NaN of one alone. */
export function meanAndError(samples: readonly number[]): [mean: number, error: number] {
  const n = samples.length;
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const square = samples.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return [mean, Math.sqrt(square / (n - 1) / n)];
}
