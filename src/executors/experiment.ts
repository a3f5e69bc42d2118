import { resolve } from 'node:path';
import { isFinished, journalPath } from '../store/journal.ts';
import { findResults, type Results, specFolder, storeResults, storeSpec } from '../store/results.ts';
import { execute } from './execute.ts';
import type { Prepared, PreparedRun } from './prepare.ts';
import type { Progress } from './progress.ts';

export interface Outcome extends Results {
  readonly dir: string;
  readonly question: string;
  /** Runs that were found stored, and runs that were trained now. */
  readonly found: number;
  readonly trained: number;
  readonly seconds: number;
}

export interface ExperimentOptions {
  readonly out: string;
  readonly signal: AbortSignal;
  /** Shows the progress until what it returns is called. */
  readonly watch?: (progress: Progress) => () => void;
}

/**
 * Trains what is not stored yet of a spec's grid, then fits, judges and writes the tables.
 *
 * @throws what a run or the disk threw; what was measured before is kept, and found by the next call.
 */
export async function runExperiment(prepared: Prepared, { out, signal, watch }: ExperimentOptions): Promise<Outcome> {
  const started = new Date();
  const { spec, runs, loaded } = prepared;
  const root = resolve(out);
  const dir = specFolder(root, loaded.spec);
  const outcome = (results: Results, found: number, trained: number): Outcome => ({
    ...results,
    dir,
    question: spec.question,
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
  const unwatch = watch?.(progress);
  try {
    for (const run of missing) {
      if (signal.aborted) break;
      await train(run, journalPath(root, run.key), signal, progress);
    }
  } finally {
    unwatch?.();
  }
  const status = signal.aborted ? 'interrupted' : 'completed';
  return outcome(await storeResults(root, dir, prepared, { status, started }), progress.found, progress.trained);
}

/** Trains one run, and tells `progress` at every row. */
async function train(run: PreparedRun, path: string, signal: AbortSignal, progress: Progress): Promise<void> {
  const before = progress.steps;
  let loss = NaN;
  const finished = await execute(run.open(), path, signal, (row) => {
    progress.steps = before + (row['step'] as number);
    loss = row['loss'] as number;
  });
  if (!finished) return;
  // a run that diverged leaves steps that need not be made
  progress.steps = before + run.config.steps;
  progress.trained++;
  if (!Number.isFinite(loss)) progress.diverged++;
}
