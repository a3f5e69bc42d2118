/**
 * Computes the fraction of n samples whose largest output of k is that of their label. Among equal
 * outputs the first counts as the largest; a NaN never does.
 *
 * @param f      Outputs. [n, k]
 * @param labels 0 … k − 1. [n]
 */
export function accuracy(f: Float64Array, labels: Int32Array): number {
  const n = labels.length;
  const k = f.length / n;
  let right = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    const own = f[i * k + label]!;
    let largest = true;
    for (let a = 0; a < k && largest; a++) {
      const other = f[i * k + a]!;
      largest = a < label ? other < own : other <= own; // own ≤ own of all but NaN
    }
    if (largest) right++;
  }
  return right / n;
}
