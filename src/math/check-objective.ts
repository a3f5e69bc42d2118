import { requirePairs, tensorsFrom } from './blocks.ts';
import { type Comparison, compareSlopes, differenceProduct } from './differences.ts';
import { dot, norm } from './linalg/vector.ts';
import { emptySums, type Objective } from './objective.ts';
import { nativeRandom } from './random/native.ts';
import { requireOptions } from './require-options.ts';
import { evaluateWithSums, fillSums } from './sums.ts';

/** Options of {@link checkObjective}. */
export interface ObjectiveCheck {
  /** Point to check at. Default: the objective's start. */
  readonly theta?: Float64Array; // [d]
  /** Seed of the directions. Default 0. */
  readonly seed?: number;
}

/** Comparison that an objective has passed. */
export interface CheckedNumber extends Comparison {
  readonly what: string;
}

/** Directions that each derivative is compared along. */
const DIRECTIONS = 3;
/**
 * Relative difference of products and sums of which a missing or doubled term is far beyond. For
 * products it leaves room for differences of gradients, which err by some 1e-10 of a scale that may
 * be larger than Hv; sums err by their rounding alone.
 */
const ROOM = { products: 1e-6, sums: { float64: 1e-12, float32: 1e-5 } };
/** Rounding of a difference of gradients, ε‖∇L‖/h with h = ε^(1/3), and a factor of some ten. */
const ROUNDING = 1e-9;

/**
 * Checks an objective of one's own against its loss, and returns the numbers that were compared.
 *
 * - blocks cover θ, and pairs of them fit together
 * - `loss` gives the loss of `evaluate`
 * - g·v is the slope of the loss, along g and random directions
 * - H·v is the difference of gradients along random directions, and u·Hv = v·Hu
 * - the sums, if they are filled, are the inner products of θ and g
 *
 * - cost:  about 40 losses, 13 gradients and 6 products
 * - error: each comparison has `within`, a bound from differences with two steps. A kink within a
 *   step of θ widens it; a wrong gradient smaller than that passes
 *
 * @throws {RangeError} with the numbers, at the first that do not agree, or if the loss or the
 *   gradient is not finite at θ. @throws {TypeError} if there is no θ, or it has another length.
 * @example checkObjective(L).every(({ agrees }) => agrees); // true
 */
export function checkObjective(L: Objective, options: ObjectiveCheck = {}): CheckedNumber[] {
  const who = 'checkObjective';
  requireOptions(who, options, ['theta', 'seed'] satisfies (keyof ObjectiveCheck)[]);
  const { dim, tensors, facts } = L;
  const theta = (options.theta ?? L.start?.())?.slice();
  if (!theta) throw new TypeError(`${who}: theta must be given, because the objective has no start()`);
  if (theta.length !== dim) throw new TypeError(`${who}: theta must have ${dim} entries, got ${theta.length}`);
  tensorsFrom(who, tensors, dim);
  requirePairs(who, facts.pairs, tensors);

  const random = nativeRandom(options.seed ?? 0);
  const direction = () => unit(random.normal(dim));
  const passed: CheckedNumber[] = [];
  const require = (what: string, { got, expected, within, agrees }: Comparison) => {
    passed.push({ what, got, expected, within, agrees });
    if (!agrees) throw new RangeError(`${who}: ${what}: got ${got}, expected ${expected} ± ${within}`);
  };
  const near = (got: number, expected: number, within: number): Comparison => ({
    ...{ got, expected, within },
    agrees: Math.abs(got - expected) <= within,
  });
  const vector = () => new Float64Array(dim);

  const evaluation = L.open();
  const other = L.open(); // for points off θ: products are taken at the last one that was evaluated
  try {
    const [g, sums, filled] = [vector(), emptySums(tensors), emptySums(tensors)];
    const value = evaluateWithSums(evaluation, tensors)(theta, g, sums);
    const bad = g.findIndex((x) => !Number.isFinite(x));
    if (!Number.isFinite(value) || bad >= 0) {
      const found = bad >= 0 ? `a gradient of ${g[bad]} in entry ${bad}` : `a loss of ${value}`;
      throw new RangeError(`${who}: loss and gradient must be finite at theta, got ${found}; give another theta`);
    }
    const ignored = vector();
    const lossAt = (at: Float64Array) => other.loss?.(at) ?? other.evaluate(at, ignored, emptySums(tensors));
    require('loss(θ) is the loss that evaluate gives', near(lossAt(theta), value, 0));

    fillSums(tensors, theta, g, filled);
    const precision = ROOM.sums[facts.precision];
    for (const [t, { name }] of tensors.entries()) {
      const [ww, gg] = [filled.weightNormSq[t]!, filled.gradientNormSq[t]!];
      require(`weightNormSq of ${name} is ‖θ_b‖²`, near(sums.weightNormSq[t]!, ww, precision * ww));
      require(`gradientNormSq of ${name} is ‖g_b‖²`, near(sums.gradientNormSq[t]!, gg, precision * gg));
      const within = precision * Math.sqrt(ww * gg);
      require(`inner of ${name} is ⟨θ_b, g_b⟩`, near(sums.inner[t]!, filled.inner[t]!, within));
    }

    const slopeOf = (what: string, v: Float64Array) =>
      require(`the gradient does not match the loss: ${what}, g·v is the slope of the loss`, compareSlopes(
        lossAt,
        theta,
        g,
        v,
        value,
      ));
    if (norm(g) > 0) slopeOf('along g', unit(g.slice()));
    for (let i = 0; i < DIRECTIONS; i++) slopeOf('along a random direction', direction());

    if (evaluation.hvp) {
      const gradientAt = (at: Float64Array, out: Float64Array) => void other.evaluate(at, out, emptySums(tensors));
      const [long, short] = [1, 1 / 2].map((scale) => differenceProduct(gradientAt, dim, scale));
      for (let i = 0; i < DIRECTIONS; i++) {
        const [u, v] = [direction(), direction()];
        const [Hu, Hv] = [u, v].map((x) => evaluation.hvp!(x, vector())) as [Float64Array, Float64Array];
        const size = norm(Hu) + norm(Hv);
        require('products are those of a symmetric matrix, u·Hv is v·Hu', near(
          dot(u, Hv),
          dot(v, Hu),
          ROOM.products * size,
        ));
        const [far, close] = [long!(theta, v, vector()), short!(theta, v, vector())];
        const within = 4 * distance(far, close) + ROOM.products * norm(close) + ROUNDING * norm(g);
        require('products do not match the gradient: ‖Hv − (∇L(θ + hv) − ∇L(θ − hv))/2h‖ is 0', near(
          distance(Hv, close),
          0,
          within,
        ));
      }
    }
  } finally {
    evaluation.close();
    other.close();
  }
  return passed;
}

function unit(v: Float64Array): Float64Array {
  const size = norm(v);
  return v.map((x) => x / size);
}

const distance = (a: Float64Array, b: Float64Array) => norm(a.map((x, i) => x - b[i]!));
