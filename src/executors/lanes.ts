/**
 * Works through `items` in order, `lanes` at a time; the first error stops them all, and is thrown when they have
 * stopped.
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
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) {
      if (stop.aborted) return;
      await work(item, index, stop);
    }
  };
  const all = Array.from({ length: lanes }, () =>
    lane().catch((error) => {
      failed.abort();
      throw error;
    }),
  );
  const rejected = (await Promise.allSettled(all)).find((result) => result.status === 'rejected');
  if (rejected) throw rejected.reason;
}
