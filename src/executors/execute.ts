import type { StructRowProxy } from 'apache-arrow';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import { hasDiverged } from '../operators/transforms/until-diverged.ts';
import type { RunStatus } from '../pipelines/runs.ts';
import type { JournalWriter } from '../store/journal.ts';
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
    let diverged = false;
    const handled = run.open(threads).rows.pipe(
      tap((row) => {
        journal.append(row);
        diverged = hasDiverged(row); // at every row, because it is borrowed
        onStep(row['step'] as number);
      }),
      takeUntil(fromEvent(signal, 'abort')),
    );
    await lastValueFrom(handled, { defaultValue: undefined });
    return endOf(!signal.aborted, diverged);
  };

const endOf = (isFinished: boolean, diverged: boolean): RunStatus =>
  isFinished ? (diverged ? 'diverged' : 'completed') : 'interrupted';

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
    let last: StructRowProxy | undefined;
    const isFinished = await workers.run({ module, name: 'openRun', argument }, signal, (batch) => {
      journal.appendBatch(batch);
      last = batch.get(batch.numRows - 1)!;
      onStep(last['step']);
    });
    // at the last batch alone: vectors of the lists of every batch cost 30 MB over a million steps
    return endOf(isFinished, last !== undefined && hasDiverged(last.toJSON()));
  };
