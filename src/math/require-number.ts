import { printed } from './printed.ts';

type Numbers = Readonly<Record<string, number | undefined>>;

/**
 * @throws {RangeError} that names `who` and the first of `options` that is defined and not in
 *   [0, below).
 */
export function requireWithin(who: string, options: Numbers, below = Infinity): void {
  const must = below === Infinity ? 'be finite and not negative' : `lie in [0, ${below})`;
  require(who, options, must, (value) => value >= 0 && value < below);
}

/**
 * @throws {RangeError} that names `who` and the first of `options` that is defined and not positive
 *   and finite.
 */
export function requirePositive(who: string, options: Numbers): void {
  require(who, options, 'be positive and finite', (value) => value > 0 && value < Infinity);
}

/**
 * @throws {RangeError} that names `who` and the first of `options` that is defined and not in
 *   (0, 1).
 */
export function requireFraction(who: string, options: Numbers): void {
  require(who, options, 'lie in (0, 1)', (value) => value > 0 && value < 1);
}

/**
 * @throws {RangeError} that names `who` and the first of `counts` that is not an integer of at
 *   least `least`.
 */
export function requireCounts(who: string, counts: Readonly<Record<string, number>>, least = 1): void {
  const must = least === 1 ? 'be a positive integer' : `be an integer of at least ${least}`;
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= least) continue;
    throw new RangeError(`${who}: ${name} must ${must}, got ${printed(count)}`);
  }
}

function require(who: string, options: Numbers, must: string, holds: (value: number) => boolean): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (typeof value === 'number' && holds(value))) continue;
    throw new RangeError(`${who}: ${name} must ${must}, got ${printed(value)}`);
  }
}
