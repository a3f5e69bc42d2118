/** Writes a number to `n` digits, as short as it can be written; `–` for one that is not finite. */
export function digits(value: unknown, n = 5): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const rounded = Number(value.toPrecision(n));
  const plain = rounded === 0 || (Math.abs(rounded) >= 1e-3 && Math.abs(rounded) < 1e6);
  return plain ? String(rounded) : rounded.toExponential();
}

/** Writes a count with its noun: `1 seed`, `3 seeds`. */
export const many = (count: unknown, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
