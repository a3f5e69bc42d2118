import { dot, norm } from './linalg/vector.ts';

/** ε^(1/3): the relative step at which a central difference loses least, about ε^(2/3) = 4e-11. */
const STEP = 6.06e-6;

/** Length of a step from θ that moves it by {@link STEP} of its norm, at least of 1. */
const lengthAt = (theta: Float64Array): number => STEP * Math.max(1, norm(theta));

/** ∇L(θ) into `out`. [d] → [d] */
type GradientAt = (theta: Float64Array, out: Float64Array) => void;

/**
 * Makes the product ∇²L(θ)·v ≈ (∇L(θ + hv) − ∇L(θ − hv))/2h, with ‖hv‖ = ε^(1/3)·max(1, ‖θ‖).
 *
 * - cost:  two gradients
 * - error: h²/6 of the third derivative of ∇L along v, and ε‖∇L‖/h of rounding: some 1e-10 relative
 *   to the scale on which L changes by itself. Across a kink it is the kink's jump over 2h
 */
export function differenceProduct(gradientAt: GradientAt, d: number, scale = 1) {
  const [at, high, low] = [0, 1, 2].map(() => new Float64Array(d)) as [Float64Array, Float64Array, Float64Array];
  return (theta: Float64Array, v: Float64Array, out: Float64Array): Float64Array => {
    const size = norm(v);
    if (!(size > 0)) return out.fill(size); // 0, or NaN
    const h = (scale * lengthAt(theta)) / size;
    move(theta, h, v, at);
    gradientAt(at, high);
    move(theta, -h, v, at);
    gradientAt(at, low);
    for (let i = 0; i < d; i++) out[i] = (high[i]! - low[i]!) / (2 * h);
    return out;
  };
}

/** Difference of a function along a direction, with a bound on its own error. */
interface Difference {
  readonly value: number;
  readonly error: number;
}

/**
 * Computes the derivative of L at θ along v by central differences with the steps h and h/2.
 *
 * - cost:  four losses
 * - error: the difference of the two, which is three times the truncation of the shorter; the
 *   difference of the slopes on both sides, between which a kink at θ leaves the derivative open;
 *   and 32 roundings of the loss, or two of its grain
 *
 * @param middle L(θ).
 * @param scale  Factor of both steps.
 */
function slopeAlong(
  loss: (theta: Float64Array) => number,
  theta: Float64Array,
  v: Float64Array,
  middle: number,
  scale: number,
): Difference {
  const h = (scale * lengthAt(theta)) / norm(v);
  const at = new Float64Array(theta.length); // [d]
  const lossAt = (step: number) => loss(move(theta, step, v, at));
  const [high, low, nearHigh, nearLow] = [h, -h, h / 2, -h / 2].map(lossAt) as [number, number, number, number];
  const value = (nearHigh - nearLow) / h;
  const truncation = Math.abs(value - (high - low) / (2 * h));
  const kink = Math.abs(high - 2 * middle + low) / h;
  const size = Math.abs(high) + Math.abs(low) + Math.abs(middle);
  const rounding = (32 * Number.EPSILON * size + 2 * grainOf([high, low, nearHigh, nearLow, middle])) / h;
  return { value, error: truncation + kink + rounding };
}

/**
 * Returns the largest power of two that all values are multiples of: what they are rounded to. It
 * is coarse for a loss in float32, or for the small rest of large numbers.
 */
function grainOf(values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs));
  if (!(largest > 0 && largest < Infinity)) return 0;
  let grain = 1;
  while (grain <= largest) grain *= 2;
  while (values.some((value) => value % grain !== 0)) grain /= 2;
  return grain;
}

/** Two routes to one number. */
export interface Comparison {
  /** Number that the objective gives. */
  readonly got: number;
  /** Number that differences give. */
  readonly expected: number;
  /** Bound on the error of that. */
  readonly within: number;
  readonly agrees: boolean;
}

/**
 * Compares g·v with {@link slopeAlong}.
 *
 * If the two differ by more than twice the error of the difference, it takes a second difference
 * with steps 16 times as long. They disagree if this one differs as well, and the two differences
 * are nearer to each other than to g·v: rounding that the first has not seen, as of a loss in
 * float32, would be 16 times smaller in the second. A slope that is not finite counts as agreeing.
 */
export function compareSlopes(
  loss: (theta: Float64Array) => number,
  theta: Float64Array,
  g: Float64Array,
  v: Float64Array,
  middle: number,
): Comparison {
  const got = dot(g, v);
  const compare = (scale: number): Comparison => {
    const { value, error } = slopeAlong(loss, theta, v, middle, scale);
    return { got, expected: value, within: 2 * error, agrees: !(Math.abs(got - value) > 2 * error) };
  };
  const first = compare(1);
  if (first.agrees) return first;
  const second = compare(16);
  const isNoise = 2 * Math.abs(first.expected - second.expected) > Math.abs(got - second.expected);
  return second.agrees ? second : { ...first, agrees: isNoise };
}

/** out ← θ + h·v */
function move(theta: Float64Array, h: number, v: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i++) out[i] = theta[i]! + h * v[i]!;
  return out;
}
