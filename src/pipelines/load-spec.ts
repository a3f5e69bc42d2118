import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../files/sha256.ts';
import type { Experiment } from './experiment.ts';

import { importModule } from './import-module.ts';
import { parse } from './parse.ts';
import { parseJson } from './parse-json.ts';
import { keysOf, withValue } from './paths.ts';
import { builtIn, type Registry, registered } from './registry.ts';
import { asSpecFault, SpecError } from './spec-error.ts';

/** Spec ready to be run: parsed, with what its modules add to the registry. */
export interface LoadedSpec {
  /** File that it was read from, as the user named it. */
  readonly path: string;
  /**
   * Spec with its defaults and with paths as they were written. The folder's hash is taken of it.
   */
  readonly spec: Experiment;
  readonly registry: Registry;
  /** SHA-256 of each module by its path in the spec; part of the key of a trajectory. */
  readonly modules: Readonly<Record<string, string>>;
}

/**
 * Reads a spec from a file, and the modules that it names.
 *
 * @param sets Changes as `path=json`; a value that is not JSON is taken as text.
 * @throws {SpecError} if the file or a module cannot be read, is not JSON, or is not a spec: names
 *   file and key.
 */
export async function loadSpec(path: string, sets: readonly string[] = []): Promise<LoadedSpec> {
  const written = parseJson(path, read(path, 'a spec'));
  const input = sets.reduce(withSet, written);
  try {
    const { registry, modules } = await modulesOf(input, dirname(resolve(path)));
    return { path, spec: parse(input, registry), registry, modules };
  } catch (error) {
    throw error instanceof SpecError ? error.in(path) : error;
  }
}

function withSet(spec: object, set: string): object {
  const at = set.indexOf('=');
  if (at < 1 || !keysOf(set.slice(0, at)).length) throw new SpecError(`--set: expected path=json, got ${set}`);
  const [path, text] = [set.slice(0, at), set.slice(at + 1)];
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // a word needs no quotes
  }
  return asSpecFault(`--set ${path}`, () => withValue(spec, keysOf(path), value) as object);
}

async function modulesOf(spec: object, folder: string) {
  const key = Object.hasOwn(spec, 'modules') ? 'modules' : 'operators';
  const paths: unknown = (spec as Record<string, unknown>)[key];
  // the schema refuses what is no path
  const texts = (Array.isArray(paths) ? paths : []).filter((path) => typeof path === 'string');
  return loadModules(texts, { folder, key });
}

/**
 * Loads the modules at `paths` and adds what they export to what comes with the package.
 *
 * @param options.key Key of the spec, for messages.
 * @throws {SpecError} if a module cannot be loaded, exports nothing of use, or takes a name twice.
 */
export async function loadModules(
  paths: readonly string[],
  { folder = '', key = 'modules' }: { readonly folder?: string; readonly key?: string } = {},
): Promise<Pick<LoadedSpec, 'registry' | 'modules'>> {
  const modules: Record<string, string> = {};
  let registry = builtIn;
  for (const [i, path] of paths.entries()) {
    const file = resolve(folder, path);
    const module = await load(`${key}[${i}]`, file);
    modules[path] = module.hash;
    registry = asSpecFault(`${key}[${i}]: ${file}`, () => registered(module.exports, registry));
  }
  return { registry, modules };
}

async function load(key: string, file: string): Promise<{ exports: Record<string, unknown>; hash: string }> {
  const bytes = asSpecFault(key, () => read(file, 'a module'));
  try {
    return { exports: await importModule(pathToFileURL(file).href), hash: sha256(sourcesOf(file, bytes)) };
  } catch (error) {
    throw new SpecError(`${key}: ${file}: expected a module that can be loaded, got ${String(error)}`);
  }
}

/**
 * Joins the text of a module with that of all that it imports by a relative path, and these in
 * turn, because what it does depends on them. Packages that it imports are left out.
 */
function sourcesOf(file: string, bytes = read(file, 'a module'), seen = new Set<string>()): string {
  seen.add(file);
  const text = bytes.toString('utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)].flatMap(
    ([, path]) => sourcePaths(resolve(dirname(file), path!)).find(isFile) ?? [],
  );
  return [text, ...imported.map((path) => (seen.has(path) ? '' : sourcesOf(path, undefined, seen)))].join('\0');
}

/** Lists the files that an import may mean, as a loader of TypeScript looks for them. */
const sourcePaths = (path: string): string[] => [
  path,
  path.replace(/\.([cm]?)js$/, '.$1ts'),
  ...['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => path + end),
];

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

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

/** Makes the paths of a spec's files absolute. The result is stored, and runs. */
export function resolved({ spec, path, registry }: Pick<LoadedSpec, 'spec' | 'path' | 'registry'>): Experiment {
  const folder = dirname(resolve(path));
  const absolute = (file: unknown) => (typeof file === 'string' ? resolve(folder, file) : file);
  const kinds = [spec.data.kind, ...(spec.grid['data.kind'] ?? [])].map(String);
  const keys = new Set(kinds.flatMap((kind) => registry.data[kind]!.paths ?? []));
  const data = Object.entries(spec.data).map(([key, value]) => [key, keys.has(key) ? absolute(value) : value]);
  const axes = Object.entries(spec.grid)
    .filter(([axis]) => [...keys].some((key) => axis === `data.${key}`))
    .map(([axis, files]) => [axis, files.map(absolute)]);
  return {
    ...spec,
    data: Object.fromEntries(data),
    grid: { ...spec.grid, ...Object.fromEntries(axes) },
    modules: spec.modules.map((file) => resolve(folder, file)),
  };
}
