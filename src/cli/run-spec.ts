import { availableParallelism } from 'node:os';
import { type Outcome, runExperiment } from '../executors/experiment.ts';
import type { Prepared } from '../executors/prepare.ts';
import { checkWritable } from '../files/check-writable.ts';
import { showProgress } from '../live/terminal.ts';
import type { EngineName } from '../math/engines/engines.ts';
import { journalFolder } from '../store/journal.ts';
import { specFolder } from '../store/results.ts';
import { UsageError } from './exit.ts';
import { threadsFor } from './options.ts';
import { say } from './output.ts';
import { prepareSpec } from './prepare-spec.ts';
import { report, summary } from './report.ts';

export interface RunOptions {
  readonly out: string;
  readonly engine: EngineName;
  readonly workers?: number;
  readonly set: string[];
  readonly json?: true;
}

/** Trains the grid of a spec and prints what came of it. */
export async function runSpec(path: string, options: RunOptions): Promise<void> {
  const prepared = await prepareSpec(path, options.set, options.engine);
  requireWritable(options.out);
  requireWritable(journalFolder(options.out));
  requireWritable(specFolder(options.out, prepared.loaded.spec));
  const outcome = await interruptible((signal) =>
    runExperiment(prepared, {
      out: options.out,
      signal,
      workers: options.workers ?? defaultWorkers(prepared),
      threads: threadsFor(options.workers),
      watch: (progress) => showProgress(progress, process.stderr),
    }),
  );
  print(outcome, options);
  if (outcome.status === 'interrupted') process.exitCode = 130;
}

/** Number of steps below which a grid is done before threads would have started. */
const small = 20_000;

const defaultWorkers = ({ runs, spec }: Prepared): number =>
  runs.length * spec.steps > small ? availableParallelism() : 1;

function requireWritable(out: string): void {
  try {
    checkWritable(out);
  } catch (error) {
    throw new UsageError(`--out: ${(error as Error).message}`);
  }
}

function print(outcome: Outcome, { json }: RunOptions): void {
  say(json ? JSON.stringify(summary(outcome)) : report(outcome));
}

/** Ends the work in order at Ctrl-C; a second Ctrl-C ends the process. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\ninterrupted: keeping what was measured; once more to leave at once\n');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}
