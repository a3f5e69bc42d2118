import type { Observable } from 'rxjs';

/**
 * Names of the columns of a row R. R is known to a function that is called inside a `pipe`; outside
 * one it is `unknown`, and any name will do.
 */
export type ColumnName<R> = unknown extends R ? string : keyof R & string;

/**
 * Condition on an argument, `column: X & NumberColumn<R, X>`: it names a column of R with a number
 * on every row. Else the error of the compiler says `NotANumberOnEveryRow`.
 */
export type NumberColumn<R, X extends string> = Holds<R, X, number, NotANumberOnEveryRow>;
/** Condition on an argument: it names a column of numbers or lists of doubles; some may be null. */
export type NumericColumn<R, X extends string> = Holds<R, X, number | Float64Array | null, NotNumeric>;

/** Source of an operator that is told the row R by the `pipe` it stands in, and takes rows Q. */
export type Rows<Q, R> = Observable<Q> & Observable<R>;
/** Condition on rows: S outside a `pipe`. Inside one the names have been checked against R. */
export type Reading<R, S> = unknown extends R ? S : unknown;

declare const not: unique symbol;
interface NotANumberOnEveryRow {
  readonly [not]: 'a list, a text or null';
}
interface NotNumeric {
  readonly [not]: 'a text, a boolean or the state';
}

// a misspelt X is inferred as all names, and the error then lists those that are right
type Holds<R, X extends string, W, Not> =
  | { [K in X]: keyof Marked<Cell<R, K>, W, K> }[X]
  | ([keyof R] extends [X] ? never : Not);
// under `keyof`, the compiler checks a generic row by its constraint; the keys of a union are those
// that all of its members have, so that `number | null` does not pass for a number
type Marked<V, W, K extends string> = V extends W ? { [N in K]: 1 } : unknown extends V ? { [N in K]: 1 } : object;
type Cell<R, K extends string> = (R & { readonly [N in K]: unknown })[K];
