import { mean } from './line.ts';

/** Parabola v ≈ value + slope·u + ½·curvature·u². */
export interface Parabola {
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
}

/**
 * Fits the least-squares parabola of v on u; u, v ∈ ℝⁿ. Returns its value and its first two
 * derivatives at u = 0.
 *
 * Works in polynomials that are orthogonal on the given u, so that a narrow or distant range of u
 * costs no digits.
 *
 * @throws {TypeError} if the lengths differ.
 * @throws {RangeError} if u has fewer than three different values.
 * @example fitParabola([-2, -1, 0], [4, 1, 0]); // { value: 0, slope: 0, curvature: 2 }
 * @see Forsythe, Generation and use of orthogonal polynomials for data-fitting (J. SIAM 5, 1957).
 */
export function fitParabola(u: readonly number[], v: readonly number[]): Parabola {
  const n = u.length;
  if (v.length !== n)
    throw new TypeError(`fitParabola: both lists must have the same length, got ${n} and ${v.length}`);
  if (new Set(u).size < 3) throw new RangeError(`fitParabola: needs 3 different u, got ${new Set(u).size}`);
  const mu = mean(u);
  const mv = mean(v);
  let [squares, cubes, products] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const du = u[i]! - mu;
    squares += du * du;
    cubes += du * du * du;
    products += du * (v[i]! - mv);
  }
  // p₁ = u − ū and p₂ = p₁² − α·p₁ − β, orthogonal to 1 and to each other
  const [alpha, beta] = [cubes / squares, squares / n];
  const slope = products / squares;
  let [norm, inner] = [0, 0];
  for (let i = 0; i < n; i++) {
    const du = u[i]! - mu;
    const p2 = du * du - alpha * du - beta;
    norm += p2 * p2;
    inner += p2 * (v[i]! - mv);
  }
  const bend = inner / norm;
  return {
    value: mv - slope * mu + bend * (mu * mu + alpha * mu - beta),
    slope: slope - bend * (2 * mu + alpha),
    curvature: 2 * bend,
  };
}
