import type { RecordBatch } from 'apache-arrow';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import { type RunStatus, statusOf } from '../pipelines/runs.ts';
import type { JournalWriter } from '../store/journal.ts';
import { rowAt } from '../tables/rows.ts';
import type { Prepared, PreparedRun } from './prepare.ts';
import type { RunArgument } from './workers/open-run.ts';
import type { Workers } from './workers/pool.ts';

/**
 * Trains one run and appends its rows to a journal, which the caller closes.
 *
 * @param onStep Takes the step that the run has come to, for a view of the progress.
 * @returns How the run ended; `interrupted` if `signal` stopped it.
 * @throws the error of the run or of the disk; the rows before it are kept.
 */
export type Execute = (
  run: PreparedRun,
  journal: JournalWriter,
  signal: AbortSignal,
  onStep: (step: number) => void,
) => Promise<RunStatus>;

/** Trains runs in this thread; up to `threads` threads share one evaluation. */
export const inThisThread =
  (threads: number): Execute =>
  async (run, journal, signal, onStep) => {
    let status: RunStatus = 'interrupted';
    const handled = run.open(threads).rows.pipe(
      tap((row) => {
        journal.append(row);
        status = statusOf(row, run.config.steps); // at every row, because it is borrowed
        onStep(row['step'] as number);
      }),
      takeUntil(fromEvent(signal, 'abort')),
    );
    await lastValueFrom(handled, { defaultValue: undefined });
    return status;
  };

/** `.ts` in a source tree, `.js` if built. */
const extension = import.meta.url.slice(-3);
const module = new URL(`./workers/open-run${extension}`, import.meta.url).href;

/**
 * Trains runs in worker threads, which send rows back in batches; up to `threads` threads share one
 * evaluation.
 */
export const inWorkers =
  (workers: Workers, { spec, engine }: Prepared, threads: number): Execute =>
  async ({ config }, journal, signal, onStep) => {
    const argument: RunArgument = { config, modules: spec.modules, host: { engine: engine.name, threads } };
    let last: RecordBatch | undefined;
    await workers.run({ module, name: 'openRun', argument }, signal, (batch) => {
      journal.appendBatch(batch);
      last = batch;
      onStep(batch.get(batch.numRows - 1)!['step']);
    });
    // at the last batch alone: vectors of the lists of every batch cost 30 MB over a million steps
    return last ? statusOf(rowAt(last, last.numRows - 1), config.steps) : 'interrupted';
  };
