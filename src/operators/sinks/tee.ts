import { connect, defer, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import { isStream, type RowShape, Stream } from '../../stream.ts';

/**
 * Feeds one run to several branches and merges their rows.
 *
 *     --1---------2---------3---------|
 *       tee((rows) => rows.pipe(take(2)), (rows) => rows.pipe(map(double)))
 *     --(1 2)-----(2 4)-----6---------|
 *
 * The source is subscribed once, after every branch is listening. Each row goes through the
 * branches in their order. A branch that completes leaves the others running; when all have
 * completed the source is stopped. An error of one branch, or of the source, ends them all.
 *
 * Branches share rows, so an operator in one sets its columns on a copy that the others do not see.
 *
 * - cost: one copy of the row per branch that adds columns
 *
 * @param branches Each takes the rows as a Stream that knows its columns.
 * @throws {RangeError} if there is no branch.
 * @example
 * run
 *   .pipe(
 *     tee(
 *       (rows) => rows.pipe(toArrow('steps.arrow')),
 *       (rows) => rows.pipe(auditTime(100), tap(draw)),
 *     ),
 *   )
 *   .subscribe();
 */
export function tee<R, T extends Observable<unknown>[]>(...branches: { [K in keyof T]: (rows: Stream<R>) => T[K] }) {
  if (branches.length === 0) throw new RangeError('tee: needs at least one branch, got none');
  return (source: Observable<R>): Observable<Row<T[number]>> => {
    const shape: RowShape = isStream(source) ? { ...source.shape, fresh: false } : { columns: {}, known: false };
    return defer(() => {
      // connect() alone cannot stop a source that emits without end on subscription
      const done = new Subject<void>();
      return source.pipe(
        takeUntil(done),
        connect((shared) => {
          const rows = new Stream<R>(shape, (subscriber) => shared.subscribe(subscriber));
          return merge(...branches.map((branch) => branch(rows) as Observable<Row<T[number]>>));
        }),
        tap({ finalize: () => done.next() }),
      );
    });
  };
}

type Row<T> = T extends Observable<infer R> ? R : never;
