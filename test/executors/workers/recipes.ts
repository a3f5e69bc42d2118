import { existsSync, writeFileSync } from 'node:fs';
import { from, map, Observable, take, tap } from 'rxjs';
import { int32 } from '../../../src/columns.ts';
import { conservation, gaussianMixture, gradientDescent, mlp, objective, Stream } from '../../../src/index.ts';

/** A small network's steps with the ledger. */
export function descent({
  learningRate,
  seed = 1,
  steps = 300,
}: {
  learningRate: number;
  seed?: number;
  steps?: number;
}) {
  const L = objective({
    model: mlp({ hidden: [6] }),
    loss: 'mse',
    data: gaussianMixture({ n: 20, d: 3, classes: 2, separation: 1 }),
    seed,
  });
  return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(steps), conservation());
}

const counted = (rows: Observable<number>) =>
  new Stream<{ step: number }>({ columns: { step: int32('counted') } }, (s) =>
    rows.pipe(map((step) => ({ step }))).subscribe(s),
  );

/** Rows 0, 1, 2, … without end, as fast as they are taken; `file` tells how many were made. */
export const endless = ({ seen }: { seen: Int32Array }) =>
  counted(
    new Observable<number>((subscriber) => {
      for (let step = 0; !subscriber.closed; step++) {
        Atomics.store(seen, 0, step);
        subscriber.next(step);
      }
    }),
  );

/** Fails at row 2500, the first time (while `mark` is not there) or always. */
export const failing = ({ mark, always = false }: { mark: string; always?: boolean }) =>
  counted(
    from(Array.from({ length: 5000 }, (_, i) => i)).pipe(
      tap((step) => {
        if (step !== 2500 || (existsSync(mark) && !always)) return;
        writeFileSync(mark, '');
        throw new RangeError('row 2500 is not to be had');
      }),
    ),
  );

/** Ends its thread at row 2500, the first time. */
export const dying = ({ mark }: { mark: string }) =>
  counted(
    from(Array.from({ length: 5000 }, (_, i) => i)).pipe(
      tap((step) => {
        if (step !== 2500 || existsSync(mark)) return;
        writeFileSync(mark, '');
        process.exit(3);
      }),
    ),
  );

export const stuck = () =>
  counted(
    new Observable<number>((subscriber) => {
      subscriber.next(0);
      for (;;);
    }),
  );

/** Throws what is no error, at the second row. */
export const throwing = ({ thrown }: { thrown: unknown }) =>
  counted(
    from([0, 1]).pipe(
      tap((step) => {
        if (step) throw thrown;
      }),
    ),
  );

export const noStream = () => 42;
