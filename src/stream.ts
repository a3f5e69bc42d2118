import {
  type MonoTypeOperatorFunction,
  Observable,
  type OperatorFunction,
  type Subscriber,
  type TeardownLogic,
} from 'rxjs';
import { type Columns, checkColumns } from './columns.ts';
import { type Need, requireNeeds } from './requirements.ts';
import { describeRun, type RunFacts } from './state.ts';

/** Type that merges an intersection, so that an editor shows `{ step: number; loss: number }`. */
export type Flat<T> = { [K in keyof T]: T[K] } & {};

const brand = Symbol.for('rxdescent.Stream');

/** Condition on the rows above an operator. It lives with its operator. */
export interface Requirement {
  /** Name in messages. */
  readonly operator: string;
  /** Columns that it reads. */
  readonly reads?: readonly string[] | undefined;
  /** Operator that adds a column, for a message. */
  readonly addedBy?: Readonly<Record<string, string>> | undefined;
  /** Parts of the objective behind the rows' `state` that it needs. Checked as `check` is. */
  readonly needs?: readonly Need[] | undefined;
  /**
   * Throws if the run behind the rows' `state` does not suit the operator. Called when the chain is
   * assembled, and again at the first row of each run, because the runs of a sweep may differ.
   *
   * @param run     null if the rows have no state.
   * @param columns Columns above the operator.
   */
  readonly check?: ((run: RunFacts | null, columns: Columns) => void) | undefined;
  /**
   * True if it needs every row of the run from step 0 on. A run that goes on from a snapshot must
   * then have its memory.
   */
  readonly everyStep?: boolean | undefined;
  /** Options of the operator. A snapshot keeps them with its memory. */
  readonly options?: object | undefined;
}

/** Origin of rows, as plain JSON. A table states it in its metadata. */
export interface Origin {
  /** Axes of the grid, if the rows come from one. */
  readonly axes?: readonly string[];
  readonly [fact: string]: unknown;
}

/** Facts about the rows that are known before the first of them arrives. */
export interface RowShape {
  readonly columns: Columns;
  /**
   * Facts of the run behind the rows' `state`; null if rows have no state. Streams only carry it.
   */
  readonly run?: RunFacts | null;
  /**
   * False below a plain Observable: `columns` are then only those added to rows nobody described.
   */
  readonly known?: boolean;
  /** Plain Observable above; null if the columns cannot be known, as below branches that differ. */
  readonly base?: Observable<unknown> | null;
  /** Axes of the grid, if the rows come from one. */
  readonly axes?: readonly string[];
  /** Origin that the rows were read back with; null: `run` and `axes` tell it. */
  readonly origin?: Origin | null;
  /** Requirements on the rows of the plain Observable; checked once these are known. */
  readonly pending?: readonly Requirement[];
  /**
   * True if each subscriber gets rows of its own; the next operator may then set columns on them.
   */
  readonly fresh?: boolean;
}

const nothing = { columns: {}, run: null, base: null, axes: [], origin: null, pending: [] };

/**
 * Cold Observable of rows that knows its columns before the first row arrives.
 *
 * @example
 * const columns = { step: int32('row of a file') };
 * const rows = new Stream<{ step: number }>({ columns }, (subscriber) => {
 *   subscriber.next({ step: 0 });
 *   subscriber.complete();
 * });
 * rows.pipe(toArrow('steps.arrow')).subscribe();
 */
export class Stream<R> extends Observable<R> {
  readonly [brand] = true;
  readonly shape: Required<RowShape>;

  constructor(shape: RowShape, subscribe: (subscriber: Subscriber<R>) => TeardownLogic) {
    super(subscribe);
    checkColumns(shape.columns);
    this.shape = { ...nothing, known: true, fresh: false, ...shape };
  }

  get columns(): Columns {
    return this.shape.columns;
  }

  override pipe<A>(a: Op<R, A>): Stream<A>;
  override pipe<A, B>(a: Op<R, A>, b: Op<A, B>): Stream<B>;
  override pipe<A, B, C>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>): Stream<C>;
  // not first: if a Stream is handed to RxJS, the compiler infers R by pairing these overloads with
  // those of Observable from the last one up, and pipe() must meet pipe()
  override pipe(): Stream<R>;
  override pipe<A, B, C, D>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>): Stream<D>;
  override pipe<A, B, C, D, E>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>): Stream<E>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>): Stream<F>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>): Stream<G>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>): Stream<H>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>): Stream<I>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I, J>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>, j: Op<I, J>): Stream<J>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I, J, K>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>, j: Op<I, J>, k: Op<J, K>): Stream<K>;
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I, J, K, L>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>, j: Op<I, J>, k: Op<J, K>, l: Op<K, L>): Stream<L>;
  /** Beyond twelve operators the row is `unknown`; call `.pipe(…)` again to keep its type. */
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I, J, K, L>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>, j: Op<I, J>, k: Op<J, K>, l: Op<K, L>, m: Op<L, any>, ...rest: Op<any, any>[]): Stream<unknown>;
  override pipe(...operators: OperatorFunction<any, any>[]): any {
    return operators.reduce<Stream<any>>((source, operator) => rebase(source, operator(source)), this);
  }
}

type Op<A, B> = OperatorFunction<A, B>;

/**
 * Recognises a Stream by its brand, whatever copy of this module made it.
 *
 * @example isStream(run.pipe(take(10))); // true: an operator of RxJS keeps the columns
 */
export const isStream = (source: unknown): source is Stream<unknown> =>
  typeof source === 'object' && source !== null && brand in source;

/** Returns the axes of the grid that rows come from; none for a plain Observable. */
export const axesOf = (source: unknown): readonly string[] => (isStream(source) ? source.shape.axes : []);

/**
 * Returns the columns of a Stream; none for a plain Observable.
 *
 * @example Object.keys(columnsOf(run)); // ['step', 'learningRate', 'loss', …]
 */
export const columnsOf = (source: unknown): Columns => (isStream(source) ? source.shape.columns : {});

/** Returns the origin of rows: as it was read, or the facts of their run and the axes. */
export const originOf = ({ origin, run, axes }: Required<RowShape>): Origin =>
  origin ?? {
    ...(axes.length && { axes }),
    ...(run && (axes.length ? { firstRun: describeRun(run) } : describeRun(run))),
  };

/** Returns the shape of a source; nothing is known of a plain Observable. */
export const shapeOf = (source: Observable<unknown>): Omit<Required<RowShape>, 'fresh'> =>
  isStream(source) ? source.shape : { ...nothing, known: false, base: source };

/**
 * Puts the stream that an operator was applied to back under its result, so that its columns stay
 * known.
 */
function rebase(source: Stream<any>, result: Observable<any>): Stream<any> {
  // an RxJS operator returns a plain Observable; it keeps the columns of its source
  if (!isStream(result)) return new Stream({ ...source.shape, fresh: false }, (s) => result.subscribe(s));
  // below branches that differ there are no columns of this source, either
  if (result.shape.known || result.shape.base === null) return result;
  // the columns were added to these rows themselves
  if (!source.shape.known && result.shape.base === source.shape.base) return result;
  const shape = addColumns(source, result.shape.columns, result.shape.pending);
  return new Stream({ ...shape, fresh: result.shape.fresh }, (s) => result.subscribe(s));
}

/**
 * Returns the shape of `source` with columns added, for an operator that `derive` and `measure`
 * cannot make.
 *
 * @example
 * const twice = { twice: int32('2·step') };
 * const shape = addColumns(run, twice, [{ operator: 'twice', reads: ['step'] }]);
 * @throws {TypeError} if a column is not one, or is there already, or the rows do not meet a
 *   requirement.
 */
export function addColumns(
  source: Observable<unknown>,
  columns: Columns,
  requirements: readonly Requirement[] = [],
): RowShape {
  const { fresh: _, ...shape } = { fresh: false, ...shapeOf(source) };
  const { known, pending, columns: above } = shape;
  checkColumns(columns);
  const taken = Object.keys(columns).filter((name) => Object.hasOwn(above, name));
  if (taken.length) {
    throw new TypeError(`the stream already has the column ${taken.join(', ')}: rename one of the two`);
  }
  const all = { ...above, ...columns };
  const missingAbove = (reads: readonly string[] = []) => reads.filter((name) => !Object.hasOwn(above, name));
  if (!known) {
    const open = requirements.map((requirement) => ({ ...requirement, reads: missingAbove(requirement.reads) }));
    return { ...shape, columns: all, pending: [...pending, ...open], fresh: true };
  }
  for (const requirement of requirements) {
    const { operator, reads } = requirement;
    const missing = missingAbove(reads);
    if (missing.length) {
      const there = Object.keys(above).join(', ');
      const adds = missing.flatMap((name) => requirement.addedBy?.[name] ?? []);
      const hint = adds.length ? `: put ${adds.join(', ')} above it` : '';
      const declare = adds.length ? '' : '; derive() declares a column of one’s own';
      throw new TypeError(
        `${operator}: reads the column ${missing.join(', ')}, which nothing above adds${hint}; there are ${there}${declare}`,
      );
    }
    checkRun(requirement, shape.run, above);
  }
  return { ...shape, columns: all, pending: [], base: null, fresh: true };
}

/** @throws {TypeError} if the run does not meet a requirement, or what its `check` throws. */
export function checkRun({ operator, needs, check }: Requirement, run: RunFacts | null, columns: Columns): void {
  if (needs?.length) requireNeeds(operator, run, needs);
  check?.(run, columns);
}

/**
 * Keeps the columns of rows under an operator that only drops or passes them.
 *
 * @example
 * const first100 = passThrough<Step>(take(100), { operator: 'first100', reads: ['step'] });
 */
export const passThrough =
  <R>(operator: MonoTypeOperatorFunction<R>, requirement?: Requirement) =>
  (source: Observable<R>): Stream<R> => {
    const rows = operator(source);
    const shape = addColumns(source, {}, requirement ? [requirement] : []);
    return new Stream({ ...shape, fresh: isStream(source) && source.shape.fresh }, (s) => rows.subscribe(s));
  };
