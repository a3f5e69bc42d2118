import { exp, log1p } from '../functions.ts';
import type { Loss } from './loss.ts';

/**
 * Mean over samples of −log softmax(f)[label].
 *
 * The loss of a sample is log(Σ e) − (f_label − max f), e_a = exp(f_a − max f). If a sample is
 * almost certain, log(Σ e) and the label's residual p − 1 cancel. So the first is a log1p of the
 * sum over all classes but the likeliest, and the second is minus the sum of the other
 * probabilities. ∇²ℓ·u takes u relative to its entry of the likeliest class, for the same reason.
 */
export const crossEntropy: Loss = {
  name: 'cross-entropy',
  value(f, { n, k, labels }, delta, memo) {
    let sum = 0;
    for (let i = 0, row = 0; i < n; i++, row += k) {
      let top = 0;
      for (let a = 1; a < k; a++) if (f[row + a]! > f[row + top]!) top = a;
      const max = f[row + top]!;
      let others = 0;
      for (let a = 0; a < k; a++) {
        const e = a === top ? 1 : exp(f[row + a]! - max);
        memo[row + a] = e;
        if (a !== top) others += e;
      }
      const label = row + labels![i]!;
      sum += log1p(others) - (f[label]! - max);
      let wrong = 0;
      for (let j = row; j < row + k; j++) {
        memo[j] = memo[j]! / (1 + others);
        if (j !== label) {
          wrong += memo[j]!;
          delta[j] = memo[j]! / n;
        }
      }
      delta[label] = -wrong / n;
    }
    return sum / n;
  },
  hessian(u, { n, k }, p, out) {
    for (let row = 0; row < n * k; row += k) {
      let top = row;
      for (let j = row + 1; j < row + k; j++) if (p[j]! > p[top]!) top = j;
      const base = u[top]!;
      let mean = 0; // of u − base, which is 0 for the likeliest class
      for (let j = row; j < row + k; j++) if (j !== top) mean += p[j]! * (u[j]! - base);
      for (let j = row; j < row + k; j++) out[j] = (p[j]! * (u[j]! - base - mean)) / n;
    }
  },
};
