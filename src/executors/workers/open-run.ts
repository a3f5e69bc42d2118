import { isMainThread } from 'node:worker_threads';
import { type Host, type RunConfig, trajectory } from '../../pipelines/experiment.ts';
import { loadOperators } from '../../pipelines/load-spec.ts';
import type { Stream } from '../../stream.ts';
import { consoleOnStderr } from '../console-on-stderr.ts';
import { reader } from '../reader.ts';

/** All that a worker needs to know of a run of a spec, as plain data. */
export interface RunArgument {
  readonly config: RunConfig;
  /** Absolute paths of the modules with operators of one's own. */
  readonly operators: readonly string[];
  readonly host: Host;
}

const read = reader();

/** The rows of one run of a spec, in the thread that asks. */
export async function openRun({ config, operators, host }: RunArgument): Promise<Stream<Record<string, unknown>>> {
  if (!isMainThread) consoleOnStderr();
  const { registry } = await loadOperators(operators);
  return trajectory(config, registry, read, host).rows;
}
