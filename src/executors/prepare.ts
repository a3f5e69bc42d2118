import { contentHash } from '../datasets/content-hash.ts';
import type { Dataset } from '../math/data/dataset.ts';
import type { Engine } from '../math/engines/engine.ts';
import { type EngineName, loadOrFallBack } from '../math/engines/engines.ts';
import { axisColumnsOf } from '../pipelines/axis-columns.ts';
import { lawsOfRun, type RunConfig, type Trajectory, trajectory } from '../pipelines/experiment.ts';
import { checkFitColumns, fitsOf } from '../pipelines/fit.ts';
import { type LoadedSpec, resolved } from '../pipelines/load-spec.ts';
import { gridRuns } from '../pipelines/parse.ts';
import type { Registry } from '../pipelines/registry.ts';
import { checkNames, runColumns } from '../pipelines/runs.ts';
import { inFile } from '../pipelines/spec-error.ts';
import { trajectoryKey } from '../store/keys.ts';
import { type StoredGrid, type StoredRun, specOrigin } from '../store/results.ts';
import { reader } from './reader.ts';

/** Spec that is known to run: modules loaded, data read, a chain of every kind assembled once. */
export interface Prepared extends StoredGrid {
  readonly loaded: LoadedSpec;
  readonly engine: Engine;
  /** Reason if another engine runs than was asked for. */
  readonly fallback?: string | undefined;
  readonly runs: readonly PreparedRun[];
}

export interface PreparedRun extends StoredRun {
  /**
   * Draws data and parameters and assembles the chain for so many threads. It starts when
   * subscribed to.
   */
  open(threads?: number): Trajectory;
}

/**
 * Makes a spec ready: loads the engine, or one that takes its place, and assembles the chains to
 * find out if they would run. Writes nothing.
 *
 * @throws {SpecError} if data cannot be read, a column is read that nothing adds, or an operator
 *   refuses its options.
 */
export async function prepare(loaded: LoadedSpec, asked: EngineName = 'wasm'): Promise<Prepared> {
  const { engine, fallback } = await loadOrFallBack(asked);
  const { registry, modules, path } = loaded;
  const spec = resolved(loaded);
  const makeData = reader(registry.data);
  /** Content of data that is read from files: its path is no part of a trajectory's key. */
  const contentOf = (data: RunConfig['data']): unknown => {
    const { paths = [] } = registry.data[data.kind]!;
    if (!paths.length) return data;
    const made = makeData(data);
    if ('x' in made) return { kind: 'file', content: hashOf(made) };
    const isPath = ([key, value]: [string, unknown]) => paths.includes(key) && typeof value === 'string';
    const drawn = Object.fromEntries(Object.entries(data).filter((entry) => !isPath(entry)));
    return { ...drawn, content: hashOf(made.from!) };
  };
  const kinds = new Map<string, Kind>();
  return inFile(path, () => {
    const runs = gridRuns(spec, registry).map((run): PreparedRun => {
      const { learningRate, seed, ...kind } = run.config;
      const id = JSON.stringify(kind);
      const open = (threads = 1) => trajectory(run.config, registry, makeData, { engine, threads });
      if (!kinds.has(id)) kinds.set(id, kindOf(open(), run.config, registry));
      const { laws, columns } = kinds.get(id)!;
      return {
        ...run,
        open,
        laws,
        key: keyOf(run.config, contentOf(run.config.data), { modules, bits: engine.bits, columns: typesOf(columns) }),
      };
    });
    const [first] = kinds.values();
    const { columns } = first!;
    const axes = axisColumnsOf(spec, registry);
    checkNames(axes, columns);
    checkFitColumns(spec, runColumns(axes, columns));
    const fits = fitsOf(spec, registry.fits);
    return { loaded, spec, axes, engine, fallback, runs, columns, fits, origin: specOrigin(loaded.spec) };
  });
}

/** Laws and columns that runs share if they differ in learning rate and seed alone. */
type Kind = Pick<StoredRun, 'laws'> & Pick<Trajectory, 'columns'>;

const kindOf = (assembled: Trajectory, config: RunConfig, registry: Registry): Kind => ({
  columns: assembled.columns,
  laws: lawsOfRun(assembled, config, registry),
});

const typesOf = (columns: Trajectory['columns']) =>
  Object.entries(columns).map(([name, { arrow, unit, nullable }]) => [name, arrow, unit, nullable]);

const keyOf = (config: RunConfig, data: unknown, rest: Readonly<Record<string, unknown>>): string =>
  trajectoryKey({ ...config, data, ...rest });

const hashes = new WeakMap<Dataset, string>();

/** Takes the {@link contentHash} once of a data set that many runs share. */
function hashOf(dataset: Dataset): string {
  const known = hashes.get(dataset) ?? contentHash(dataset);
  hashes.set(dataset, known);
  return known;
}
