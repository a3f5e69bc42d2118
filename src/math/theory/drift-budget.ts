/**
 * Effect of a step with learning rate η on the laws, C ← C + 2η·first + η²·second, of an update
 * linear in η.
 */
export interface StepForms {
  readonly drift: Float64Array; //  C − C(0)  [laws]
  readonly first: Float64Array; //  B(θ, d), d the update at η = 1  [laws]
  readonly second: Float64Array; // B(d, d)   [laws]
}

/** Bound of the rounding: `fixed` + η²·`growing`. */
export interface Rounding {
  readonly fixed: number;
  readonly growing: number;
}

/**
 * Finds the largest η in [0, cap] after which every law has |C − C(0)| ≤ budget, rounding included;
 * 0 if there is none.
 *
 * The condition for each law and each sign ± is ±(drift + 2η·first + η²·second) + η²·growing ≤
 * budget − fixed. So the allowed η end at a root of one of these quadratics, or at the cap. They
 * need not be one interval; the largest counts wherever it lies, because only the parameters before
 * and after a step matter. For gradient descent first = −A_l, zero on a homogeneous network, and
 * second = δ_l.
 */
export function largestRate(
  cap: number,
  budget: number,
  { drift, first, second }: StepForms,
  rounding: Rounding,
): number {
  const bounds: { a: number; b: number; c: number }[] = []; // aη² + 2bη + c ≤ 0
  for (let l = 0; l < drift.length; l++) {
    for (const sign of [1, -1]) {
      const a = sign * second[l]! + rounding.growing;
      bounds.push({ a, b: sign * first[l]!, c: sign * drift[l]! + rounding.fixed - budget });
    }
  }
  const isWithin = (eta: number) =>
    bounds.every(({ a, b, c }) => {
      const terms = Math.abs(a) * eta * eta + 2 * Math.abs(b) * eta + Math.abs(c);
      return (a * eta + 2 * b) * eta + c <= 4 * Number.EPSILON * terms;
    });
  const ends = bounds.flatMap(roots).filter((eta) => eta > 0 && eta < cap);
  return [cap, ...ends.sort((x, y) => y - x)].find(isWithin) ?? 0;
}

/** Computes the real roots of aη² + 2bη + c, without cancellation. */
function roots({ a, b, c }: { readonly a: number; readonly b: number; readonly c: number }): number[] {
  const discriminant = b * b - a * c;
  if (!(discriminant >= 0)) return [];
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant));
  return [q / a, c / q];
}
