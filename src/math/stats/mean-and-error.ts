import { mean } from './line.ts';

/** Computes the mean of independent samples and its standard error, NaN for one sample. */
export function meanAndError(samples: readonly number[]): [mean: number, error: number] {
  const n = samples.length;
  const centre = mean(samples);
  const square = samples.reduce((sum, x) => sum + (x - centre) * (x - centre), 0);
  return [centre, Math.sqrt(square / (n - 1) / n)];
}
