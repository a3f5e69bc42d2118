import { setImmediate as turn } from 'node:timers/promises';
import { isObservable, type Observable, type Subscription } from 'rxjs';
import { z } from 'zod';
import { formatValue } from '../../format-value.ts';
import { parseOptions } from '../../options.ts';
import { Gate, slice } from '../sources/paced.ts';

const options = z.strictObject({
  signal: z
    .custom<AbortSignal>((value) => value instanceof AbortSignal, 'expected an AbortSignal')
    .optional()
    .meta({ description: 'ends the rows, as `break` does, when it is aborted' }),
});

/** Options of {@link steps}. */
export type StepsOptions = z.input<typeof options>;

/**
 * Makes the rows of a run when they are asked for, as an async iterator.
 *
 *     for await (const row of steps(run.pipe(every(2))))
 *       asked for:  ^           ^           ^
 *       source:     0-----------1--2--------3--4
 *       row:        0--------------2-----------4
 *
 * The next step is made when the loop comes round, so a loop that waits pauses the run, and nothing
 * queues. `state` stays valid in the body of the loop, after an `await` too, until the next row is
 * asked for. `break`, `return` and an error of the body stop the run and close its engine. Web
 * streams and Node's take it as it is: `ReadableStream.from(steps(run))`,
 * `Readable.from(steps(run))`.
 *
 * Each iterator is a subscription of its own. All that the chain subscribes to while it is
 * subscribed to, or while a row is handled, waits to be asked: sweeps, `tee`, operators of RxJS.
 * Rows of a source that makes them by itself, as a timer or `sweepInWorkers`, queue until they are
 * asked for.
 *
 * - cost:  about 1 µs a row over `subscribe`. Every 8 ms timers and sockets get their turn
 * - error: an error of the run, after the rows before it, is thrown by the loop
 *
 * @param run   Stream or Observable; nothing happens before the first row is asked for.
 * @param given `signal`: an AbortSignal that ends the rows, as `break` does. A stream that is
 *   subscribed to ends so by `takeUntil(fromEvent(signal, 'abort'))`.
 * @throws {TypeError} if `run` is no Observable, or an option is not known or of another type.
 * @example
 * for await (const { step, loss, state } of steps(run.pipe(take(100)))) {
 *   await new Promise((later) => setTimeout(later, 1));
 *   console.log(step, loss, state.theta[0]);
 * }
 */
export function steps<R>(run: Observable<R>, given: StepsOptions = {}): AsyncIterableIterator<R, void, undefined> {
  if (!isObservable(run)) throw new TypeError(`steps: expected a Stream or an Observable, got ${formatValue(run)}`);
  const { signal } = parseOptions('steps', options, given);
  const rows = new Pulled(run);
  const made = rows.pull(signal);
  const leave = () => rows.leave();
  return {
    next: () => made.next(),
    // leaves at once: a generator would wait for the row that is being made
    return(value) {
      leave();
      return made.return(value as undefined);
    },
    throw(error) {
      leave();
      return made.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Subscription of one iterator, and the rows that it has not handed on. */
class Pulled<R> {
  readonly #run: Observable<R>;
  readonly #gate = new Gate();
  readonly #rows: R[] = [];
  #subscription: Subscription | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;
  #hasLeft = false;
  #due = 0;
  #wake = () => {};

  constructor(run: Observable<R>) {
    this.#run = run;
  }

  async *pull(signal: AbortSignal | undefined): AsyncGenerator<R, void, undefined> {
    const leave = () => this.leave();
    signal?.addEventListener('abort', leave);
    if (signal?.aborted) leave();
    try {
      if (!this.#hasLeft) this.#gate.through(() => this.#subscribe());
      for (;;) {
        if (!this.#rows.length) this.#gate.release();
        while (this.#needsRow) {
          const waiting = this.#advance();
          if (waiting) await waiting; // an await costs as much as a small step
        }
        if (this.#hasLeft) return;
        if (this.#rows.length) yield this.#rows.shift()!;
        else if (this.#failure) throw this.#failure.error;
        else return;
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
      this.#gate.release();
    }
  }

  /** Ends the subscription. What the last row has borrowed stays until the next demand. */
  leave(): void {
    this.#hasLeft = true;
    this.#subscription?.unsubscribe();
    this.#wake();
  }

  #subscribe(): void {
    const end = (failure?: { readonly error: unknown }) => {
      this.#failure = failure;
      this.#isOver = true;
      this.#wake();
    };
    this.#subscription = this.#run.subscribe({
      next: (row) => {
        this.#rows.push(row);
        this.#wake();
      },
      error: (error: unknown) => end({ error }),
      complete: () => end(),
    });
  }

  get #needsRow(): boolean {
    return !(this.#rows.length || this.#isOver || this.#hasLeft);
  }

  /** Makes a step. Returns a promise if there is something to wait for before the next. */
  #advance(): Promise<void> | undefined {
    if (performance.now() >= this.#due) return this.#giveTurn();
    const made = this.#gate.next();
    if (made instanceof Promise) return made;
    // no source waits here: a row comes by itself
    return made ? undefined : new Promise((wake) => (this.#wake = wake));
  }

  async #giveTurn(): Promise<void> {
    await turn();
    this.#due = performance.now() + slice;
  }
}
