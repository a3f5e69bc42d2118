import { requireOptions } from './math/require-options.ts';

/** Facts about a kind of cell for use outside the tables; `tables/kinds.ts` has the others. */
interface Kind {
  /** True if a cell is a number or a list of doubles, which fits and claims can take. */
  readonly numeric: boolean;
  /** Type of the array in a cell; null if a cell holds one value. */
  readonly list: Float64ArrayConstructor | Int32ArrayConstructor | null;
  /** Summary of a column that declares none. */
  readonly summary: readonly Summary[];
}

const one = { list: null, summary: [] };

const kinds = {
  float64: { numeric: true, list: null, summary: [{ row: 'lastMeasured' }] },
  int32: { ...one, numeric: true },
  uint32: { ...one, numeric: true },
  bool: { ...one, numeric: false },
  utf8: { ...one, numeric: false },
  'list<float64>': { numeric: true, list: Float64Array, summary: [] },
  'list<int32>': { numeric: false, list: Int32Array, summary: [] },
} as const satisfies Readonly<Record<string, Kind>>;

/** Arrow type of a column, the same in every table. */
export type ArrowKind = keyof typeof kinds;

/** Row that a summary takes a value from; `lastMeasured`: the last without a null in the column. */
export type SummaryRow = 'first' | 'last' | 'lastMeasured';

/** Column of the `runs` table that is made from a column of the rows. */
export interface Summary {
  readonly row: SummaryRow;
  /** Name in the `runs` table. Default: the name of the column. */
  readonly name?: string;
  /** Meaning in the `runs` table. Default: the meaning of the column, and the row. */
  readonly about?: string;
}

/** Summaries as a declaration states them: one or several rows, each perhaps under another name. */
export type SummaryOption = 'none' | SummaryRow | Summary | readonly (SummaryRow | Summary)[];

declare const cell: unique symbol;

/** Declaration of a column. The type of the row, the Arrow field and the docs follow from it. */
export interface Column<out T = unknown> {
  readonly arrow: ArrowKind;
  /** '1' if a number has no unit. */
  readonly unit: string;
  readonly about: string;
  readonly nullable: boolean;
  /** Short text for panels and plots. Default: {@link labelOf} derives one from the name. */
  readonly label?: string;
  /** Columns of the `runs` table that are made from it; `summariesOf` gives the default. */
  readonly summary?: readonly Summary[];
  /** Matrix that has these eigenvalues: `hessian`, `gauss-newton` or `preconditioned`. */
  readonly matrix?: string;
  /** Type of a cell, for the compiler only. */
  readonly [cell]?: T;
}

/** Details of a column besides its meaning. */
export interface ColumnDetails {
  /** Default '1'. */
  readonly unit?: string;
  readonly label?: string;
  readonly matrix?: string;
  /** Default: `lastMeasured` for a float64 column, else `none`. */
  readonly summary?: SummaryOption;
}

/** Tells whether a value that no compiler has checked is a column. */
export const isColumn = (value: unknown): value is Column =>
  typeof value === 'object' && value !== null && Object.hasOwn(kinds, (value as Column).arrow);

/** Columns by their names, in the order of the table. */
export type Columns = Readonly<Record<string, Column>>;

/** Part of a row that a set of columns describes. */
export type Values<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? T : never };

const details = ['unit', 'label', 'matrix', 'summary'];

const column =
  <T>(arrow: ArrowKind) =>
  (about: string, given: string | ColumnDetails = {}): Column<T> => {
    if (typeof given === 'string') return { arrow, unit: given, about, nullable: false };
    requireOptions(`column ${JSON.stringify(about)}`, given, details);
    const { unit = '1', summary, ...rest } = given;
    const plain = { arrow, unit, about, nullable: false, ...rest };
    return summary === undefined ? plain : summarizedBy(summary, plain);
  };

/**
 * Declares a column of doubles. NaN and ±Infinity are legal, because a diverging run is a result.
 *
 * @param given The unit, or an object with `unit`, `label`, `matrix` and `summary`.
 * @example
 * const columns = { sharpness: float64('λ₁ of the Hessian', { unit: '1/η', label: 'sharpness' }) };
 */
export const float64 = column<number>('float64');
/**
 * Declares a column of integers from −2³¹ to 2³¹ − 1.
 *
 * @example const columns = { step: int32('updates made so far', 'step') };
 */
export const int32 = column<number>('int32');
/**
 * Declares a column of integers from 0 to 2³² − 1.
 *
 * @example const columns = { seed: uint32('seed of the run') };
 */
export const uint32 = column<number>('uint32');
/**
 * Declares a column of true and false.
 *
 * @example const columns = { risen: bool('true if λ₁ has reached 2/η') };
 */
export const bool = column<boolean>('bool');
/**
 * Declares a column of texts.
 *
 * @example const columns = { status: utf8('completed | diverged | interrupted') };
 */
export const utf8 = column<string>('utf8');
/**
 * Declares a column of lists of doubles, of any length per row.
 *
 * @example const columns = { drift: float64s('C_l(t) − C_l(0), one entry per law') };
 */
export const float64s = column<Float64Array>('list<float64>');
/**
 * Declares a column of lists of integers from −2³¹ to 2³¹ − 1, of any length per row.
 *
 * @example
 * const columns = { dead: int32s('neurons that are off on every sample, per layer', 'neuron') };
 */
export const int32s = column<Int32Array>('list<int32>');

/**
 * Copies a column; the copy may be null on rows that do not measure it.
 *
 * @example const columns = { trace: nullable(float64('trace of the Hessian', '1/η')) };
 */
export const nullable = <T>(of: Column<T>): Column<T | null> => ({ ...of, nullable: true });

/**
 * Copies a column; the copy stands in the `runs` table with its value on the given rows.
 *
 * @param summary `first`, `last`, `lastMeasured` (the last that is not null), or `none`. An object
 *   also names the column in the `runs` table. A list makes several.
 * @example
 * const columns = {
 *   crossed: summarizedBy('lastMeasured', nullable(int32('step at which λ₁ crossed 2/η', 'step'))),
 *   norm: summarizedBy([{ row: 'first', name: 'initialNorm' }, 'last'], float64('‖θₜ‖')),
 * };
 */
export const summarizedBy = <T>(summary: SummaryOption, of: Column<T>): Column<T> => ({
  ...of,
  summary: (summary === 'none' ? [] : [summary].flat()).map((entry) =>
    typeof entry === 'string' ? { row: rowNamed(entry) } : { ...entry, row: rowNamed(entry.row) },
  ),
});

function rowNamed(row: string): SummaryRow {
  if (row === 'first' || row === 'last' || row === 'lastMeasured') return row;
  throw new RangeError(`summarizedBy: a row must be one of first, last, lastMeasured, got ${row}`);
}

/** Returns the summaries that a column declares. Default: `lastMeasured` if it is float64. */
export const summariesOf = ({ arrow, summary }: Column): readonly Summary[] => summary ?? kinds[arrow].summary;

/**
 * Returns the short text of a column for panels and plots.
 *
 * @example labelOf('hessianTrace', float64('tr ∇²L(θₜ)')); // 'hessian trace'
 */
export const labelOf = (name: string, { label }: Pick<Column, 'label'>): string =>
  label ?? name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Tells whether a cell is a number or a list of doubles, which fits and claims can take. */
export const isNumeric = ({ arrow }: Pick<Column, 'arrow'>): boolean => kinds[arrow].numeric;

/** Returns the type of the array in a cell; null if a cell holds one value. */
export const listOf = ({ arrow }: Pick<Column, 'arrow'>): Kind['list'] => kinds[arrow].list;

/** Columns of a set, each of which may be null. */
export type Nullable<C extends Columns> = { [K in keyof C]: C[K] extends Column<infer T> ? Column<T | null> : never };

/**
 * Makes every column of a set {@link nullable}.
 *
 * @example const seldom = nullables({ trace: float64('tr ∇²L'), products: int32('products') });
 */
export function nullables<C extends Columns>(columns: C): Nullable<C> {
  checkColumns(columns);
  return Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, nullable(of)])) as Nullable<C>;
}

/**
 * Checks that each entry is a column, under a name that a row can hold.
 *
 * @throws {TypeError} that names the first entry that is not.
 */
export function checkColumns(columns: Columns): void {
  // { __proto__: column } in a literal sets the prototype of the set and adds no key
  const names = isColumn(Object.getPrototypeOf(columns)) ? ['__proto__'] : Object.keys(columns);
  for (const name of names) {
    if (name === '' || name === '__proto__' || name === 'state') {
      throw new TypeError(`column ${name || '""'}: a name must not be empty, __proto__ or state; rename the column`);
    }
    if (isColumn(columns[name])) continue;
    const found = JSON.stringify(columns[name]) ?? String(columns[name]);
    throw new TypeError(`column ${name}: expected one made by float64(…), int32(…), utf8(…) …, got ${found}`);
  }
}
