import { connect, defer, merge, NEVER, type Observable, type ObservedValueOf, Subject, takeUntil, tap } from 'rxjs';
import type { Columns } from '../../columns.ts';
import { isStream, type RowShape, Stream, shapeOf } from '../../stream.ts';

/**
 * Takes the rows as a Stream that knows its columns, and returns an Observable. The bound is loose,
 * because a compiler that expects an `Observable<unknown>` takes the row of `last()` for unknown.
 */
type Branch<R, A extends Subscribable> = (rows: Stream<R>) => A;
interface Subscribable {
  readonly subscribe: unknown;
}

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
 * If the branches end with the same columns, of the same kinds, these are known below; else no
 * column is.
 *
 * - cost: one copy of the row per branch that adds columns
 *
 * @param branches Each takes the rows as a Stream that knows its columns. It is called when the
 *   chain is assembled, for the columns that it ends with, and once more for each subscriber.
 * @throws {RangeError} if there is no branch. What a branch throws, when the chain is assembled.
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
export function tee<R, A extends readonly Subscribable[]>(
  ...branches: { [K in keyof A]: Branch<R, A[K]> } & readonly Branch<R, Subscribable>[]
): (source: Observable<R>) => Stream<ObservedValueOf<A[number]>> {
  type Row = ObservedValueOf<A[number]>;
  if (branches.length === 0) throw new RangeError('tee: needs at least one branch, got none');
  const feed = (rows: Stream<R>) => branches.map((branch) => branch(rows) as Observable<Row>);
  return (source) => {
    const shape: RowShape = { ...shapeOf(source), fresh: false };
    const merged = defer(() => {
      // connect() alone cannot stop a source that emits without end on subscription
      const done = new Subject<void>();
      return source.pipe(
        takeUntil(done),
        connect((shared) => merge(...feed(new Stream<R>(shape, (subscriber) => shared.subscribe(subscriber))))),
        tap({ finalize: () => done.next() }),
      );
    });
    const silent = new Stream<R>(shape, (subscriber) => NEVER.subscribe(subscriber));
    return new Stream<Row>(commonShape(feed(silent)), (subscriber) => merged.subscribe(subscriber));
  };
}

/** Returns the shape that all rows have; one without known columns if they differ. */
function commonShape(sources: readonly Observable<unknown>[]): RowShape {
  const unknown: RowShape = { columns: {}, known: false, base: null };
  const shapes = sources.map((source) => (isStream(source) ? source.shape : unknown));
  const [first, ...others] = shapes as [RowShape, ...RowShape[]];
  const agree = others.every(
    ({ columns, known, base }) => known === first.known && base === first.base && haveSameKinds(columns, first.columns),
  );
  if (!agree) return unknown;
  const columns = Object.keys(first.columns).map((name) => {
    const same = shapes.map(({ columns }) => columns[name]!);
    return [name, same.find(({ nullable }) => nullable) ?? same[0]];
  });
  return {
    ...first,
    columns: Object.fromEntries(columns),
    run: others.every(({ run }) => run === first.run) ? (first.run ?? null) : null,
    pending: shapes.flatMap(({ pending = [] }) => pending),
    fresh: shapes.every(({ fresh }) => fresh),
  };
}

const haveSameKinds = (some: Columns, others: Columns): boolean =>
  Object.keys(some).length === Object.keys(others).length &&
  Object.entries(some).every(([name, { arrow }]) => others[name]?.arrow === arrow);
