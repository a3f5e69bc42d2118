import { resolve } from 'node:path';
import type { Columns } from '../columns.ts';
import { WriteError } from '../operators/sinks/arrow/write-error.ts';
import { isFinished, journalPath } from '../store/journal.ts';
import { findResults, type Results, specFolder, storeResults, storeSpec, tablesOf } from '../store/results.ts';
import { type Execute, here, inWorkers } from './execute.ts';
import type { Prepared, PreparedRun } from './prepare.ts';
import type { Progress } from './progress.ts';
import { Workers } from './workers/pool.ts';

export interface Outcome extends Results {
  readonly dir: string;
  readonly question: string;
  /** Of each table, by its name. */
  readonly tables: Readonly<Record<string, Columns>>;
  /** Runs that were found stored, and runs that were trained now. */
  readonly found: number;
  readonly trained: number;
  readonly seconds: number;
}

export interface ExperimentOptions {
  readonly out: string;
  readonly signal: AbortSignal;
  /** Threads that runs are trained in, a run never in more than one; 1 is this thread. Default 1. */
  readonly workers?: number;
  /** Shows the progress until what it returns is called. */
  readonly watch?: (progress: Progress) => () => void;
}

/** Runs that failed, in a grid whose other runs went on. */
export class RunsFailed extends Error {
  override readonly name = 'RunsFailed';
}

/**
 * Trains what is not stored yet of a spec's grid, then fits, judges and writes the tables. They are the same to the
 * byte whatever the number of workers.
 *
 * @throws {RunsFailed} if a run failed: at the end, when the others are trained and the tables written.
 * @throws {WriteError} if the disk failed: at once. What was measured before is kept, and found by the next call.
 */
export async function runExperiment(prepared: Prepared, options: ExperimentOptions): Promise<Outcome> {
  const { out, signal, workers = 1, watch } = options;
  const started = new Date();
  const { spec, runs, loaded } = prepared;
  const root = resolve(out);
  const dir = specFolder(root, loaded.spec);
  const outcome = (results: Results, found: number, trained: number): Outcome => ({
    ...results,
    dir,
    question: spec.question,
    tables: tablesOf(spec.grid, prepared.columns),
    found,
    trained,
    seconds: (Date.now() - started.getTime()) / 1000,
  });

  const stored = findResults(dir, prepared);
  if (stored) return outcome(stored, runs.length, 0);

  storeSpec(dir, spec);
  const missing = runs.filter(({ key }) => !isFinished(journalPath(root, key)));
  const progress: Progress = {
    runs: runs.length,
    found: runs.length - missing.length,
    trained: 0,
    diverged: 0,
    steps: 0,
    stepsInAll: missing.reduce((sum, { config }) => sum + config.steps, 0),
    startedAt: performance.now(),
  };
  const unwatch = missing.length ? watch?.(progress) : undefined;
  const threads = Math.min(workers, missing.length);
  const pool = threads > 1 ? new Workers(threads) : undefined;
  const execute = pool ? inWorkers(pool, prepared) : here;
  const failures: string[] = [];
  try {
    await inLanes(missing, threads, signal, (run, stop) =>
      train(run, execute, journalPath(root, run.key), stop, progress).catch((error) => {
        if (error instanceof WriteError) throw error;
        failures.push(`run ${run.run} (${named(run)}): ${(error as Error).message}`);
      }),
    );
  } finally {
    unwatch?.();
    await pool?.close();
  }
  const status = signal.aborted ? 'interrupted' : failures.length ? 'failed' : 'completed';
  const results = await storeResults(root, dir, prepared, { status, started });
  if (failures.length) {
    throw new RunsFailed(
      [`${failures.length} of ${runs.length} runs failed; what was measured is in ${dir}`, ...failures].join('\n'),
    );
  }
  return outcome(results, progress.found, progress.trained);
}

const named = ({ point }: PreparedRun): string =>
  Object.entries(point)
    .map(([axis, value]) => `${axis} ${JSON.stringify(value)}`)
    .join(', ');

/** Works through `items`, `lanes` at a time; the first error stops them all and is thrown when they have stopped. */
async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  signal: AbortSignal,
  work: (item: T, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) {
      if (stop.aborted) return;
      await work(item, stop);
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

/** Trains one run, and tells `progress` of its steps. */
async function train(
  run: PreparedRun,
  execute: Execute,
  path: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  let made = 0;
  let final = NaN;
  const finished = await execute(run, path, signal, (step, loss) => {
    progress.steps += step - made;
    made = step;
    final = loss;
  });
  if (!finished) return;
  progress.trained++;
  if (Number.isFinite(final)) return;
  progress.diverged++;
  progress.stepsInAll -= run.config.steps - made;
}
