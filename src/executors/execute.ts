import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import { hasDiverged } from '../operators/transforms/until-diverged.ts';
import type { JournalWriter } from '../store/journal.ts';
import type { Prepared, PreparedRun } from './prepare.ts';
import type { RunArgument } from './workers/open-run.ts';
import type { Workers } from './workers/pool.ts';

/**
 * Tells a view of the progress the step that a run has come to. Whether it has diverged there is
 * asked once, at its end: a look at the lists of every batch costs 30 MB of memory in a long run.
 */
type OnStep = (step: number, diverged: () => boolean) => void;

/**
 * Trains one run and appends its rows to a journal, which the caller closes.
 *
 * @returns false if `signal` stopped the run before its end.
 * @throws the error of the run or of the disk; the rows before it are kept.
 */
export type Execute = (
  run: PreparedRun,
  journal: JournalWriter,
  signal: AbortSignal,
  onStep: OnStep,
) => Promise<boolean>;

/** Trains runs in this thread; up to `threads` threads share one evaluation. */
export const inThisThread =
  (threads: number): Execute =>
  async (run, journal, signal, onStep) => {
    const handled = run.open(threads).rows.pipe(
      tap((row) => {
        journal.append(row);
        onStep(row['step'] as number, () => hasDiverged(row));
      }),
      takeUntil(fromEvent(signal, 'abort')),
    );
    await lastValueFrom(handled, { defaultValue: undefined });
    return !signal.aborted;
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
  ({ config }, journal, signal, onStep) => {
    const argument: RunArgument = { config, modules: spec.modules, host: { engine: engine.name, threads } };
    return workers.run({ module, name: 'openRun', argument }, signal, (batch) => {
      journal.appendBatch(batch);
      const last = batch.get(batch.numRows - 1)!;
      onStep(last['step'], () => hasDiverged(last.toJSON()));
    });
  };
