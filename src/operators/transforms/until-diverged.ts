import { type Observable, takeWhile } from 'rxjs';
import { passThrough } from '../../stream.ts';

/**
 * Ends the run at its first non-finite loss and keeps that row, because a diverged run is a result.
 *
 *     --2--9--∞--NaN--|
 *       untilDiverged()
 *     --2--9--(∞|)
 *
 * - reads: `loss`
 *
 * @example run.pipe(take(1_000), untilDiverged(), last())
 */
export const untilDiverged =
  () =>
  <R extends { readonly loss: number }>(source: Observable<R>) =>
    passThrough<R>(
      takeWhile(({ loss }) => Number.isFinite(loss), true),
      { operator: 'untilDiverged', reads: ['loss'] },
    )(source);
