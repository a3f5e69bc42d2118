import { defer, type MonoTypeOperatorFunction, type Observable, tap } from 'rxjs';
import { hasDiverged } from '../operators/transforms/until-diverged.ts';
import { isStream, passThrough } from '../stream.ts';

type Row = { readonly step: number; readonly loss: number };

/**
 * Passes rows on if they are those of every step to `steps`, or to the first that has diverged. A
 * measure that drops, repeats or cuts rows is thus an error, and no table lacks a step.
 *
 *     --{ step: 0 }--{ step: 2 }--|
 *       requireEveryStep(2)
 *     --{ step: 0 }--#
 *
 * The first row is the run's: step 0, or the step after the snapshot that it goes on from.
 *
 * @throws {Error} in the stream, that names the step that should have come and what came.
 */
export const requireEveryStep =
  <R extends Row>(steps: number) =>
  (source: Observable<R>) => {
    const first = (isStream(source) && source.shape.run?.firstStep) || 0;
    return passThrough<R>(checked(first, steps))(source);
  };

const rule = 'an operator in a spec hands on every row once; logEvery says which are stored';

const checked =
  <R extends Row>(first: number, steps: number): MonoTypeOperatorFunction<R> =>
  (rows) =>
    defer(() => {
      let due = first;
      let diverged = false;
      const refuse = (got: string): never => {
        throw new Error(`measure: expected the row of step ${due}, got ${got}; ${rule}`);
      };
      return rows.pipe(
        tap({
          next(row) {
            if (row.step !== due) refuse(row.step === undefined ? 'one without a step' : `that of step ${row.step}`);
            due++;
            diverged = hasDiverged(row); // the row itself is borrowed
          },
          complete() {
            if (due <= steps && !diverged) refuse('the end');
          },
        }),
      );
    });
