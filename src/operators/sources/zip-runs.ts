import type { Observer } from 'rxjs';
import type { Column } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { columnsOf, type Flat, isStream, originOf, Stream } from '../../stream.ts';
import { type Producer, paced } from './paced.ts';
import { pulled } from './pulled.ts';

type Runs = Readonly<Record<string, Stream<{ readonly step: number }>>>;
type RowIn<S> = S extends Stream<infer R> ? R : never;
type Prefixed<K extends string, R> = {
  [C in Exclude<keyof R & string, 'step' | 'state'> as `${K}_${C}`]: R[C];
};
type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;

/** Row of several runs: their step, and the columns of each behind its name. */
export type Zipped<S extends Runs> = Flat<
  { step: number } & Intersection<{ [K in keyof S & string]: Prefixed<K, RowIn<S[K]>> }[keyof S & string]>
>;

/**
 * Puts the rows of several runs side by side, step by step. It completes with the shortest run.
 *
 *     gd  --{ step: 0, loss: 4 }----{ step: 1, loss: 2 }----|
 *     hb  --{ step: 0, loss: 4 }----{ step: 1, loss: 1 }----{ step: 2, loss: 0.5 }--|
 *       zipRuns({ gd, hb })
 *     ------{ step: 0, gd_loss: 4, hb_loss: 4 }--{ step: 1, gd_loss: 2, hb_loss: 1 }--|
 *
 * The runs take turns, a row each, so none gets ahead and nothing queues; the end of one ends all.
 *
 * - adds:  the columns of each run behind its name, as `gd_loss`; `step` once; no `state`
 * - cost:  that of the runs, and about 2 µs a row for each
 * - error: that of a run; rows that lie side by side and have not the same step
 *
 * @param runs Streams by name; each has a column `step`, and drops the same steps if it drops any.
 * @throws {TypeError} if there is no run, one is no Stream or has no column `step`, or two columns
 *   get one name. @throws {RangeError} if a name is none of an identifier.
 * @example
 * const start = { objective: L, theta0: L.start(), learningRate: 0.02 };
 * const [gd, hb] = [gradientDescent(start), momentum(start)];
 * zipRuns({ gd: gd.pipe(take(50)), hb })
 *   .pipe(derive({ gain: float64('L of descent − L of momentum') },
 *     (row) => ({ gain: row.gd_loss - row.hb_loss })), toArrow('both.arrow'));
 */
export function zipRuns<const S extends Runs>(runs: S): Stream<Zipped<S>> {
  const names = Object.keys(runs);
  if (!names.length) throw new TypeError('zipRuns: expected runs by name, got none');
  const columns: Record<string, Column> = {};
  const cells = names.map((name) => {
    const run: unknown = runs[name];
    if (!/^[A-Za-z]\w*$/.test(name)) throw new RangeError(`zipRuns: a name must be one of a variable, got ${name}`);
    if (!isStream(run)) throw new TypeError(`zipRuns: ${name} must be a Stream, got ${formatValue(run)}`);
    const own = columnsOf(run);
    if (!Object.hasOwn(own, 'step')) throw new TypeError(`zipRuns: ${name} must have the column step, got none`);
    columns['step'] ??= own['step']!;
    return Object.keys(own)
      .filter((column) => column !== 'step')
      .map((column) => {
        const to = `${name}_${column}`;
        if (Object.hasOwn(columns, to)) throw new TypeError(`zipRuns: two columns would be called ${to}; rename a run`);
        columns[to] = behind(name, own[column]!);
        return { from: column, to };
      });
  });
  const origin = { runs: Object.fromEntries(names.map((name) => [name, originOf(runs[name]!.shape)])) };
  return new Stream<Zipped<S>>({ columns, origin, fresh: true }, (subscriber) =>
    paced(subscriber, new SideBySide(runs, cells) as Producer<Zipped<S>>),
  );
}

/** Declares a column of a run behind the name of the run. */
function behind(run: string, { label, summary, ...column }: Column): Column {
  return {
    ...column,
    about: `${column.about} (${run})`,
    ...(label !== undefined && { label: `${label} (${run})` }),
    ...(summary && { summary: summary.map(({ name, ...of }) => ({ ...of, ...(name && { name: `${run}_${name}` }) })) }),
  };
}

type Cells = readonly { readonly from: string; readonly to: string }[];

class SideBySide implements Producer<object> {
  readonly #names: readonly string[];
  readonly #cells: readonly Cells[];
  readonly #runs: readonly ReturnType<typeof pulled<Readonly<Record<string, unknown>>>>[];

  constructor(runs: Runs, cells: readonly Cells[]) {
    this.#names = Object.keys(runs);
    this.#cells = cells;
    this.#runs = Object.values(runs).map((run) => pulled(run as Stream<never>));
  }

  next(out: Observer<object>): void | Promise<void> {
    for (const run of this.#runs) {
      while (run.needsRow) {
        const waiting = run.advance();
        if (waiting) return waiting;
      }
      if (run.isOver) return out.complete();
    }
    const rows = this.#runs.map((run) => run.take());
    const step = rows[0]!['step'];
    const all: Record<string, unknown> = { step };
    for (const [r, row] of rows.entries()) {
      if (row['step'] !== step) {
        const [a, b] = [this.#names[0], this.#names[r]];
        throw new RangeError(
          `zipRuns: step ${row['step']} of ${b} comes beside step ${step} of ${a}; keep the same steps of both`,
        );
      }
      for (const { from, to } of this.#cells[r]!) all[to] = row[from];
    }
    out.next(all);
  }

  release(): void {
    for (const run of this.#runs) run.release();
  }

  close(): void {
    for (const run of this.#runs) run.leave();
    this.release();
  }
}
