/** Columns named by arguments: `ema`, `powerLaw`, `summarize`. */
import { last, map, type Observable, pipe, take } from 'rxjs';
import { z } from 'zod';
import {
  accuracy,
  conservation,
  type Descent,
  ema,
  every,
  float64,
  fold,
  gradientDescent,
  hessian,
  powerLaw,
  type Step,
  type Stream,
  summarize,
  sweep,
} from '../../../src/index.ts';

declare const descent: Descent;
const run = gradientDescent(descent);
const swept = sweep({ learningRate: [0.1, 0.2], activation: ['relu', 'tanh'], seed: [1] }, ({ learningRate }) =>
  gradientDescent({ ...descent, learningRate }).pipe(take(9), conservation(), hessian({ every: 3 }), last()),
);
const numbers = (..._: number[]) => {};

run
  .pipe(conservation(), ema('loss'), every(3), ema('lossEma', { beta: 0.5 }), take(3))
  .subscribe(({ lossEma, lossEmaEma, drift, step }) => numbers(lossEma, lossEmaEma, drift[0]!, step));
// @ts-expect-error misspelt
run.pipe(ema('los'));
// @ts-expect-error a list
run.pipe(ema('weightNormSq'));
// @ts-expect-error null on the rows in between
run.pipe(hessian({ every: 3 }), ema('sharpness'));
// @ts-expect-error added below
run.pipe(ema('drift'), conservation());
// @ts-expect-error misspelt, in the midst of a chain
run.pipe(conservation(), ema('los'), accuracy(), take(3));
// @ts-expect-error a misspelt option
run.pipe(ema('loss', { betta: 0.5 }));

// outside a pipe
const smooth = ema('loss', { beta: 0.9 });
run.pipe(smooth, take(3)).subscribe(({ lossEma, step }) => numbers(lossEma, step));
const steps = run.pipe(map(({ step }) => ({ step })));
// @ts-expect-error the rows have no such column
steps.pipe(smooth);
const both = pipe(conservation(), every(10), ema('step'));
run.pipe(both).subscribe(({ stepEma, loss }) => numbers(stepEma, loss));
const generic = <R extends Step>(rows: Observable<R>) => rows.pipe(conservation(), ema('loss'), ema('lossEma'));
run.pipe(generic).subscribe(({ lossEmaEma, step }) => numbers(lossEmaEma, step));
// @ts-expect-error misspelt
<R extends Step>(rows: Observable<R>) => rows.pipe(ema('los'));

swept
  .pipe(powerLaw('learningRate', 'drift'))
  .subscribe(({ exponent, localExponents }) => numbers(exponent, ...localExponents));
swept.pipe(summarize('step', 'loss', { by: ['activation'] })).subscribe(({ pointsMean }) => numbers(...pointsMean));
swept.pipe(powerLaw('learningRate', 'sharpness')).subscribe(({ r2 }) => numbers(r2));
const fit = powerLaw('learningRate', 'drift', { floor: 0 });
swept.pipe(fit).subscribe(({ exponent }) => numbers(exponent));
// @ts-expect-error misspelt
swept.pipe(powerLaw('learningRate', 'drfit'));
// @ts-expect-error misspelt
swept.pipe(powerLaw('learningRat', 'drift'));
// @ts-expect-error a list on the abscissa
swept.pipe(powerLaw('drift', 'loss'));
// @ts-expect-error texts
swept.pipe(powerLaw('learningRate', 'activation'));
// @ts-expect-error the runs have no such column
run.pipe(fit);

const range = fold(
  'range',
  { options: z.strictObject({ margin: z.number().default(0) }), columns: { least: float64('least y') } },
  ({ margin }) =>
    (runs) => ({ least: Math.min(...runs.map(({ y }) => y)) - margin }),
);
swept.pipe(range('learningRate', 'loss', { margin: 1 })).subscribe(({ least, where }) => numbers(least, where.length));
// @ts-expect-error misspelt
swept.pipe(range('learningRate', 'los'));
// @ts-expect-error a misspelt option
swept.pipe(range('learningRate', 'loss', { margn: 1 }));

// rows of which only the names are unknown
declare const rows: Stream<Record<string, unknown>>;
rows.pipe(powerLaw('learningRate', 'drift')).subscribe(({ exponent }) => numbers(exponent));
