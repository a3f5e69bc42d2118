import { filter, type OperatorFunction } from 'rxjs';
import { addColumns, type Flat, isStream, Stream } from '../../stream.ts';

/** Row in which the columns K are not null. */
export type MeasuredRow<R, K extends keyof R> = Flat<Omit<R, K> & { [C in K]: NonNullable<R[C]> }>;

/**
 * Keeps the rows in which the columns are not null. They are not nullable below it, in the type of
 * the row and in a table.
 *
 *     --{ sharpness: 2 }--{ sharpness: null }--{ sharpness: 3 }--|
 *       whereMeasured('sharpness')
 *     --{ sharpness: 2 }-----------------------{ sharpness: 3 }--|
 *
 * - reads: the columns
 *
 * @param columns At least one; with several, rows that have all of them.
 * @throws {TypeError} if none is named; when the chain is assembled, if one is not there.
 * @example
 * gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.02 })
 *   .pipe(take(101), hessian({ every: 20 }), whereMeasured('sharpness'), ema('sharpness'))
 *   .subscribe(({ step, sharpnessEma }) => console.log(step, sharpnessEma));
 */
export function whereMeasured<R extends object, K extends keyof R & string>(
  ...columns: readonly K[]
): OperatorFunction<R, MeasuredRow<R, K>> {
  if (!columns.length) throw new TypeError('whereMeasured: expected the name of a column, got none');
  return (source) => {
    const shape = addColumns(source, {}, [{ operator: 'whereMeasured', reads: columns }]);
    const rows = source.pipe(
      filter((row): row is R & MeasuredRow<R, K> => {
        for (const name of columns) if (row[name] === null) return false;
        return true;
      }),
    );
    const narrowed = Object.entries(shape.columns).map(
      ([name, column]) => [name, columns.includes(name as K) ? { ...column, nullable: false } : column] as const,
    );
    const fresh = isStream(source) && source.shape.fresh;
    return new Stream<MeasuredRow<R, K>>({ ...shape, columns: Object.fromEntries(narrowed), fresh }, (subscriber) =>
      rows.subscribe(subscriber),
    );
  };
}
