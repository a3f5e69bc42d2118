import { filter, type Observable } from 'rxjs';
import { formatValue } from '../../format-value.ts';
import { requireCounts } from '../../math/require-number.ts';
import { passThrough } from '../../stream.ts';

/**
 * Keeps the rows whose step is divisible by n: 0, n, 2n, …, or those of a list of steps.
 *
 *     --0--1--2--3--4--|
 *       every(2)
 *     --0-----2-----4--|
 *       every([0, 1, 4])
 *     --0--1--------4--|
 *
 * - reads: `step`
 *
 * @param steps n, or steps in any order, as `logSteps` gives them.
 * @throws {RangeError} if n is not a positive integer, or the list is empty or holds what is no
 *   step.
 * @example run.pipe(conservation(), every(10), sharpness())
 */
export function every(steps: number | readonly number[]) {
  const isWanted = stepsAt('every', 'n', steps);
  return <R extends { readonly step: number }>(source: Observable<R>) =>
    passThrough<R>(
      filter(({ step }) => isWanted(step)),
      { operator: 'every', reads: ['step'] },
    )(source);
}

/**
 * Makes a test for the steps that are wanted: those divisible by a number, or those of a list.
 *
 * @param name Name of the option in messages.
 * @throws {RangeError} if the number is not a positive integer, or the list is empty or holds what
 *   is no step.
 */
export function stepsAt(who: string, name: string, steps: number | readonly number[]): (step: number) => boolean {
  if (typeof steps === 'number') {
    requireCounts(who, { [name]: steps });
    return (step) => step % steps === 0;
  }
  if (!Array.isArray(steps) || !steps.length || !steps.every((step) => Number.isInteger(step) && step >= 0)) {
    throw new RangeError(`${who}: ${name} must be a positive integer or a list of steps, got ${formatValue(steps)}`);
  }
  const wanted = new Set<number>(steps);
  return (step) => wanted.has(step);
}
