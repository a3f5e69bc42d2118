import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Experiment } from '../pipelines/experiment.ts';
import { parse, SpecError, withValue } from '../pipelines/parse.ts';
import { measures, type Registry, registered } from '../pipelines/registry.ts';

/** A spec ready to be run: parsed, with the operators it names. */
export interface Loaded {
  /** Defaults filled in, paths as they were written: what the folder's hash is taken of. */
  readonly spec: Experiment;
  /** Where its relative paths start. */
  readonly folder: string;
  readonly registry: Registry;
  /** sha256 of each module with operators of one's own, by the path in the spec: part of what a trajectory is. */
  readonly modules: Readonly<Record<string, string>>;
}

/** `path=json`, as `--set` takes it; a value that is no JSON stands for itself as text. */
function withSet(spec: unknown, set: string): unknown {
  const at = set.indexOf('=');
  if (at < 1) throw new SpecError(`--set: expected path=json, got ${set}`);
  const [path, text] = [set.slice(0, at), set.slice(at + 1)];
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // a word needs no quotes
  }
  // an axis has a dot in its name
  const axis = /^grid\.((?:data|model|optimizer)\..+)$/.exec(path)?.[1];
  if (!axis) return withValue(spec, path, value);
  const { grid, ...rest } = spec as { grid?: object };
  return { ...rest, grid: { ...grid, [axis]: value } };
}

/**
 * Reads a spec from a file, and the modules that it names.
 *
 * @throws {SpecError} if the file or a module cannot be read, is not JSON, or is not a spec: names file and key.
 */
export async function loadSpec(path: string, sets: readonly string[] = []): Promise<Loaded> {
  const text = read(path, 'a spec');
  let input: unknown;
  try {
    input = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw new SpecError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
  const folder = dirname(resolve(path));
  const changed = sets.reduce(withSet, input);
  const { registry, hashes } = await operatorsOf(changed, folder);
  try {
    return { spec: parse(changed, registry), folder, registry, modules: hashes };
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(error.message.replace(/^/gm, `${path}: `));
    throw error;
  }
}

async function operatorsOf(spec: unknown, folder: string) {
  const named = (spec as { operators?: unknown } | null)?.operators;
  const hashes: Record<string, string> = {};
  let registry = measures;
  for (const path of Array.isArray(named) ? named.filter((name) => typeof name === 'string') : []) {
    const file = resolve(folder, path);
    hashes[path] = createHash('sha256').update(read(file, 'a module with operators')).digest('hex');
    try {
      registry = { ...registry, ...registered(await import(pathToFileURL(file).href), path, registry) };
    } catch (error) {
      throw new SpecError(error instanceof TypeError ? error.message : `operators: ${path} cannot be loaded: ${(error as Error).message}`);
    }
  }
  return { registry, hashes };
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'nothing there' : code === 'EISDIR' ? 'a folder' : code;
    throw new SpecError(`${path}: expected ${what}, found ${found}`);
  }
}

/** The spec with the paths of its data files made absolute: what is stored, and what runs. */
export function resolved({ spec, folder }: Pick<Loaded, 'spec' | 'folder'>): Experiment {
  const absolute = (path: string) => resolve(folder, path);
  const paths = spec.grid['data.path'] as string[] | undefined;
  return {
    ...spec,
    data: spec.data.kind === 'file' ? { ...spec.data, path: absolute(spec.data.path) } : spec.data,
    grid: paths ? { ...spec.grid, 'data.path': paths.map(absolute) } : spec.grid,
    operators: spec.operators.map(absolute),
  };
}
