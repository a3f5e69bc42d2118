import {
  concat,
  EMPTY,
  finalize,
  lastValueFrom,
  map,
  Observable,
  type OperatorFunction,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from './clock.ts';

// biome-ignore lint/suspicious/noExplicitAny: each test hands its operator rows that it takes
type Operator = OperatorFunction<any, object>;

/** Rows that never end, each subscriber its own, and how many of them were made. */
export interface Endless<R> {
  readonly rows: Observable<R>;
  made(): number;
}

/** A row without its borrowed state: what may be kept and compared. */
export const kept = <R extends object>(row: R): Omit<R, 'state'> => {
  const { state: _, ...rest } = row as R & { state?: unknown };
  return rest;
};

/** Every row, without its state. */
export const rowsOf = <R extends object>(source: Observable<R>): Promise<Omit<R, 'state'>[]> =>
  lastValueFrom(source.pipe(map(kept), toArray()));

/** States the laws that every operator on rows keeps, whatever it measures. */
export function keepsStreamLaws(operator: () => Operator, endless: () => Endless<object>): void {
  describe('as any operator on rows', () => laws(operator, endless));
}

function laws(operator: () => Operator, endless: () => Endless<object>): void {
  stoppedClock();

  it('completes on an empty source, without a row', async () => {
    expect(await rowsOf(EMPTY.pipe(operator()))).toEqual([]);
  });

  it('passes an error of the source on, after the rows before it', () => {
    const seen: unknown[] = [];
    concat(
      endless().rows.pipe(take(2)),
      throwError(() => 'broken'),
    )
      .pipe(operator())
      .subscribe({ next: () => seen.push('row'), error: (error) => seen.push(error) });
    expect(seen).toEqual(['row', 'row', 'broken']);
  });

  it('leaves the source, once, when it is left part-way', () => {
    const { rows, made } = endless();
    const enough = new Subject<void>();
    let [seen, left] = [0, 0];
    rows
      .pipe(
        finalize(() => left++),
        operator(),
        takeUntil(enough),
      )
      .subscribe(() => {
        if (++seen === 2) enough.next();
      });
    expect({ seen, left, made: made() }).toEqual({ seen: 2, left: 1, made: 2 });
  });

  it('stops a synchronous source at the row that is enough', () => {
    const { rows, made } = endless();
    let seen = 0;
    rows
      .pipe(
        operator(),
        take(3),
        tap(() => seen++),
      )
      .subscribe();
    expect([seen, made()]).toEqual([3, 3]);
  });

  it('begins anew for a second subscriber', async () => {
    const measured = endless().rows.pipe(take(4), operator());
    const first = await rowsOf(measured);
    expect(first).toHaveLength(4);
    expect(await rowsOf(measured)).toEqual(first);
  });
}

/** An endless synchronous source of plain rows; a million of them are as good as a hang. */
export function counted<R>(row: (step: number) => R): Endless<R> {
  let made = 0;
  const rows = new Observable<R>((subscriber) => {
    for (let step = 0; step < 1e6 && !subscriber.closed; step++) {
      made++;
      subscriber.next(row(step));
    }
  });
  return { rows, made: () => made };
}
