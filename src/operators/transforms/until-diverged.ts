import { type Observable, takeWhile } from 'rxjs';
import { passThrough } from '../../stream.ts';

/** Columns that tell a diverged row; a row may lack any of them. A list has one entry per layer. */
interface RunSize {
  readonly loss?: unknown;
  readonly weightNormSq?: unknown;
  readonly gradientNormSq?: unknown;
}

/**
 * Tells whether a run has diverged at a row: its loss, or an entry of `weightNormSq` or
 * `gradientNormSq`, is not finite. Weights can overflow while the loss stays finite, as behind a
 * tanh; no drift is known from there on.
 *
 * @example hasDiverged({ loss: 1, weightNormSq: Float64Array.of(Infinity) }); // true
 */
export const hasDiverged = ({ loss, weightNormSq, gradientNormSq }: RunSize): boolean =>
  !allFinite(loss) || !allFinite(weightNormSq) || !allFinite(gradientNormSq);

/** Tells whether a number, or every number of a list, is finite; true if there is none. */
function allFinite(cell: unknown): boolean {
  if (typeof cell === 'number') return Number.isFinite(cell);
  if (cell instanceof Float64Array) {
    // by index: every row of every run passes here, and an iterator would be made for each
    for (let i = 0; i < cell.length; i++) if (!Number.isFinite(cell[i])) return false;
    return true;
  }
  if (typeof cell !== 'object' || cell === null || !(Symbol.iterator in cell)) return true;
  // a row read back from Arrow holds a Vector, which iterates as an array does
  for (const value of cell as Iterable<number>) if (!Number.isFinite(value)) return false;
  return true;
}

/**
 * Ends the run at its first row that has diverged (`hasDiverged`) and keeps that row, because
 * a diverged run is a result.
 *
 *     --2--9--∞--NaN--|
 *       untilDiverged()
 *     --2--9--(∞|)
 *
 * - reads: `loss`; `weightNormSq` and `gradientNormSq` if the rows have them
 *
 * @example run.pipe(take(1_000), untilDiverged(), last())
 */
export const untilDiverged =
  () =>
  <R extends { readonly loss: number }>(source: Observable<R>) =>
    passThrough<R>(
      takeWhile((row) => !hasDiverged(row), true),
      { operator: 'untilDiverged', reads: ['loss'] },
    )(source);
