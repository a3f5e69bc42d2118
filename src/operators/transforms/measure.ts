import { defer, finalize, map, type Observable } from 'rxjs';
import { type Columns, type Nullable, nullables, type Values } from '../../columns.ts';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { type NativeRandom, nativeRandom, nativeRandomFrom } from '../../math/random/native.ts';
import { requireCounts } from '../../math/require-number.ts';
import { isState, type Memory } from '../../state.ts';
import { columnsOf, extend, type Flat, isStream, type Requirement, Stream } from '../../stream.ts';

/** What measures a row, and what it remembers from one to the next. */
export interface Measurement<S, V, M> extends Memory<M> {
  row(row: S): V;
  /** Gives back what it has opened; called once, when its subscriber is done or leaves. */
  close?(): void;
}

/** What a measurement is started with. */
export interface Context {
  /** Seeded by the columns that are added, so that the same chain draws the same numbers. */
  readonly random: NativeRandom;
}

/**
 * Adds columns computed from each row, with memory between the rows.
 *
 *     --{ step: 1 }----------------{ step: 2 }----------------|
 *       measure({ total }, …)
 *     --{ step: 1, total: 1 }------{ step: 2, total: 3 }------|
 *
 * @param columns The columns added: name, type, unit and meaning, declared once.
 * @param start   Runs once per subscriber. What it returns measures a row, and can `snapshot` and `restore` what it
 *   remembers, so that a run can be resumed and forked.
 * @param requirement Who asks, and what must be above: checked when the chain is assembled.
 * @throws {TypeError} on assembly, if the source already has one of the columns or lacks what is required.
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
  requirement: Partial<Requirement> = {},
) {
  const key = Object.keys(columns).join(' ');
  return <R extends S>(source: Observable<R>): Stream<Flat<R & Values<C>>> => {
    const shape = extend(source, columns, [{ operator: key, ...requirement }]);
    const above = columnsOf(source);
    const owned = isStream(source) && source.shape.fresh;
    const rows = defer(() => {
      let random: NativeRandom | undefined;
      const measurement = start({ random: following(() => (random ??= nativeRandom(fingerprint(key)))) });
      const memory: Memory = {
        snapshot: () => ({ own: measurement.snapshot(), random: random?.state() }),
        restore(saved) {
          const { own, random: state } = saved as { own: M; random?: number[] };
          measurement.restore(own);
          if (state) random = nativeRandomFrom(state);
        },
      };
      let first = true;
      return source.pipe(
        map((row) => {
          const { state } = row as { state?: unknown };
          if (isState(state)) {
            // a sweep's runs may differ, so each is checked at its first row
            if (first || state.first) requirement.check?.(state.run, above);
            if (first) state.remember(key, memory);
          } else if (first && state === undefined) {
            requirement.check?.(null, above);
          }
          first = false;
          // a spread would give V8 an object that it turns into a dictionary as columns are added: 7 µs a row for 0.35
          return Object.assign(owned ? row : Object.assign({}, row), measurement.row(row)) as Flat<R & Values<C>>;
        }),
        finalize(() => measurement.close?.()),
      );
    });
    return new Stream<Flat<R & Values<C>>>(shape, (subscriber) => rows.subscribe(subscriber));
  };
}

/** The columns of {@link measureEvery} for options O: null on some rows where they say `every: n`. */
export type At<O, C extends Columns> = O extends { readonly every: infer E }
  ? E extends 1 | 'adaptive'
    ? C
    : Nullable<C>
  : C;

/**
 * {@link measure} at steps divisible by `every`, 0 included; on the rows in between the columns are null. At every step
 * nothing is null, and the columns say so.
 *
 * @throws {RangeError} if `every` is not a positive integer.
 * @example
 * measureEvery(10, { trace: float64('trace of a matrix') }, ({ random }) => ({
 *   row: ({ step }: { step: number }) => ({ trace: step + random.normal(1)[0]! }),
 *   snapshot: () => null,
 *   restore: () => {},
 * }));
 */
export function measureEvery<S extends { readonly step: number }, C extends Columns, M>(
  every: number,
  columns: C,
  start: (context: Context) => Measurement<S, Values<C>, M>,
  requirement: Partial<Requirement> = {},
) {
  requireCounts(requirement.operator ?? 'measureEvery', { every });
  const added = (every === 1 ? columns : nullables(columns)) as C;
  const nothing = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Values<C>;
  return measure<S, C, M>(
    added,
    (context) => {
      const measurement = start(context);
      return {
        row: (row) => (row.step % every === 0 ? measurement.row(row) : nothing),
        snapshot: () => measurement.snapshot(),
        restore: (saved) => measurement.restore(saved),
        close: () => measurement.close?.(),
      };
    },
    { ...requirement, reads: ['step', ...(requirement.reads ?? [])] },
  );
}

/**
 * For what sums over all steps.
 *
 * @throws {RangeError} that names `who`, if `step` is not the one after `last`, where there was one.
 */
export function requireNextStep(who: string, last: number | null | undefined, step: number): void {
  if (last === undefined || last === null || step === last + 1) return;
  throw new RangeError(`${who}: step ${step} follows step ${last}; put it above every()`);
}

/** Draws from whatever stream `current` is when asked: a run that is resumed puts another in its place. */
const following = (current: () => NativeRandom): NativeRandom => ({
  uniform: (size, low, high) => current().uniform(size, low, high),
  normal: (size) => current().normal(size),
  permutation: (n) => current().permutation(n),
  round: (x) => current().round(x),
  norm: (row) => current().norm(row),
  state: () => current().state(),
});
