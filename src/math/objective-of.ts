import { type Block, requirePairs, tensorsFrom } from './blocks.ts';
import { compareSlopes, differenceProduct } from './differences.ts';
import { norm } from './linalg/vector.ts';
import type { Evaluation, LawPair, Objective } from './objective.ts';
import { nativeRandom } from './random/native.ts';
import { requireOptions } from './require-options.ts';
import { fillSums } from './sums.ts';

/** Result of a function that writes into `out`: nothing, `out` itself, or an array of its own. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without return
type Written = Float64Array | void;

/** Functions that {@link objectiveOf} makes an objective of. They must not write to θ. */
export interface Functions {
  /** Start of a run; its length is the number of parameters d. */
  readonly theta0: Float64Array; // [d]
  /** Returns L(θ). */
  readonly loss: (theta: Float64Array) => number;
  /** Writes every entry of ∇L(θ) into `out` [d], or returns it in an array of its own. */
  readonly gradient: (theta: Float64Array, out: Float64Array) => Written;
  /** Writes ∇²L(θ)·v into `out` [d], or returns it. Default: differences of gradients. */
  readonly hvp?: (theta: Float64Array, v: Float64Array, out: Float64Array) => Written;
  /**
   * Blocks of θ, one behind the other: `[{ rows: 8, cols: 4 }, { rows: 2, cols: 8 }]`. Default: one
   * block of all parameters.
   */
  readonly tensors?: readonly Block[];
  /**
   * Pairs of blocks that have conservation laws, as places in `tensors`: `[{ layer: 1, below: 0,
   * above: 1 }]`. Default none. `layerPairs` lists those of a perceptron.
   */
  readonly pairs?: readonly LawPair[];
  /** Name in messages and metadata. */
  readonly name?: string;
  /** False: the gradient is not compared with the loss. Default true. */
  readonly check?: boolean;
}

/** Objective that knows where a run starts. */
export interface StartedObjective extends Objective {
  /** Returns a fresh copy of θ₀. */
  start(): Float64Array; // [d]
}

/**
 * Makes an objective of a loss and its gradient, for every source and measure.
 *
 * The first evaluation compares the gradient with a central difference of the loss along g/‖g‖ + r,
 * r a random direction, once for each objective: a wrong sign or factor ends the run with an error.
 * Kinks and rounding are no alarm, because the difference states its own error. `checkObjective`
 * compares more.
 *
 * Without `hvp`, products are central differences of gradients, (∇L(θ + hv) − ∇L(θ − hv))/2h with
 * ‖hv‖ = ε^(1/3)·max(1, ‖θ‖). `facts.differences` lists them, and the columns measured with them
 * say so.
 *
 * - cost:  a loss and a gradient an evaluation; two gradients a product by differences; four losses
 *   for the comparison, 16 if they do not agree
 * - error: of products by differences, some 1e-10 relative to the scale on which L changes by
 *   itself: h²/6 of the third derivative of ∇L along v, and ε‖∇L‖/h of rounding
 *
 * @throws {TypeError} if an option is unknown or of another type. @throws {RangeError} if `tensors`
 *   do not cover the parameters, or a pair does not fit together; from the first evaluation, if the
 *   gradient does not match the loss, or leaves an entry of `out` alone.
 * @example
 * const valley = objectiveOf({
 *   theta0: Float64Array.of(-1, 1),
 *   loss: ([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2,
 *   gradient: ([x, y]) =>
 *     Float64Array.of(2 * (x! - 1) - 400 * x! * (y! - x! ** 2), 200 * (y! - x! ** 2)),
 * });
 * gradientDescent({ objective: valley, theta0: valley.start(), learningRate: 1e-3 })
 *   .pipe(take(100), sharpness());
 */
export function objectiveOf(functions: Functions): StartedObjective {
  const known = [
    'theta0',
    'loss',
    'gradient',
    'hvp',
    'tensors',
    'pairs',
    'name',
    'check',
  ] satisfies (keyof Functions)[];
  requireOptions('objectiveOf', functions, known);
  const { loss, gradient, hvp, name, pairs = [], check = true } = functions;
  const who = name === undefined ? 'objectiveOf' : `objectiveOf ${name}`;
  if (!(functions.theta0 instanceof Float64Array)) {
    throw new TypeError(`${who}: theta0 must be a Float64Array, got ${functions.theta0}`);
  }
  for (const [option, value] of Object.entries({ loss, gradient, ...(hvp && { hvp }) })) {
    if (typeof value !== 'function') throw new TypeError(`${who}: ${option} must be a function, got ${value}`);
  }
  const theta0 = functions.theta0.slice(); // [d]
  const dim = theta0.length;
  const tensors = tensorsFrom(who, functions.tensors ?? [{ rows: dim }], dim);
  requirePairs(who, pairs, tensors);

  const lossAt = (theta: Float64Array): number => {
    const value: unknown = loss(theta);
    if (typeof value === 'number') return value;
    throw new TypeError(`${who}: loss must return a number, got ${value}`);
  };
  const into = (option: string, returned: Written, out: Float64Array) => {
    if (!returned || returned === out) return out;
    if (returned.length === dim) return set(out, returned);
    throw new TypeError(`${who}: ${option} must return ${dim} entries, got ${returned.length}`);
  };
  const gradientAt = (theta: Float64Array, out: Float64Array) => into('gradient', gradient(theta, out), out);
  let unchecked = check;

  return {
    dim,
    tensors,
    products: ['hvp'],
    facts: {
      precision: 'float64',
      pairs,
      ...(name === undefined ? {} : { name }),
      ...(hvp ? {} : { differences: ['hvp'] }),
    },
    start: () => theta0.slice(),
    open(): Evaluation {
      const theta = new Float64Array(dim); // point of the last evaluation [d]
      const product = hvp
        ? (at: Float64Array, v: Float64Array, out: Float64Array) => into('hvp', hvp(at, v, out), out)
        : differenceProduct(gradientAt, dim);
      return {
        evaluate(at, out, sums) {
          theta.set(at);
          const value = lossAt(theta);
          if (unchecked) {
            unchecked = false;
            gradientAt(theta, out.fill(NaN));
            requireMatch(who, lossAt, theta, out, value);
          } else gradientAt(theta, out);
          fillSums(tensors, theta, out, sums);
          return value;
        },
        loss(at) {
          theta.set(at);
          return lossAt(theta);
        },
        hvp: (v, out) => product(theta, v, out),
        close() {},
      };
    },
  };
}

function set(out: Float64Array, values: Float64Array): Float64Array {
  out.set(values);
  return out;
}

/** @throws {RangeError} if `g` is not the gradient of the loss at θ along two directions. */
function requireMatch(
  who: string,
  loss: (theta: Float64Array) => number,
  theta: Float64Array,
  g: Float64Array,
  middle: number,
): void {
  if (!Number.isFinite(middle)) return;
  const left = g.findIndex(Number.isNaN);
  if (left >= 0) {
    throw new RangeError(
      `${who}: gradient must fill every entry of out, or return an array, got NaN in entry ${left} at a loss of ${middle}`,
    );
  }
  const length = norm(g);
  const random = nativeRandom(0);
  const compare = () => {
    const r = random.normal(g.length); // [d]
    const size = norm(r);
    const v = g.map((x, i) => (length > 0 ? x / length : 0) + r[i]! / size); // [d]
    return compareSlopes(loss, theta, g, v, middle);
  };
  const first = compare();
  // rounding that looks like a slope does so by chance, and not twice
  if (first.agrees || compare().agrees) return;
  const { got, expected, within } = first;
  throw new RangeError(
    `${who}: the gradient does not match the loss: along a direction its slope is ${got}, differences of the loss give ${expected} ± ${within}; checkObjective compares more, check: false skips this`,
  );
}
