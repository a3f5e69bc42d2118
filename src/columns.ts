const arrowKinds = ['float64', 'int32', 'uint32', 'bool', 'utf8', 'list<float64>', 'list<int32>'] as const;
/** What may stand in a cell: the Arrow type that a column has in every table. */
export type ArrowKind = (typeof arrowKinds)[number];

declare const cell: unique symbol;

/** What a column means, written once: the row's type, the Arrow field and the docs all come from here. */
export interface Column<out T = unknown> {
  readonly arrow: ArrowKind;
  /** '1' where a number has no unit. */
  readonly unit: string;
  readonly about: string;
  readonly nullable: boolean;
  /** Is its last value one of the whole run, to stand in the `runs` table? Of a column of doubles it always is. */
  readonly ofRun?: boolean;
  /** Whose eigenvalues these are, where that matters to who reads them: `hessian`, `gauss-newton` or `preconditioned`. */
  readonly matrix?: string;
  /** The type of a cell; exists for the compiler only. */
  readonly [cell]?: T;
}

/** Is this a column, where no compiler has said so? */
export const isColumn = (value: unknown): value is Column =>
  typeof value === 'object' && value !== null && arrowKinds.includes((value as Column).arrow);

/** Columns by their names, in the order of the table. */
export type Columns = Readonly<Record<string, Column>>;

/** The part of a row that a set of columns describes. */
export type Values<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? T : never };

const column =
  <T>(arrow: ArrowKind) =>
  (about: string, unit = '1'): Column<T> => ({ arrow, unit, about, nullable: false });

/**
 * A double; NaN and ±Infinity are legal, since a diverging run is a result.
 *
 * @example const columns = { sharpness: float64('λ₁ of the Hessian', '1/η') };
 */
export const float64 = column<number>('float64');
/**
 * An integer from −2³¹ to 2³¹ − 1.
 *
 * @example const columns = { step: int32('updates made so far', 'step') };
 */
export const int32 = column<number>('int32');
/**
 * An integer from 0 to 2³² − 1.
 *
 * @example const columns = { seed: uint32('seed of the run') };
 */
export const uint32 = column<number>('uint32');
/**
 * True or false.
 *
 * @example const columns = { risen: bool('has λ₁ reached 2/η?') };
 */
export const bool = column<boolean>('bool');
/**
 * A text.
 *
 * @example const columns = { status: utf8('completed | diverged | interrupted') };
 */
export const utf8 = column<string>('utf8');
/**
 * A list of doubles, of any length per row.
 *
 * @example const columns = { drift: float64s('C_l(t) − C_l(0), one entry per law') };
 */
export const float64s = column<Float64Array>('list<float64>');
/**
 * A list of integers from −2³¹ to 2³¹ − 1, of any length per row.
 *
 * @example const columns = { deadNeurons: int32s('neurons that are off on every sample, one entry per layer', 'neuron') };
 */
export const int32s = column<Int32Array>('list<int32>');

/**
 * The same column, null on rows where it is not measured.
 *
 * @example const columns = { trace: nullable(float64('trace of the Hessian', '1/η')) };
 */
export const nullable = <T>(of: Column<T>): Column<T | null> => ({ ...of, nullable: true });

/**
 * The same column, whose last value is one of the whole run: the `runs` table has it too.
 *
 * @example const columns = { crossingStep: ofRun(nullable(int32('step at which λ₁ crossed 2/η', 'step'))) };
 */
export const ofRun = <T>(of: Column<T>): Column<T> => ({ ...of, ofRun: true });

/** The same columns, of which every one may be null. */
export type Nullable<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? Column<T | null> : never };

/**
 * {@link nullable} for a whole set.
 *
 * @example const seldom = nullables({ trace: float64('trace of the Hessian', '1/η'), products: int32('products spent') });
 */
export const nullables = <C extends Columns>(columns: C): Nullable<C> =>
  Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, nullable(of)])) as Nullable<C>;
