/** Bundles of operators: generic in the row, or made by RxJS' `pipe`. */
import { last, type Observable, pipe, take } from 'rxjs';
import {
  accuracy,
  activationSwitching,
  batchSharpness,
  conservation,
  criticalSharpness,
  type Descent,
  denseSpectrum,
  derive,
  edgeOfStability,
  ema,
  every,
  float64,
  gradientDescent,
  gradientNorm,
  hessian,
  measure,
  measureEvery,
  memoryless,
  powerLaw,
  type Step,
  type Stream,
  sharpness,
  spectralDensity,
  sweep,
  trace,
  untilDiverged,
  updateNorm,
  weightNorm,
} from '../../../src/index.ts';

declare const descent: Descent;
const run = gradientDescent(descent);
const numbers = (..._: number[]) => {};

const books = <R extends Step>(rows: Observable<R>) => rows.pipe(conservation(), every(10), sharpness());
run.pipe(books).subscribe(({ step, loss, drift, sharpness }) => numbers(step, loss, drift[0]!, sharpness));
books(run).subscribe(({ step, loss, drift, sharpness }) => numbers(step, loss, drift[0]!, sharpness));
// @ts-expect-error the bundle adds no such column
run.pipe(books).subscribe(({ drfit }) => drfit);

const booksOfStream = <R extends Step>(rows: Stream<R>) => rows.pipe(conservation(), every(10), take(5), last());
booksOfStream(run).subscribe(({ step, drift }) => numbers(step, drift[0]!));

const edge = <R extends Step>(rows: Observable<R>) =>
  rows.pipe(ema('loss', { beta: 0.5 }), accuracy(), untilDiverged(), hessian({ k: 2 }), edgeOfStability(), every(10));
run
  .pipe(edge)
  .subscribe(({ lossEma, accuracy, hessianEigenvalues, regime }) =>
    numbers(lossEma, accuracy, hessianEigenvalues[0]!, regime.length),
  );

const norms = <R extends Step>(rows: Observable<R>) =>
  rows.pipe(gradientNorm(), weightNorm(), updateNorm(), trace({ every: 5 }), spectralDensity(), criticalSharpness());
run
  .pipe(norms)
  .subscribe(({ gradientNorm, weightNorm, hessianTrace }) => numbers(gradientNorm, weightNorm, hessianTrace ?? 0));

const seldom = <R extends Step>(rows: Observable<R>) =>
  rows.pipe(activationSwitching(), batchSharpness({ batch: 3 }), denseSpectrum(), conservation({ laws: ['neuron'] }));
run.pipe(seldom).subscribe(({ step, drift }) => numbers(step, drift[0]!));

const own = <R extends Step>(rows: Observable<R>) =>
  rows.pipe(
    conservation(),
    derive({ first: float64('drift of the first law') }, ({ drift }) => ({ first: drift[0]! })),
    ema('first'),
    measure({ total: float64('sum of it') }, () => ({
      row: ({ firstEma }: { firstEma: number }) => ({ total: firstEma }),
      ...memoryless,
    })),
    measureEvery(1, { often: float64('on every row') }, () => ({
      row: ({ total }: { step: number; total: number }) => ({ often: total }),
      ...memoryless,
    })),
    measureEvery(2, { seldom: float64('on every other row') }, () => ({
      row: ({ often }: { step: number; often: number }) => ({ seldom: often }),
      ...memoryless,
    })),
  );
run.pipe(own).subscribe(({ total, often, seldom }) => numbers(total, often, seldom ?? 0));
// @ts-expect-error null on the rows in between
run.pipe(own).subscribe(({ seldom }) => numbers(seldom));

const fitted = <R extends Step>(make: (learningRate: number) => Stream<R>) =>
  sweep({ learningRate: [0.1, 0.2], seed: [1] }, ({ learningRate }) =>
    make(learningRate).pipe(conservation(), last()),
  ).pipe(powerLaw('learningRate', 'drift'));
fitted((learningRate) => gradientDescent({ ...descent, learningRate })).subscribe(({ exponent }) => numbers(exponent));

const piped = pipe(conservation(), every(10), sharpness());
run.pipe(piped).subscribe(({ loss, drift, sharpness }) => numbers(loss, drift[0]!, sharpness));

// the first operator says what all of them may read
const everything = pipe(
  (rows: Observable<Step>) => rows,
  ema('loss'),
  accuracy(),
  hessian({ every: 3 }),
  edgeOfStability(),
  measureEvery(1, { often: float64('on every row') }, () => ({
    row: ({ lossEma }: { step: number; lossEma: number }) => ({ often: lossEma }),
    ...memoryless,
  })),
  derive({ twice: float64('twice that') }, ({ often }) => ({ twice: 2 * often })),
);
run
  .pipe(everything)
  .subscribe(({ twice, lossEma, accuracy, sharpness }) => numbers(twice, lossEma, accuracy, sharpness ?? 0));
