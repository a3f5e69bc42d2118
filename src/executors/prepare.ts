import type { EngineName } from '../math/engines/engines.ts';
import { contentHash } from '../operators/sources/data/content-hash.ts';
import { readDataset } from '../operators/sources/data/file.ts';
import type { Dataset } from '../math/data/dataset.ts';
import { lawsOfRun, type ReadData, type RunConfig, type Trajectory, trajectory } from '../pipelines/experiment.ts';
import { checkFitColumns } from '../pipelines/fit.ts';
import { gridRuns, SpecError } from '../pipelines/parse.ts';
import { runColumns } from '../pipelines/runs.ts';
import { trajectoryKey } from '../store/keys.ts';
import { type Loaded, resolved } from '../store/load-spec.ts';
import type { StoredGrid, StoredRun } from '../store/results.ts';

/** A spec that is known to run: operators resolved, data read, a chain of every kind assembled once. */
export interface Prepared extends StoredGrid {
  readonly loaded: Loaded;
  readonly runs: readonly PreparedRun[];
}

export interface PreparedRun extends StoredRun {
  /** Draws data and parameters and assembles the chain; cold until it is subscribed to. */
  open(): Trajectory;
}

/** Files are read once, whatever the number of runs over them. */
function reader(): ReadData {
  const read = new Map<string, Dataset>();
  return ({ path, target }) => {
    const id = JSON.stringify([path, target]);
    const known = read.get(id) ?? readDataset(path, target === undefined ? {} : { target });
    read.set(id, known);
    return known;
  };
}

/**
 * Makes a spec ready, and finds out by assembling its chains whether it would run; writes nothing.
 *
 * @throws {SpecError} if data cannot be read, a column is read that nothing adds, or an operator refuses its options.
 */
export function prepare(loaded: Loaded, engine: EngineName): Prepared {
  const { registry, modules } = loaded;
  const spec = resolved(loaded);
  const read = reader();
  const kinds = new Map<string, Pick<StoredRun, 'laws'> & Pick<Trajectory, 'columns'>>();
  const runs = gridRuns(spec, registry).map((run): PreparedRun => {
    const { learningRate, seed, ...kind } = run.config;
    const id = JSON.stringify(kind);
    const open = () => trajectory(run.config, registry, read, engine);
    if (!kinds.has(id)) {
      const assembled = asSpecError(loaded, open);
      kinds.set(id, { columns: assembled.columns, laws: lawsOfRun(assembled, run.config) });
    }
    return { ...run, open, laws: kinds.get(id)!.laws, key: keyOf(run.config, read, modules, engine) };
  });
  const [first] = kinds.values();
  const columns = first!.columns;
  checkFitColumns(spec, runColumns(spec.grid, columns));
  return { loaded, spec, engine, runs, columns };
}

/** What an operator or a reader refuses on assembly is the spec's fault, and is said in its own words. */
function asSpecError<T>({ spec }: Loaded, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new SpecError(`${spec.name}: ${error.message}`);
    throw error;
  }
}

function keyOf(config: RunConfig, read: ReadData, modules: Loaded['modules'], engine: EngineName): string {
  const { data } = config;
  const content = data.kind === 'file' ? { kind: 'file', content: contentHash(read(data)) } : data;
  return trajectoryKey({ ...config, data: content, modules, engine });
}
