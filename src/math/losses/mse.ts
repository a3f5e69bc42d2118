import type { Loss } from './loss.ts';

/** Mean over samples and outputs of (f − y)², without a factor ½: ∇²ℓ = 2/(nk)·1. */
export const mse: Loss = {
  name: 'mse',
  value(f, { n, k, y }, delta) {
    const scale = 2 / (n * k);
    let sum = 0;
    for (let i = 0; i < n * k; i++) {
      const r = f[i]! - y[i]!;
      sum += r * r;
      delta[i] = scale * r;
    }
    return sum / (n * k);
  },
  hessian(u, { n, k }, _memo, out) {
    const scale = 2 / (n * k);
    for (let i = 0; i < n * k; i++) out[i] = scale * u[i]!;
  },
};
