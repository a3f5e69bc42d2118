import { requireCounts } from '../require-number.ts';
import { requireOptions } from '../require-options.ts';
import type { Data } from './dataset.ts';
import { requireRoom } from './require-room.ts';

/**
 * Makes the task to fit the Chebyshev polynomial of a degree, Tₘ(x) = cos(m arccos x), at n evenly
 * spaced points of [−1, 1]. It draws nothing.
 *
 * Values come from Tₘ₊₁ = 2x Tₘ − Tₘ₋₁, which has the same bits on every machine. Rounding errs by
 * less than degree² · 2⁻⁵³.
 *
 * @throws {RangeError} if n is not an integer of at least 2, `degree` is not one of at least 0, or
 *   n is more than an array holds.
 * @example
 * const data = chebyshev({ n: 20, degree: 6 });
 * objective({ model: mlp({ hidden: [30, 20], activation: 'tanh' }), loss: 'mse', data });
 * @see Cohen et al. 2021, arXiv:2103.00065.
 */
export function chebyshev(options: { n: number; degree: number }): Data {
  const { n, degree } = requireOptions('chebyshev', options, ['n', 'degree']);
  requireCounts('chebyshev', { n }, 2);
  requireRoom('chebyshev', n, 1, 1);
  requireCounts('chebyshev', { degree }, 0);
  const draw = () => {
    const x = linspace(n); //                                         [n, 1]
    return { n, d: 1, k: 1, x, y: x.map((at) => polynomial(degree, at)) };
  };
  return { d: 1, k: 1, draw };
}

function polynomial(degree: number, x: number): number {
  let [value, next] = [1, x];
  for (let m = 0; m < degree; m++) [value, next] = [next, 2 * x * next - value];
  return value;
}

/**
 * Computes `torch.linspace(-1, 1, n, dtype=torch.float64)` to the bit, as PyTorch 1.13 does with
 * AVX2. It fills vectors of four while eight are left, each from its first entry. Any other entry
 * is one fused step from the nearer end.
 */
function linspace(n: number): Float64Array {
  const step = 2 / (n - 1);
  const high = Math.fround(step); // high · i and its sum with ±1 are exact, so that adding low · i rounds once
  const low = step - high;
  const half = Math.floor(n / 2);
  const fused = (i: number) => {
    const j = n - 1 - i;
    return i < half ? high * i - 1 + low * i : 1 - high * j - low * j;
  };
  const vectorised = n - (n % 8);
  return new Float64Array(n).map((_, i) => {
    const lane = i < vectorised ? i % 4 : 0;
    return fused(i - lane) + step * lane;
  });
}
