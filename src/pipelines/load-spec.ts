import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../files/sha256.ts';
import { dataPaths, type Experiment } from './experiment.ts';

import { importModule } from './import-module.ts';
import { parse } from './parse.ts';
import { parseJson } from './parse-json.ts';
import { keysOf, withValue } from './paths.ts';
import {
  type FitRegistry,
  fits as knownFits,
  measures,
  type Registry,
  registered,
  registeredFits,
} from './registry.ts';
import { asSpecFault, SpecError } from './spec-error.ts';

/** A spec ready to be run: parsed, with the operators it names. */
export interface LoadedSpec {
  /** The file it was read from, as it was named. */
  readonly path: string;
  /** Defaults filled in, paths as they were written: what the folder's hash is taken of. */
  readonly spec: Experiment;
  readonly registry: Registry;
  /** Fits that come with the package and those of the modules. */
  readonly fits: FitRegistry;
  /** sha256 of each module with operators of one's own, by the path in the spec: part of what a trajectory is. */
  readonly modules: Readonly<Record<string, string>>;
}

/**
 * Reads a spec from a file, and the modules that it names.
 *
 * @param sets Changes as `path=json`; a value that is not JSON is taken as text.
 * @throws {SpecError} if the file or a module cannot be read, is not JSON, or is not a spec: names file and key.
 */
export async function loadSpec(path: string, sets: readonly string[] = []): Promise<LoadedSpec> {
  const written = parseJson(path, read(path, 'a spec'));
  const input = sets.reduce(withSet, written);
  try {
    const { registry, fits, modules } = await operatorsOf(input, dirname(resolve(path)));
    return { path, spec: parse(input, registry, fits), registry, fits, modules };
  } catch (error) {
    throw error instanceof SpecError ? error.in(path) : error;
  }
}

function withSet(spec: object, set: string): object {
  const at = set.indexOf('=');
  if (at < 1) throw new SpecError(`--set: expected path=json, got ${set}`);
  const [path, text] = [set.slice(0, at), set.slice(at + 1)];
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // a word needs no quotes
  }
  return asSpecFault(`--set ${path}`, () => withValue(spec, keysOf(path), value) as object);
}

async function operatorsOf(spec: object, folder: string) {
  const { operators } = spec as { operators?: unknown };
  // what is no path, the schema says
  return loadOperators(
    (Array.isArray(operators) ? operators : []).filter((path) => typeof path === 'string'),
    folder,
  );
}

/**
 * Loads the operators and fits that come with the package and those of the modules at `paths`.
 *
 * @throws {SpecError} if a module cannot be loaded, exports neither, or takes a name twice.
 */
export async function loadOperators(paths: readonly string[], folder = '') {
  const modules: Record<string, string> = {};
  let registry = measures;
  let fits = knownFits;
  for (const [i, path] of paths.entries()) {
    const file = resolve(folder, path);
    const module = await load(`operators[${i}]`, file);
    modules[path] = module.hash;
    const key = `operators[${i}]: ${file}`;
    registry = { ...registry, ...asSpecFault(key, () => registered(module.exports, registry)) };
    fits = { ...fits, ...asSpecFault(key, () => registeredFits(module.exports, fits)) };
  }
  return { registry, fits, modules };
}

async function load(key: string, file: string): Promise<{ exports: Record<string, unknown>; hash: string }> {
  const bytes = asSpecFault(key, () => read(file, 'a module with operators'));
  try {
    return { exports: await importModule(pathToFileURL(file).href), hash: sha256(sourcesOf(file, bytes)) };
  } catch (error) {
    throw new SpecError(`${key}: ${file}: expected a module that can be loaded, got ${String(error)}`);
  }
}

/**
 * The text of a module and of all that it imports by a relative path, and these in turn: what its operators do depends on
 * them. Packages that it imports are not looked into.
 */
function sourcesOf(file: string, bytes = read(file, 'a module'), seen = new Set<string>()): string {
  seen.add(file);
  const text = bytes.toString('utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)]
    .map(([, path]) => resolve(dirname(file), path!))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return [text, ...imported.map((path) => (seen.has(path) ? '' : sourcesOf(path, undefined, seen)))].join('\0');
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const known: Record<string, string> = {
      ENOENT: 'nothing there',
      ENOTDIR: 'nothing there',
      EISDIR: 'a folder',
      EACCES: 'a file that may not be read',
    };
    throw new SpecError(`${path}: expected ${what}, got ${known[code] ?? code}`);
  }
}

/** The keys of `data` that hold a path, whatever its kind. */
const pathKeys: readonly string[] = Object.values(dataPaths).flat();

/** The spec with the paths of its files made absolute: what is stored, and what runs. */
export function resolved({ spec, path }: Pick<LoadedSpec, 'spec' | 'path'>): Experiment {
  const folder = dirname(resolve(path));
  const absolute = (file: string) => resolve(folder, file);
  const data = Object.entries(spec.data)
    .filter(([key]) => pathKeys.includes(key))
    .map(([key, file]) => [key, absolute(file as string)]);
  const axes = Object.entries(spec.grid)
    .filter(([axis]) => pathKeys.some((key) => axis === `data.${key}`))
    .map(([axis, files]) => [axis, (files as string[]).map(absolute)]);
  return {
    ...spec,
    data: { ...spec.data, ...Object.fromEntries(data) },
    grid: { ...spec.grid, ...Object.fromEntries(axes) },
    operators: spec.operators.map(absolute),
  };
}
