import {
  type MonoTypeOperatorFunction,
  Observable,
  type OperatorFunction,
  type Subscriber,
  type TeardownLogic,
} from 'rxjs';
import { type Columns, isColumn } from './columns.ts';
import type { Capability } from './math/objective.ts';

/** One type out of an intersection, so that an editor shows `{ step: number; loss: number }`. */
export type Flat<T> = { [K in keyof T]: T[K] } & {};

const brand = Symbol.for('rxdescent.Stream');

/** What an operator must find above it: columns it reads, and what the engine behind `state` can do. */
export interface Requirement {
  readonly operator: string;
  readonly reads?: readonly string[];
  /** By columns that it reads, which operator adds them: for a message. */
  readonly addedBy?: Readonly<Record<string, string>>;
  readonly needs?: readonly Capability[];
  /** Parameters θ that there must be at least, and what for; or at most, and what to do beyond. */
  readonly parameters?:
    | { readonly atLeast: number; readonly for: string }
    | { readonly atMost: number; readonly else: string };
  /** Samples that there must be at least, and what for. */
  readonly samples?: { readonly atLeast: number; readonly for: string };
  /** Holds curvature against `state.edge`: of this column, which must be the edge's own matrix's; null for no column. */
  readonly edge?: string | null;
}

/** The matrix whose largest eigenvalue is held against `state.edge`; `batch`: none is, but the batch sharpness. */
export type EdgeOf = 'hessian' | 'preconditioned' | 'batch';

/** What is known of the rows before the first of them arrives. */
export interface Shape {
  readonly columns: Columns;
  /** Of the objective behind the rows' `state`; none where rows have no state. */
  readonly capabilities?: readonly Capability[];
  /** d of that objective's θ ∈ ℝᵈ; 0 where rows have no state, or nothing says. */
  readonly dim?: number;
  /** n of the data that objective is over; 0 where nothing says. */
  readonly samples?: number;
  /** Of the optimizer that makes the rows' steps; null where nothing says. */
  readonly edgeOf?: EdgeOf | null;
  /** False above a plain Observable: `columns` are then only those that were added to rows nobody has described. */
  readonly known?: boolean;
  /** That plain Observable. */
  readonly base?: Observable<unknown> | null;
  /** Axes of the grid that the rows come from, if they come from one. */
  readonly axes?: readonly string[];
  /** What must hold of the rows underneath, once they are known. */
  readonly pending?: readonly Requirement[];
  /** Each subscriber gets rows of its own, so that the next operator may set its columns on them without a copy. */
  readonly fresh?: boolean;
}

const nothing = { columns: {}, capabilities: [], dim: 0, samples: 0, edgeOf: null, base: null, axes: [], pending: [] };

/**
 * A cold Observable of rows that knows its columns before the first row arrives.
 *
 * @example
 * const columns = { step: int32('row of a file') };
 * new Stream<{ step: number }>({ columns }, (subscriber) => subscriber.next({ step: 0 })).pipe(toArrow('steps.arrow'));
 */
export class Stream<R> extends Observable<R> {
  readonly [brand] = true;
  readonly shape: Required<Shape>;

  constructor(shape: Shape, subscribe: (subscriber: Subscriber<R>) => TeardownLogic) {
    super(subscribe);
    this.shape = { ...nothing, known: true, fresh: false, ...shape };
  }

  get columns(): Columns {
    return this.shape.columns;
  }

  override pipe<A>(a: Op<R, A>): Stream<A>;
  override pipe<A, B>(a: Op<R, A>, b: Op<A, B>): Stream<B>;
  override pipe<A, B, C>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>): Stream<C>;
  // here, and not first: the compiler pairs overloads with those of Observable from the last one up when it infers R of a
  // Stream that is handed to RxJS, and pipe() has to meet pipe()
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
  /** Beyond twelve the type of the row is not followed; `.pipe(…)` again to keep it. */
  // biome-ignore format: a table
  override pipe<A, B, C, D, E, F, G, H, I, J, K, L>(a: Op<R, A>, b: Op<A, B>, c: Op<B, C>, d: Op<C, D>, e: Op<D, E>, f: Op<E, F>, g: Op<F, G>, h: Op<G, H>, i: Op<H, I>, j: Op<I, J>, k: Op<J, K>, l: Op<K, L>, m: Op<L, any>, ...rest: Op<any, any>[]): Stream<any>;
  override pipe(...operators: OperatorFunction<any, any>[]): any {
    return operators.reduce<Stream<any>>((source, operator) => under(source, operator(source)), this);
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

/** The axes of the grid that rows come from; none of a plain Observable. */
export const axesOf = (source: unknown): readonly string[] => (isStream(source) ? source.shape.axes : []);

/**
 * Columns that are known of any Observable: none of a plain one.
 *
 * @example Object.keys(columnsOf(run)); // ['step', 'learningRate', 'loss', …]
 */
export const columnsOf = (source: unknown): Columns => (isStream(source) ? source.shape.columns : {});

/** What is known of a source: of a plain Observable nothing. */
const shapeOf = (source: Observable<unknown>): Omit<Required<Shape>, 'fresh'> =>
  isStream(source) ? source.shape : { ...nothing, known: false, base: source };

/** What an operator's result is once the stream it was applied to is put back under it. */
function under(source: Stream<any>, result: Observable<any>): Stream<any> {
  // a plain RxJS operator returns a plain Observable: it keeps the columns of what it was given
  if (!isStream(result)) return new Stream({ ...source.shape, fresh: false }, (s) => result.subscribe(s));
  if (result.shape.known) return result;
  // it was added to these rows themselves
  if (!source.shape.known && result.shape.base === source.shape.base) return result;
  const shape = extend(source, result.shape.columns, result.shape.pending);
  return new Stream({ ...shape, fresh: result.shape.fresh }, (s) => result.subscribe(s));
}

/**
 * The shape of `source` with columns added to it, for an operator that is not made by `derive` or `measure`.
 *
 * @example
 * const shape = extend(run, { twice: int32('2·step') }, [{ operator: 'twice', reads: ['step'] }]);
 * @throws {TypeError} if a column is none, or already there, or a requirement is not met by rows that are known.
 * @throws {RangeError} if there are too few or too many parameters, or too few samples.
 */
export function extend(
  source: Observable<unknown>,
  columns: Columns,
  requirements: readonly Requirement[] = [],
): Shape {
  const { fresh: _, ...shape } = { fresh: false, ...shapeOf(source) };
  const { known, pending, columns: above } = shape;
  const strange = Object.keys(columns).find((name) => !isColumn(columns[name]));
  if (strange !== undefined) {
    const found = JSON.stringify(columns[strange]) ?? String(columns[strange]);
    throw new TypeError(`column ${strange}: expected one made by float64(…), int32(…), utf8(…) …, got ${found}`);
  }
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
      throw new TypeError(
        `${operator}: reads the column ${missing.join(', ')}, which nothing above adds${hint}; there are ${there}`,
      );
    }
    requireObjective(requirement, shape);
    requireEdge(requirement, shape);
  }
  return { ...shape, columns: all, pending: [], base: null, fresh: true };
}

function requireObjective(
  { operator, needs = [], parameters, samples }: Requirement,
  { capabilities, dim, samples: n }: Pick<Required<Shape>, 'capabilities' | 'dim' | 'samples'>,
): void {
  const lacking = needs.filter((need) => !capabilities.includes(need));
  if (lacking.length) {
    const found = capabilities.length ? `offers ${capabilities.join(', ')}` : 'has no state to measure';
    throw new TypeError(`${operator}: needs ${lacking.join(', ')} of the objective, but the source ${found}`);
  }
  const atMost = (of: { readonly atLeast: number; readonly for: string }, there: string) =>
    new RangeError(`${operator}: ${of.for} must be at most the number of ${there}, got ${of.atLeast}`);
  if (samples && n && n < samples.atLeast) throw atMost(samples, `samples, ${n}`);
  if (!parameters || dim === 0) return;
  if ('atLeast' in parameters && dim < parameters.atLeast) throw atMost(parameters, `parameters, ${dim}`);
  if ('atMost' in parameters && dim > parameters.atMost) {
    throw new RangeError(`${operator}: takes at most ${parameters.atMost} parameters, got ${dim}; ${parameters.else}`);
  }
}

/** Is the curvature that is held against the edge that which the edge is stated for? */
function requireEdge(
  { operator, edge }: Requirement,
  { edgeOf, columns }: Pick<Required<Shape>, 'edgeOf' | 'columns'>,
): void {
  if (edge === undefined || !edgeOf) return;
  if (edgeOf === 'batch') {
    throw new TypeError(
      `${operator}: needs steps of the whole gradient, got those of mini-batches, whose edge is not one of λ₁; measure batchSharpness instead`,
    );
  }
  const matrix = edge === null ? undefined : columns[edge]?.matrix;
  // without a preconditioner, the preconditioned Hessian is the Hessian
  if (matrix === undefined || matrix === edgeOf || matrix === 'preconditioned') return;
  throw new TypeError(
    `${operator}: ${edge} must be that of the matrix whose edge the optimizer has, ${edgeOf}, got that of ${matrix}; measure it with matrix: '${edgeOf}'`,
  );
}

/**
 * Lets an operator that only drops rows, or passes them on, keep what is known of them.
 *
 * @example const first100 = passing<Step>(take(100), { operator: 'first100', reads: ['step'] });
 */
export const passing =
  <R>(operator: MonoTypeOperatorFunction<R>, requirement?: Requirement) =>
  (source: Observable<R>): Stream<R> => {
    const rows = operator(source);
    const shape = extend(source, {}, requirement ? [requirement] : []);
    return new Stream({ ...shape, fresh: isStream(source) && source.shape.fresh }, (s) => rows.subscribe(s));
  };
