import { mean } from './line.ts';

/** The mean of independent samples and its standard error; NaN of one alone. */
export function meanAndError(samples: readonly number[]): [mean: number, error: number] {
  const n = samples.length;
  const centre = mean(samples);
  const square = samples.reduce((sum, x) => sum + (x - centre) * (x - centre), 0);
  return [centre, Math.sqrt(square / (n - 1) / n)];
}
