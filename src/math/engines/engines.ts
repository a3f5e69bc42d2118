import type { Engine } from './engine.ts';
import * as typedArray from './typed-array/engine.ts';
import * as wasm from './wasm/engine.ts';
import * as wasmFma from './wasm/fma.ts';

/** What computes loss, gradient and products: plain loops, WebAssembly, or that with fused multiply-add. */
export type EngineName = 'typed-array' | 'wasm' | 'wasm-fma';

export const engines: Record<EngineName, Engine> = { 'typed-array': typedArray, wasm, 'wasm-fma': wasmFma };

/** What takes the place of an engine that a runtime lacks the instructions for; `typed-array` runs everywhere. */
const instead: Readonly<Record<EngineName, EngineName>> = {
  'wasm-fma': 'wasm',
  wasm: 'typed-array',
  'typed-array': 'typed-array',
};

/** The engine asked for, by default `wasm`, or the next best one that this runtime can run. */
export const runnable = (name: EngineName = 'wasm'): EngineName =>
  (engines[name].available ?? true) ? name : runnable(instead[name]);
