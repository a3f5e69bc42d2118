import { concat, map } from 'rxjs';
import type { Column, Columns } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { columnsOf, type Flat, isStream, originOf, Stream } from '../../stream.ts';
import { runColumn } from './grid.ts';

type RowIn<S> = S extends Stream<infer R> ? R : never;

/** Row of one of several runs, behind its number. */
export type Concatenated<S extends readonly Stream<object>[]> =
  RowIn<S[number]> extends infer R ? (R extends unknown ? Flat<{ run: number } & R> : never) : never;

/**
 * Puts the rows of several runs one after the other, each behind the number of its run.
 *
 *     concatRuns(gd, hb)
 *     --{ run: 0, step: 0 }--{ run: 0, step: 1 }--{ run: 1, step: 0 }--{ run: 1, step: 1 }--|
 *
 * As in a `sweep`, a run begins when the one before has ended. Their columns agree by name, type,
 * unit and matrix; one that may be null in a run may be null in all. Meanings are those of the
 * first.
 *
 * - adds: `run`, counted from 0
 *
 * @param runs Streams; at least one.
 * @throws {TypeError} if there is none, one is no Stream, or two of them have not the same columns.
 * @example
 * const start = { objective: L, theta0: L.start(), learningRate: 0.02 };
 * concatRuns(gradientDescent(start).pipe(take(50)), momentum(start).pipe(take(50)))
 *   .pipe(toArrow('one-after-the-other.arrow'));
 */
export function concatRuns<const S extends readonly Stream<object>[]>(...runs: S): Stream<Concatenated<S>> {
  if (!runs.length) throw new TypeError('concatRuns: expected at least one run, got none');
  for (const [i, run] of runs.entries()) {
    if (!isStream(run)) throw new TypeError(`concatRuns: run ${i} must be a Stream, got ${formatValue(run)}`);
  }
  const inner = runs.map(columnsOf).reduce((all, own, i) => agreed(i, all, own));
  if (Object.hasOwn(inner, 'run')) {
    throw new TypeError('concatRuns: the runs already have the column run; sweep one grid in place of several');
  }
  const facts = runs.map(({ shape }) => shape.run);
  const [first] = runs.map(({ shape }) => shape.axes);
  const isShared = runs.every(({ shape }) => JSON.stringify(shape.axes) === JSON.stringify(first));
  const axes = isShared ? first! : [];
  const shape = {
    columns: { run: runColumn, ...inner },
    run: facts.includes(null) ? null : facts[0]!,
    axes,
    origin: { ...(axes.length && { axes }), runs: runs.map(({ shape }) => originOf(shape)) },
    fresh: true,
  };
  const rows = runs.map((rows, run) => rows.pipe(map((row) => Object.assign({}, { run }, row) as Concatenated<S>)));
  return new Stream<Concatenated<S>>(shape, (subscriber) => concat(...rows).subscribe(subscriber));
}

/**
 * Returns the columns of runs that agree. @throws {TypeError} that names the first column that
 * does not.
 */
function agreed(run: number, all: Columns, own: Columns): Columns {
  for (const name of new Set([...Object.keys(all), ...Object.keys(own)])) {
    const [a, b] = [all, own].map((columns) => (Object.hasOwn(columns, name) ? columns[name]! : undefined));
    if (a && b && kindOf(a) === kindOf(b)) continue;
    const [before, here] = [a, b].map((column) => (column ? kindOf(column) : 'none'));
    throw new TypeError(`concatRuns: the column ${name} is ${here} in run ${run}, and ${before} before it`);
  }
  return Object.fromEntries(
    Object.entries(all).map(([name, column]) => [name, own[name]!.nullable ? { ...column, nullable: true } : column]),
  );
}

const kindOf = ({ arrow, unit, matrix }: Column): string => `${arrow} [${unit}]${matrix ? ` of ${matrix}` : ''}`;
