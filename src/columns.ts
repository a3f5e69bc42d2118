/** What may stand in a cell: the Arrow type that a column has in every table. */
export type ArrowKind = 'float64' | 'int32' | 'uint32' | 'bool' | 'utf8' | 'list<float64>' | 'list<int32>';

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

export type Columns = Readonly<Record<string, Column>>;

/** The part of a row that a set of columns describes. */
export type Values<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? T : never };

const column =
  <T>(arrow: ArrowKind) =>
  (about: string, unit = '1'): Column<T> => ({ arrow, unit, about, nullable: false });

/** A double; NaN and ±Infinity are legal, since a diverging run is a result. */
export const float64 = column<number>('float64');
export const int32 = column<number>('int32');
export const uint32 = column<number>('uint32');
export const bool = column<boolean>('bool');
export const utf8 = column<string>('utf8');
/** A list of doubles, of any length per row. */
export const float64s = column<Float64Array>('list<float64>');
export const int32s = column<Int32Array>('list<int32>');

/** The same column, null on rows where it is not measured. */
export const nullable = <T>(of: Column<T>): Column<T | null> => ({ ...of, nullable: true });

/** The same column, whose last value is one of the whole run: the `runs` table has it too. */
export const ofRun = <T>(of: Column<T>): Column<T> => ({ ...of, ofRun: true });

export type Nullable<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? Column<T | null> : never };

/** {@link nullable} for a whole set. */
export const nullables = <C extends Columns>(columns: C): Nullable<C> =>
  Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, nullable(of)])) as Nullable<C>;
