import { concatMap, from, map } from 'rxjs';
import { type Columns, int32 } from '../../columns.ts';
import { type Flat, Stream } from '../../stream.ts';
import { type Axes, axisColumns, cells, type Point, pointsOf } from './grid.ts';

export const columns = { run: int32('point of the grid, counted from 0, the last axis fastest') };

/** A run's rows behind its number and the axes that the run has no column for itself. */
export type Swept<A extends Axes, R> = Flat<{ run: number } & Omit<Point<A>, keyof R> & R>;

/**
 * Runs a pipeline at each point of a grid, one after the other.
 *
 *     sweep({ learningRate: [0.1, 0.2], seed: [1] }, run)
 *     --{ run: 0, seed: 1, … }--{ run: 0, seed: 1, … }--{ run: 1, seed: 1, … }--|
 *
 * - adds: `run`, and the axes; an axis with the name of a column of the run stands as that column
 *
 * @param run Assembled once per point when it is that point's turn, and once at the start for its columns alone.
 * @throws {RangeError} if the grid is empty. @throws {TypeError} if an axis, or a column of the run, is called `run`.
 * @example
 * sweep({ learningRate: logspace(1e-3, 1e-1, 12), seed: [1, 2, 3] }, ({ learningRate, seed }) =>
 *   gradientDescent({ objective: at(seed), theta0: at(seed).start(), learningRate }).pipe(take(100), last()),
 * ).pipe(powerLaw('learningRate', 'loss'));
 */
export function sweep<const A extends Axes, R extends object>(axes: A, run: (point: Point<A>) => Stream<R>) {
  const points = pointsOf(axes);
  if ('run' in axes) throw new TypeError('sweep: run is the number of the run; name the axis otherwise');
  // cold: costs nothing until subscribed, so assemble one to read its columns
  const { columns: inner, capabilities } = run(points[0]!).shape;
  if ('run' in inner)
    throw new TypeError('sweep: the runs already have the column run; sweep one grid with all the axes');
  const own: Columns = Object.fromEntries(Object.entries(axisColumns(axes)).filter(([name]) => !(name in inner)));
  const shape = { columns: { ...columns, ...own, ...inner }, capabilities, fresh: true };
  return new Stream<Swept<A, R>>(shape, (subscriber) =>
    from(points)
      .pipe(
        concatMap((point, index) => {
          const head = cells(Object.fromEntries(Object.entries(point).filter(([name]) => name in own)), own);
          return run(point).pipe(map((row) => Object.assign({ run: index }, head, row) as unknown as Swept<A, R>));
        }),
      )
      .subscribe(subscriber),
  );
}
