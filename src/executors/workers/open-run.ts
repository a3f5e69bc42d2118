import { isMainThread } from 'node:worker_threads';
import { type EngineName, loadEngine } from '../../math/engines/engines.ts';
import { type Host, type MakeData, type RunConfig, trajectory } from '../../pipelines/experiment.ts';
import { loadModules } from '../../pipelines/load-spec.ts';
import type { Registry } from '../../pipelines/registry.ts';
import type { Stream } from '../../stream.ts';
import { consoleOnStderr } from '../console-on-stderr.ts';
import { reader } from '../reader.ts';

/** Run of a spec as plain data, which is all that a worker gets. */
export interface RunArgument {
  readonly config: RunConfig;
  /** Absolute paths of the spec's modules. */
  readonly modules: readonly string[];
  readonly host: Omit<Host, 'engine'> & { readonly engine: string };
}

/** Registry and data of a set of modules: loaded once per thread, not once per run. */
const loaded = new Map<string, Promise<{ readonly registry: Registry; readonly makeData: MakeData }>>();

function load(modules: readonly string[]) {
  const id = JSON.stringify(modules);
  const known =
    loaded.get(id) ?? loadModules(modules).then(({ registry }) => ({ registry, makeData: reader(registry.data) }));
  loaded.set(id, known);
  return known;
}

/** Makes the rows of one run of a spec in the calling thread. */
export async function openRun({ config, modules, host }: RunArgument): Promise<Stream<Record<string, unknown>>> {
  if (!isMainThread) consoleOnStderr();
  const { registry, makeData } = await load(modules);
  const engine = await loadEngine(host.engine as EngineName);
  return trajectory(config, registry, makeData, { ...host, engine }).rows;
}
