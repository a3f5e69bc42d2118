import { defer, finalize, map, type Observable } from 'rxjs';
import { type Columns, type Nullable, nullables, type Values } from '../../columns.ts';
import { formatValue, jsonOf } from '../../format-value.ts';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { type NativeRandom, nativeRandom, nativeRandomFrom } from '../../math/random/native.ts';
import { asMeasured } from '../../requirements.ts';
import { isState, type Memory, type RememberedOperator, type RunFacts } from '../../state.ts';
import { addColumns, checkRun, columnsOf, type Flat, isStream, type Requirement, Stream } from '../../stream.ts';
import { stepsAt } from './every.ts';

/**
 * Measurement of one subscriber: computes the cells of a row, and can save and restore its memory.
 */
export interface Measurement<S, V, M> extends Memory<M> {
  row(row: S): V;
  /** Frees what it has opened. Called once, when its subscriber is done or leaves. */
  close?(): void;
}

/** Context that a measurement starts with. */
export interface Context {
  /**
   * Random stream seeded by the names of the added columns: the same chain draws the same numbers.
   */
  readonly random: NativeRandom;
}

/** Operator that takes any row with the columns S, and adds the columns C to it. */
export type Adds<S, C extends Columns> = <R extends S>(source: Observable<R>) => Stream<Flat<R & Values<C>>>;

/**
 * Adds columns computed from each row, with memory between the rows.
 *
 *     --{ step: 1 }----------------{ step: 2 }----------------|
 *       measure({ total }, …)
 *     --{ step: 1, total: 1 }------{ step: 2, total: 3 }------|
 *
 * @param columns Columns that are added: name, type, unit and meaning, declared once.
 * @param start   Starts a measurement: called once per subscriber. Its `snapshot` and `restore` let
 *   a run be resumed and forked.
 * @param partial Condition on what is above; see `Requirement`.
 * @throws {TypeError} when the chain is assembled, if the source has one of the columns already, or
 *   lacks what is required.
 * @example
 * measure({ total: float64('sum of steps') }, () => {
 *   let total = 0;
 *   return {
 *     row: ({ step }: { step: number }) => ({ total: (total += step) }),
 *     snapshot: () => total,
 *     restore: (saved: number) => void (total = saved),
 *   };
 * });
 */
export function measure<S extends object, C extends Columns, M>(
  columns: C,
  start: (context: Context) => Measurement<S, Values<C>, M>,
  partial: Partial<Requirement> = {},
): Adds<S, C> {
  const key = Object.keys(columns).join(' ');
  if (typeof start !== 'function') {
    const who = partial.operator ?? 'measure';
    throw new TypeError(`${who}: must be given a function that starts a measurement, got ${formatValue(start)}`);
  }
  const { operator: name = key, everyStep = false, reads = [], needs = [] } = partial;
  const requirement = { ...partial, operator: name, reads: everyStep ? ['step', ...reads] : reads };
  const options = jsonOf(partial.options ?? {});
  return <R extends S>(source: Observable<R>): Stream<Flat<R & Values<C>>> => {
    const run = isStream(source) ? source.shape.run : null;
    const shape = addColumns(source, asMeasured(columns, run, needs), [requirement]);
    const above = columnsOf(source);
    const owned = isStream(source) && source.shape.fresh;
    const rows = defer(() => {
      let random: NativeRandom | undefined;
      const measurement = start({ random: following(() => (random ??= nativeRandom(fingerprint(key)))) });
      requireFunctions(name, measurement);
      let last: number | undefined;
      const memory: RememberedOperator = {
        name,
        options,
        snapshot: () => ({ own: measurement.snapshot(), random: random?.state(), last }),
        restore(saved) {
          const { own, random: state, last: seen } = saved as { own: M; random?: number[]; last?: number };
          measurement.restore(own);
          if (state) random = nativeRandomFrom(state);
          last = seen;
        },
      };
      let first = true;
      let checked: RunFacts | undefined;
      return source.pipe(
        map((row) => {
          const { state, step } = row as { state?: unknown; step?: unknown };
          if (isState(state)) {
            // the runs of a sweep may differ, so each is checked at its first row
            if (state.run !== checked) checkRun(requirement, (checked = state.run), above);
            const remembered = first && state.remember(key, memory);
            if (everyStep) {
              requireNextStep(name, { last, remembered, begins: state.first }, step as number);
              last = step as number;
            }
          } else if (first && state === undefined) {
            checkRun(requirement, null, above);
          }
          const cells = measurement.row(row);
          if (first) requireCells(name, columns, cells);
          first = false;
          // assign rather than spread: V8 turns a spread row into a dictionary (7 µs a row, not
          // 0.35)
          return Object.assign(owned ? row : Object.assign({}, row), cells) as Flat<R & Values<C>>;
        }),
        finalize(() => measurement.close?.()),
      );
    });
    return new Stream<Flat<R & Values<C>>>(shape, (subscriber) => rows.subscribe(subscriber));
  };
}

/** @throws {TypeError} that names `who` and the function that a measurement lacks. */
function requireFunctions(who: string, measurement: unknown): void {
  const given = (measurement ?? {}) as Readonly<Record<string, unknown>>;
  const missing = ['row', 'snapshot', 'restore'].find((name) => typeof given[name] !== 'function');
  if (missing === undefined) return;
  const advice = missing === 'row' ? '' : '; spread memoryless into what remembers nothing';
  throw new TypeError(
    `${who}: a measurement must have a function ${missing}, got ${formatValue(given[missing])}${advice}`,
  );
}

/**
 * Checks that an operator returns the columns that it declares: others would overwrite columns
 * above it, or be in no table.
 *
 * @throws {TypeError} that names the operator, its columns, and what it returned.
 */
function requireCells(who: string, columns: Columns, cells: unknown): void {
  const declared = Object.keys(columns);
  const isObject = typeof cells === 'object' && cells !== null;
  const returned = isObject ? Object.keys(cells) : [];
  if (returned.length === declared.length && declared.every((name) => Object.hasOwn(cells as object, name))) return;
  const found = isObject ? returned.join(', ') || 'no columns' : String(cells);
  throw new TypeError(`${who}: expected a row to return the columns ${declared.join(', ')}, got ${found}`);
}

/**
 * Columns of a measure with options O: nullable if these say `every`, and neither 1 nor adaptive.
 */
export type At<O, C extends Columns> = O extends { readonly every: infer E }
  ? E extends 1 | 'adaptive'
    ? C
    : Nullable<C>
  : C;

/**
 * Measures as {@link measure} does at steps divisible by `every`, 0 included, or at a list of
 * steps. In between the columns are null; with `every: 1` they are not nullable.
 *
 * @throws {RangeError} if `every` is not a positive integer or a list of steps.
 * @example
 * measureEvery(10, { trace: float64('trace of a matrix') }, ({ random }) => ({
 *   row: ({ step }: { step: number }) => ({ trace: step + random.normal(1)[0]! }),
 *   snapshot: () => null,
 *   restore: () => {},
 * }));
 */
export function measureEvery<
  S extends { readonly step: number },
  C extends Columns,
  M,
  const N extends number | readonly number[] = number,
>(
  every: N,
  columns: C,
  start: (context: Context) => Measurement<S, Values<C>, M>,
  requirement: Partial<Requirement> = {},
): Adds<S, At<{ readonly every: N }, C>> {
  const isWanted = stepsAt(requirement.operator ?? 'measureEvery', 'every', every);
  const added = (every === 1 ? columns : nullables(columns)) as C;
  const nothing = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Values<C>;
  const measured = measure<S, C, M>(
    added,
    (context) => {
      const measurement = start(context);
      return {
        row: (row) => (isWanted(row.step) ? measurement.row(row) : nothing),
        snapshot: () => measurement.snapshot(),
        restore: (saved) => measurement.restore(saved),
        close: () => measurement.close?.(),
      };
    },
    { ...requirement, reads: ['step', ...(requirement.reads ?? [])] },
  );
  // `measure` was told that no column is nullable, so that its rows are those of `start`
  return measured as unknown as Adds<S, At<{ readonly every: N }, C>>;
}

/** Rows that an operator has seen, if it needs every step. */
interface Seen {
  readonly last: number | undefined;
  /** True at the first row if a snapshot had its memory. */
  readonly remembered: boolean;
  /** True at the first row of the run. */
  readonly begins: boolean;
}

/** @throws {RangeError} that names `who`, if `step` is not the next. */
function requireNextStep(who: string, { last, remembered, begins }: Seen, step: number): void {
  if (last === undefined) {
    if (begins) return;
    throw new RangeError(
      `${who}: needs every step, but its first row is step ${step} of a run that began before it; put it above skip() and filter(), or resume from a snapshot that was taken below it`,
    );
  }
  if (step === last + 1) return;
  if (remembered) {
    throw new RangeError(
      `${who}: needs every step, but resumeFrom remembers it up to step ${last} and its first row is step ${step}; take the snapshot below it, and put it above every()`,
    );
  }
  const advice = step === 0 ? 'a new run began, so put it inside the sweep' : 'put it above every()';
  throw new RangeError(`${who}: step ${step} follows step ${last}; ${advice}`);
}

/** Draws from the stream that `current` returns at each call, because a resumed run replaces it. */
const following = (current: () => NativeRandom): NativeRandom => ({
  uniform: (size, low, high) => current().uniform(size, low, high),
  normal: (size) => current().normal(size),
  permutation: (n) => current().permutation(n),
  round: (x) => current().round(x),
  norm: (row) => current().norm(row),
  state: () => current().state(),
});
