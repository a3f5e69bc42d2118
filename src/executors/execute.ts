import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import type { Trajectory } from '../pipelines/experiment.ts';
import { JournalWriter } from '../store/journal.ts';

/**
 * Trains one run into its journal: every row is there when it has been handled, and the journal is closed as finished
 * only when the run came to its end.
 *
 * @param onRow Called at every row, for a view of the progress.
 * @returns Whether the run came to its end; false if `signal` stopped it.
 * @throws what the run or the disk threw; the rows before it are kept.
 */
export async function execute(
  { rows, columns }: Trajectory,
  path: string,
  signal: AbortSignal,
  onRow: (row: Readonly<Record<string, unknown>>) => void,
): Promise<boolean> {
  const journal = new JournalWriter(path, columns);
  try {
    await lastValueFrom(
      rows.pipe(
        tap((row) => {
          journal.append(row);
          onRow(row);
        }),
        takeUntil(fromEvent(signal, 'abort')),
      ),
      { defaultValue: undefined },
    );
    if (signal.aborted) return false;
    journal.finish();
    return true;
  } finally {
    journal.close();
  }
}
