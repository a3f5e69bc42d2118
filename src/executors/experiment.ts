import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Columns } from '../columns.ts';
import { requireUnlocked } from '../files/lock.ts';
import { WriteError } from '../files/write-error.ts';
import type { SpecFit } from '../pipelines/fit.ts';
import type { RunStatus } from '../pipelines/runs.ts';
import { isFinished, JournalWriter, journalPath } from '../store/journal.ts';
import { findResults, type Results, specFolder, storeResults, storeSpec, tablesOf } from '../store/results.ts';
import { type Execute, inThisThread, inWorkers } from './execute.ts';
import { messageOf } from './message-of.ts';
import type { Prepared, PreparedRun } from './prepare.ts';
import type { Progress } from './progress.ts';
import { runConcurrently } from './run-concurrently.ts';
import { Workers } from './workers/pool.ts';

export interface Outcome extends Results {
  readonly dir: string;
  readonly question: string;
  /** Axes of the grid; the last one changes fastest. */
  readonly axes: readonly string[];
  /** Fits declared in the spec; their rows are in `fits`. */
  readonly declaredFits: readonly SpecFit[];
  /** Columns of each table, by its name. */
  readonly tables: Readonly<Record<string, Columns>>;
  /** Runs of the grid. After an interruption, fewer of them have a row. */
  readonly planned: number;
  /** Runs that were found stored. */
  readonly found: number;
  /** Runs that were trained now. */
  readonly trained: number;
  readonly seconds: number;
}

export interface ExperimentOptions {
  readonly out: string;
  readonly signal: AbortSignal;
  /** Runs trained at a time, each in a thread of its own. Default 1, which is this thread. */
  readonly workers?: number;
  /** Threads in all. If there are fewer runs, large networks use the rest. Default `workers`. */
  readonly threads?: number;
  /** Shows the progress until the function that it returns is called. */
  readonly watch?: (progress: Progress) => () => void;
}

/** Failure of some runs of a grid whose other runs went on. */
export class RunsFailed extends Error {
  override readonly name = 'RunsFailed';
}

/**
 * Trains the runs of a spec's grid that are not stored yet, then fits, judges and writes the
 * tables. The tables are the same to the byte for any number of workers.
 *
 * The order is: look for finished results; check that no other process is training the runs; write
 * the spec; train what is missing, each run into its journal; make the tables from the journals.
 *
 * @throws {RunsFailed} if a run failed. It throws at the end, after the tables are written.
 * @throws {WriteError} if the disk failed, or another process is training one of the runs. It
 *   throws at once; the rows that were stored before are kept, and the next call finds them.
 */
export async function runExperiment(prepared: Prepared, options: ExperimentOptions): Promise<Outcome> {
  const { out, signal } = options;
  const started = new Date();
  const { spec, runs, loaded } = prepared;
  const root = resolve(out);
  const dir = specFolder(root, loaded.spec);
  const outcome = (results: Results, found: number, trained: number): Outcome => ({
    ...results,
    dir,
    question: spec.question,
    axes: Object.keys(spec.grid),
    declaredFits: prepared.fits,
    tables: tablesOf(prepared),
    planned: runs.length,
    found,
    trained,
    seconds: (Date.now() - started.getTime()) / 1000,
  });

  const stored = findResults(dir, prepared);
  if (stored) {
    storeSpec(dir, spec);
    return outcome(stored, runs.length, 0);
  }

  const missing = runs.filter(({ key }) => !isFinished(journalPath(root, key)));
  for (const { key } of missing) requireUnlocked(journalPath(root, key));
  storeSpec(dir, spec);
  const progress: Progress = {
    runs: runs.length,
    found: runs.length - missing.length,
    trained: 0,
    diverged: 0,
    steps: 0,
    stepsInAll: missing.reduce((sum, { config }) => sum + config.steps, 0),
    startedAt: performance.now(),
  };
  const failures = await trainAll(missing, prepared, { ...options, out: root }, progress);
  const status = signal.aborted ? 'interrupted' : failures.size ? 'failed' : 'completed';
  const ending = { status, started, fallback: prepared.fallback } as const;
  const { unfinished, ...results } = await storeResults(root, dir, prepared, ending);
  for (const { run, key } of signal.aborted ? [] : unfinished) {
    if (!failures.has(run)) failures.set(run, `${journalPath(root, key)} was finished, and no longer is`);
  }
  if (failures.size) {
    throw new RunsFailed(
      [
        `${failures.size} of ${runs.length} runs failed; what was measured is in ${dir}`,
        ...runs.filter(({ run }) => failures.has(run)).map((run) => `${named(run)}: ${failures.get(run.run)}`),
      ].join('\n'),
    );
  }
  return outcome(results, progress.found, progress.trained);
}

const named = ({ run, point }: PreparedRun): string => {
  const values = Object.entries(point).map(([axis, value]) => `${axis} ${JSON.stringify(value)}`);
  return `run ${run} (${values.join(', ')})`;
};

/**
 * Trains runs, several at a time, each into its journal.
 *
 * @returns The messages of runs that failed, by their numbers; the others went on.
 */
async function trainAll(
  runs: readonly PreparedRun[],
  prepared: Prepared,
  { out, signal, workers = 1, threads = workers, watch }: ExperimentOptions,
  progress: Progress,
): Promise<Map<number, string>> {
  const failures = new Map<number, string>();
  if (!runs.length) return failures;
  const unwatch = watch?.(progress);
  const atOnce = Math.min(workers, runs.length);
  const each = Math.max(1, Math.floor(threads / atOnce));
  // if workers are asked for, use one even for a single run: it can be killed and retried
  const pool = workers > 1 ? new Workers(atOnce) : undefined;
  const execute = pool ? inWorkers(pool, prepared, each) : inThisThread(each);
  try {
    await runConcurrently(runs, { concurrency: pool?.concurrency ?? 1, signal }, async (run, _, stop) => {
      try {
        const journal = JournalWriter.unlessFinished(journalPath(out, run.key), prepared.columns);
        await train(run, execute, journal, stop, progress);
      } catch (error) {
        if (error instanceof WriteError) throw error;
        failures.set(run.run, placed(error, prepared.spec.modules));
      }
    });
  } finally {
    unwatch?.();
    await pool?.close();
  }
  return failures;
}

/** Words the failure of a run. If a user's module threw, its file, line and column follow. */
function placed(thrown: unknown, modules: readonly string[]): string {
  const stack = (thrown instanceof Error && thrown.stack) || '';
  const names = modules.flatMap((path) => [path, pathToFileURL(path).href]);
  const frame = stack.split('\n').find((line) => names.some((name) => line.includes(name)));
  const place = frame && /[^/]+:\d+:\d+/.exec(frame)?.[0];
  return place ? `${messageOf(thrown)} (${place})` : messageOf(thrown);
}

/**
 * Trains one run, unless another process has done so meanwhile, and counts its steps in `progress`.
 */
async function train(
  run: PreparedRun,
  execute: Execute,
  journal: JournalWriter | null,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  if (!journal) {
    progress.found++;
    progress.stepsInAll -= run.config.steps;
    return;
  }
  let made = 0;
  let status: RunStatus;
  try {
    status = await execute(run, journal, signal, (step) => {
      progress.steps += step - made;
      made = step;
    });
    if (status === 'interrupted') return;
    journal.finish();
  } finally {
    journal.close();
  }
  progress.trained++;
  if (status !== 'diverged') return;
  progress.diverged++;
  progress.stepsInAll -= run.config.steps - made;
}
