import {
  bool,
  type Column,
  type Columns,
  float64,
  float64s,
  int32,
  int32s,
  listOf,
  uint32,
  utf8,
} from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { exp, log } from '../../math/functions.ts';

/** Value of an axis. A list is one value, such as the widths of a network. */
export type AxisValue = number | string | boolean | readonly number[];

/** Values of each axis of a sweep, by its name. */
export type Axes = Readonly<Record<string, readonly AxisValue[]>>;

/** One value of every axis. */
export type Point<A extends Axes> = { readonly [K in keyof A]: A[K][number] };

/**
 * Returns every combination of the axes' values; the last axis varies fastest.
 *
 * @throws {TypeError} if an axis is no list.
 * @throws {RangeError} if there is no axis, or one without values.
 */
export function pointsOf<const A extends Axes>(axes: A, who = 'sweep'): Point<A>[] {
  const names = Object.keys(axes);
  const single = names.find((name) => !Array.isArray(axes[name]));
  if (single !== undefined) {
    throw new TypeError(`${who}: the axis ${single} must be a list of values, got ${formatValue(axes[single])}`);
  }
  const empty = names.find((name) => axes[name]!.length === 0);
  if (!names.length) throw new RangeError(`${who}: the grid is empty`);
  if (empty !== undefined) throw new RangeError(`${who}: the axis ${empty} of the grid is empty`);
  return names.reduce<Record<string, AxisValue>[]>(
    (points, name) => points.flatMap((point) => axes[name]!.map((value) => ({ ...point, [name]: value }))),
    [{}],
  ) as Point<A>[];
}

/** Last parts of paths that name integers; every other number is a double. */
const integerKeys: Readonly<Record<string, typeof int32>> = {
  seed: uint32,
  n: int32,
  d: int32,
  classes: int32,
  degree: int32,
  first: int32,
  batch: int32,
};

type IntegerOf = (axis: string) => typeof int32 | undefined;

const integerByKey: IntegerOf = (axis) => {
  const key = axis.split('.').at(-1)!;
  return Object.hasOwn(integerKeys, key) ? integerKeys[key] : undefined;
};

/**
 * Declares the column of each axis, under the name of the axis.
 *
 * @param integerOf Column of an axis of integers; undefined for other numbers. Its key decides by
 *   default. An axis with a value that is no integer is one of doubles all the same.
 */
export function axisColumns(axes: Axes, integerOf: IntegerOf = integerByKey): Columns {
  return Object.fromEntries(Object.entries(axes).map(([name, values]) => [name, axisColumn(name, values, integerOf)]));
}

function axisColumn(name: string, values: readonly AxisValue[], integerOf: IntegerOf): Column {
  const about = `axis of the grid: ${name}`;
  const [first] = values;
  if (typeof first === 'string') return utf8(about);
  if (typeof first === 'boolean') return bool(about);
  if (typeof first === 'number') return ((values.every(Number.isInteger) && integerOf(name)) || float64)(about);
  return (values as readonly (readonly number[])[]).flat().every(Number.isInteger) ? int32s(about) : float64s(about);
}

/** Turns the values of a point into cells of those columns. */
export const axisCells = (point: Readonly<Record<string, AxisValue>>, columns: Columns): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(point).map(([name, value]) => {
      const list = listOf(columns[name]!);
      return [name, list ? list.from(value as readonly number[]) : value];
    }),
  );

/** Number of a run, which identifies its rows in every table. */
export const runColumn = int32('point of the grid, counted from 0, the last axis fastest');

/**
 * Declares the columns of a sweep: the number of the run, the axes that a run has no column of, and
 * the columns of a run.
 *
 * @param inner Columns of a run.
 * @throws {TypeError} if an axis or a column of the run is called `run`, or an axis other than
 *   `learningRate` is a column of the run.
 */
export function sweepColumns(who: string, axes: Axes, inner: Columns) {
  if (Object.hasOwn(axes, 'run')) {
    throw new TypeError(`${who}: run is the number of the run; name the axis otherwise`);
  }
  if (Object.hasOwn(inner, 'run')) {
    throw new TypeError(`${who}: the runs already have the column run; sweep one grid with all the axes`);
  }
  // the cell of a run hides an axis of its name; the learning rate of a run is that of the axis
  const hidden = Object.keys(axes).find(
    (name) => name === 'state' || (name !== 'learningRate' && Object.hasOwn(inner, name)),
  );
  if (hidden !== undefined) throw new TypeError(`${who}: ${hidden} is a column of the runs; name the axis otherwise`);
  const own = Object.fromEntries(Object.entries(axisColumns(axes)).filter(([name]) => !Object.hasOwn(inner, name)));
  return {
    columns: { run: runColumn, ...own, ...inner },
    /** Returns the cells that precede every row of run number `run`. */
    of(run: number, point: Readonly<Record<string, AxisValue>>): Record<string, unknown> {
      const kept = Object.fromEntries(Object.entries(point).filter(([name]) => Object.hasOwn(own, name)));
      return { run, ...axisCells(kept, own) };
    },
  };
}

/**
 * Returns `n` values from `low` to `high` in geometric progression, both ends exactly as given.
 *
 * @throws {RangeError} if an end is not positive, or `n` not an integer above 1.
 * @example logspace(1e-3, 1e-1, 3); // [0.001, 0.01, 0.1], but for rounding
 */
export function logspace(low: number, high: number, n: number): number[] {
  if (!(low > 0 && high > 0)) throw new RangeError(`logspace: both ends must be positive, got ${low} and ${high}`);
  if (!(Number.isInteger(n) && n > 1)) throw new RangeError(`logspace: n must be an integer above 1, got ${n}`);
  return Array.from({ length: n }, (_, i) => (i === n - 1 ? high : low * exp((log(high / low) * i) / (n - 1))));
}
