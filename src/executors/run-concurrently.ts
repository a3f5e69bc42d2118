import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Works through `items` in order, `lanes` at a time; the first error stops them all, and is thrown when they have
 * stopped. A lane begins when the one before has begun, and not at all if that failed at once: of two processes that
 * want the same files in the same order, the one that is late for the first takes none of the others.
 *
 * @param work Given an item, its place, and a signal that says to stop: `signal`, or an error in another lane.
 */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  signal: AbortSignal,
  work: (item: T, index: number, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  setMaxListeners(0, stop); // one for each lane, which beyond ten looks like a leak
  const queue = items.entries();
  const errors: unknown[] = [];
  const lane = async () => {
    for (const [index, item] of queue) {
      if (stop.aborted) return;
      await work(item, index, stop);
    }
  };
  const all: Promise<void>[] = [];
  while (all.length < lanes && !stop.aborted) {
    all.push(
      lane().catch((error) => {
        errors.push(error);
        failed.abort();
      }),
    );
    await nextTurn();
  }
  await Promise.all(all);
  if (errors.length) throw errors[0];
}
