import { requireOneOf } from '../require-one-of.ts';
import type { Engine } from './engine.ts';
import * as typedArray from './typed-array/engine.ts';
import * as wasm from './wasm/engine.ts';
import * as wasmFma from './wasm/fma.ts';

/** Engine of the package: plain loops, WebAssembly, or WebAssembly with fused multiply-add. */
export type BuiltInEngine = 'typed-array' | 'wasm' | 'wasm-fma';

/** Built-in engines. `objective` takes them by name, because they need no promise. */
export const engines: Record<BuiltInEngine, Engine> = { 'typed-array': typedArray, wasm, 'wasm-fma': wasmFma };

interface Registered {
  /** Resolves to the engine; rejects if it is not installed. */
  load(): Promise<Engine>;
  /** Engine that runs if this one cannot. `typed-array` runs everywhere. */
  readonly fallback: BuiltInEngine;
}

/**
 * Registry of engines. An optional engine is one file in this folder and one line here:
 * `native: { load: () => import('./native/engine.ts'), fallback: 'wasm' }`.
 */
export const registry = {
  'typed-array': { load: async () => engines['typed-array'], fallback: 'typed-array' },
  wasm: { load: async () => engines.wasm, fallback: 'typed-array' },
  'wasm-fma': { load: async () => engines['wasm-fma'], fallback: 'wasm' },
} satisfies Record<string, Registered>;

/** Engine that {@link loadEngine} loads. */
export type EngineName = keyof typeof registry;

export const isEngine = (value: unknown): value is Engine =>
  typeof value === 'object' && value !== null && 'open' in value;

/**
 * Returns the built-in engine of that name, or the first of its fallbacks that this runtime can
 * run.
 */
export const firstAvailable = (name: BuiltInEngine): Engine =>
  (engines[name].available ?? true) ? engines[name] : firstAvailable(registry[name].fallback);

/**
 * Loads an engine. `objective` takes the result as its `engine`. It takes built-in engines by name
 * as well, but not those that are optional.
 *
 * @throws {RangeError} if there is no engine of that name.
 * @throws {Error} if it is not installed, or this runtime lacks the instructions that it needs.
 * @example
 * const engine = await loadEngine('wasm');
 * const data = chebyshev({ n: 20, degree: 3 });
 * objective({ model: mlp({ hidden: [64] }), loss: 'mse', data, engine });
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  requireOneOf('loadEngine', { name }, Object.keys(registry));
  const engine = await registry[name].load().catch((error: unknown) => {
    throw new Error(`${name} cannot be loaded: ${error instanceof Error ? error.message : error}`, { cause: error });
  });
  if (engine.available ?? true) return engine;
  throw new Error(`${name} needs instructions that this runtime lacks`);
}

/** Engine that runs, and the reason if it is not the one that was asked for. */
export interface LoadedEngine {
  readonly engine: Engine;
  readonly fallback?: string | undefined;
}

/**
 * Loads an engine, or if it cannot be loaded the first of its fallbacks that this runtime can run.
 *
 * @throws {RangeError} if there is no engine of that name.
 */
export async function loadOrFallBack(name: EngineName): Promise<LoadedEngine> {
  requireOneOf('loadOrFallBack', { name }, Object.keys(registry));
  return loadEngine(name).then(
    (engine) => ({ engine }),
    ({ message }: Error) => ({ engine: firstAvailable(registry[name].fallback), fallback: message }),
  );
}
