import { concatMap, from, map } from 'rxjs';
import { formatValue } from '../../format-value.ts';
import { type Flat, isStream, Stream } from '../../stream.ts';
import { type Axes, type Point, pointsOf, sweepColumns } from './grid.ts';

/** Row of a run behind its number and the axes that the run has no column for. */
export type Swept<A extends Axes, R> = Flat<{ run: number } & Omit<Point<A>, keyof R> & R>;

/**
 * Runs a pipeline at each point of a grid, one after the other.
 *
 *     sweep({ learningRate: [0.1, 0.2], seed: [1] }, run)
 *     --{ run: 0, seed: 1, … }--{ run: 0, seed: 1, … }--{ run: 1, seed: 1, … }--|
 *
 * - adds: `run` and the axes, except `learningRate` if it is a column of the run already
 *
 * @param run Makes the pipeline of a point: at the start for its columns, and at each point's turn.
 * @throws {RangeError} if the grid is empty. @throws {TypeError} if an axis is no list, or `run`
 *   does not return a Stream; if an axis or a column of the run is called `run`, or an axis other
 *   than `learningRate` is a column of the run.
 * @example
 * sweep({ learningRate: logspace(1e-3, 1e-1, 12), seed: [1, 2, 3] }, ({ learningRate, seed }) =>
 *   gradientDescent({ objective: at(seed), theta0: at(seed).start(), learningRate })
 *     .pipe(take(100), last()),
 * ).pipe(powerLaw('learningRate', 'loss'));
 */
export function sweep<const A extends Axes, R extends object>(
  axes: A,
  run: (point: Point<A>) => Stream<R>,
): Stream<Swept<A, R>> {
  const points = pointsOf(axes);
  // a cold stream costs nothing until it is subscribed to, so one is made to read its columns
  const { columns: inner, run: facts } = requireStream(run(points[0]!)).shape;
  const head = sweepColumns('sweep', axes, inner);
  const shape = { columns: head.columns, run: facts, axes: Object.keys(axes), fresh: true };
  return new Stream<Swept<A, R>>(shape, (subscriber) =>
    from(points)
      .pipe(
        concatMap((point, index) => {
          const cells = head.of(index, point);
          return requireStream(run(point)).pipe(map((row) => Object.assign({}, cells, row) as unknown as Swept<A, R>));
        }),
      )
      .subscribe(subscriber),
  );
}

/** Checks what a function without types may return. */
function requireStream<R>(made: Stream<R>): Stream<R> {
  if (isStream(made)) return made;
  throw new TypeError(`sweep: run must return a Stream, as gradientDescent(…).pipe(…) is, got ${formatValue(made)}`);
}
