import { setImmediate as turn } from 'node:timers/promises';
import { isObservable, type Observable } from 'rxjs';
import { z } from 'zod';
import { formatValue } from '../../format-value.ts';
import { parseOptions } from '../../options.ts';
import { slice } from '../sources/paced.ts';
import { pulled } from '../sources/pulled.ts';

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
  const rows = pulled(run);
  const made = pull(rows, signal);
  return {
    next: () => made.next(),
    // leaves at once: a generator would wait for the row that is being made
    return(value) {
      rows.leave();
      return made.return(value as undefined);
    },
    throw(error) {
      rows.leave();
      return made.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* pull<R>(rows: ReturnType<typeof pulled<R>>, signal: AbortSignal | undefined): AsyncGenerator<R, void> {
  const leave = () => rows.leave();
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();
  let due = 0;
  try {
    for (;;) {
      rows.release();
      while (rows.needsRow) {
        if (performance.now() >= due) {
          await turn();
          due = performance.now() + slice;
          continue; // the loop may have been left in this turn
        }
        const waiting = rows.advance();
        if (waiting) await waiting; // an await costs as much as a small step
      }
      if (rows.isOver) return;
      yield rows.take();
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    rows.leave();
    rows.release();
  }
}
