/** Branches of `tee`: one type a branch. */
import { auditTime, first, ignoreElements, last, map, type Observable, take, tap } from 'rxjs';
import {
  conservation,
  type Descent,
  ema,
  every,
  gradientDescent,
  powerLaw,
  type Step,
  type Stream,
  sweep,
  tee,
  toArrow,
} from '../../../src/index.ts';

declare const descent: Descent;
const run = gradientDescent(descent);
const numbers = (..._: number[]) => {};

run.pipe(tee((rows) => rows.pipe(last()))).subscribe(({ step, loss }) => numbers(step, loss));
run.pipe(tee((rows) => rows.pipe(first()))).subscribe(({ step }) => numbers(step));
run
  .pipe(
    take(9),
    tee(
      (rows) => rows.pipe(toArrow('steps.arrow')),
      (rows) =>
        rows.pipe(
          auditTime(100),
          tap(({ loss }) => numbers(loss)),
          ignoreElements(),
        ),
      (rows) => rows.pipe(conservation(), every(10), last()),
    ),
  )
  .subscribe((row) => numbers(row.step, 'drift' in row ? row.drift[0]! : 0));
const labelled: Stream<Step | string> = run.pipe(
  tee(
    (rows) => rows,
    (rows) => rows.pipe(map(({ step }) => `step ${step}`)),
  ),
);
labelled.subscribe((row) => numbers(typeof row === 'string' ? row.length : row.step));
sweep({ learningRate: [0.1] }, () =>
  run.pipe(
    tee(
      (rows) => rows.pipe(conservation(), ema('loss'), last()),
      (rows) => rows.pipe(conservation(), ema('loss'), first()),
    ),
  ),
)
  .pipe(powerLaw('learningRate', 'drift'))
  .subscribe(({ exponent }) => numbers(exponent));
const same = (rows: Stream<Step>) => rows;
run.pipe(tee(same, same, same, same, same, same)).subscribe(({ step }) => numbers(step));
run.pipe(tee(same, same, same, same, same, same, same)).subscribe(({ step }) => numbers(step));
// @ts-expect-error a branch reads a column that is not there
run.pipe(tee((rows) => rows.pipe(map(({ los }) => los))));
// @ts-expect-error a branch measures no such column
run.pipe(tee((rows) => rows.pipe(conservation()))).subscribe(({ drfit }) => drfit);
// @ts-expect-error a branch returns an Observable
run.pipe(tee(() => 5));

const split = <R extends Step>(rows: Observable<R>) =>
  rows.pipe(
    tee(
      (all) => all.pipe(conservation(), last()),
      (all) => all.pipe(conservation(), every(10)),
    ),
  );
run.pipe(split).subscribe(({ drift, step }) => numbers(drift[0]!, step));
