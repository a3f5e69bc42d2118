/** Doubles in an array of 2 GiB. */
export const mostNumbers = 2 ** 28;

/**
 * @throws {RangeError} that names `who`, if inputs and targets of n samples are more numbers than
 * one array holds.
 */
export function requireRoom(who: string, n: number, inputs: number, targets: number): void {
  const numbers = n * Math.max(inputs, targets);
  if (numbers <= mostNumbers) return;
  const what = inputs >= targets ? 'inputs' : 'targets';
  throw new RangeError(
    `${who}: expected at most ${mostNumbers} numbers, got ${n} samples of ${Math.max(inputs, targets)} ${what}`,
  );
}
