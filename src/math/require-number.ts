type Numbers = Readonly<Record<string, number | undefined>>;

/** @throws {RangeError} that names `who` and the first of `options` that is there and not in [0, below). */
export function requireWithin(who: string, options: Numbers, below = Infinity): void {
  const must = below === Infinity ? 'be finite and not negative' : `lie in [0, ${below})`;
  require(who, options, must, (value) => value >= 0 && value < below);
}

/** @throws {RangeError} that names `who` and the first of `options` that is there and not positive and finite. */
export function requirePositive(who: string, options: Numbers): void {
  require(who, options, 'be positive and finite', (value) => value > 0 && value < Infinity);
}

function require(who: string, options: Numbers, must: string, holds: (value: number) => boolean): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !holds(value)) throw new RangeError(`${who}: ${name} must ${must}, got ${value}`);
  }
}
