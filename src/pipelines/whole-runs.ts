import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { passing } from '../stream.ts';

type Row = { readonly step: number; readonly loss: number };

/**
 * Passes rows on as long as they are those of step 0, 1, 2, … to `steps` or to the first non-finite loss: a measure that
 * drops, repeats or cuts rows is an error, and no table with a step missing.
 *
 *     --{ step: 0 }--{ step: 2 }--|
 *       wholeRuns(2)
 *     --{ step: 0 }--#
 *
 * @throws {Error} in the stream, that names the step that should have come and what came.
 */
export const wholeRuns = <R extends Row>(steps: number) => passing<R>(whole(steps));

const rule = 'an operator in a spec hands on every row once; logEvery says which are stored';

const whole =
  <R extends Row>(steps: number): MonoTypeOperatorFunction<R> =>
  (rows) =>
    defer(() => {
      let due = 0;
      let loss = 0;
      const refuse = (got: string): never => {
        throw new Error(`measure: expected the row of step ${due}, got ${got}; ${rule}`);
      };
      return rows.pipe(
        tap({
          next(row) {
            if (row.step !== due) refuse(row.step === undefined ? 'one without a step' : `that of step ${row.step}`);
            due++;
            loss = row.loss; // the row itself is borrowed
          },
          complete() {
            if (due <= steps && Number.isFinite(loss)) refuse('the end');
          },
        }),
      );
    });
