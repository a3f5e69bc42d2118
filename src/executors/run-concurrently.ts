import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Limits of {@link runConcurrently}. */
export interface Concurrency {
  /** Items in work at a time. */
  readonly concurrency: number;
  /** Stops the work when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Works through `items` in order, `concurrency` at a time. The first error stops all other work,
 * and is thrown when that has stopped.
 *
 * An item is begun one turn of the event loop after the one before it, and not at all if that one
 * failed at once. So if two processes want the same files in the same order, the one that comes too
 * late for the first file takes none of the others.
 *
 * @param work Gets an item, its index, and a signal that aborts with `signal` or at the first
 *   error.
 */
export async function runConcurrently<T>(
  items: readonly T[],
  { concurrency, signal }: Concurrency,
  work: (item: T, index: number, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  setMaxListeners(0, stop); // each item in work listens; Node takes more than ten for a leak
  const queue = items.entries();
  const errors: unknown[] = [];
  const takeItems = async () => {
    for (const [index, item] of queue) {
      if (stop.aborted) return;
      await work(item, index, stop);
    }
  };
  const all: Promise<void>[] = [];
  while (all.length < concurrency && !stop.aborted) {
    all.push(
      takeItems().catch((error) => {
        errors.push(error);
        failed.abort();
      }),
    );
    await nextTurn();
  }
  await Promise.all(all);
  if (errors.length) throw errors[0];
}
