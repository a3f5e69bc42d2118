import { filter, type Observable } from 'rxjs';
import { requireCounts } from '../../math/require-number.ts';
import { passThrough } from '../../stream.ts';

/**
 * Keeps the rows whose step is divisible by n: 0, n, 2n, …
 *
 *     --0--1--2--3--4--|
 *       every(2)
 *     --0-----2-----4--|
 *
 * - reads: `step`
 *
 * @throws {RangeError} if n is not a positive integer.
 * @example run.pipe(conservation(), every(10), sharpness())
 */
export function every(n: number) {
  requireCounts('every', { n });
  return <R extends { readonly step: number }>(source: Observable<R>) =>
    passThrough<R>(
      filter(({ step }) => step % n === 0),
      { operator: 'every', reads: ['step'] },
    )(source);
}
