import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type EngineName, registry } from '../math/engines/engines.ts';
import { didYouMean } from '../nearest-name.ts';
import { UsageError } from './exit.ts';

/** Adds the option `--set path=json`, which may be repeated. */
export const set = (command: Command): Command =>
  command.option(
    '--set <path=json>',
    'change a key of the spec, as steps=100, grid.seed=[1,2] or loss=mse; may be repeated',
    (value: string, all: string[]) => [...all, value],
    [] as string[],
  );

/** @throws {UsageError} if there is no such engine; lists those that there are. */
export function engineNamed(name: string): EngineName {
  const names = Object.keys(registry);
  if (names.includes(name)) return name as EngineName;
  throw new UsageError(`--engine: expected one of ${names.join(', ')}, got ${given(name)}${didYouMean(name, names)}`);
}

/** Largest number of threads. Each holds a copy of the program and its memory. */
const mostThreads = 1024;

/** @throws {UsageError} if the text is no number of threads. */
export function threads(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= mostThreads) return count;
  throw new UsageError(`--workers: expected an integer from 1 to ${mostThreads}, got ${given(text)}`);
}

/**
 * Returns the number of threads that large runs are split over. It is at most the number of cores,
 * because each step waits for all threads.
 */
export const threadsFor = (workers: number | undefined, cores = availableParallelism()): number =>
  Math.min(workers ?? cores, cores);

/** @throws {UsageError} if the path is empty, as an unset variable of a shell is. */
export function folder(path: string): string {
  if (path) return path;
  throw new UsageError(`--out: expected a folder, got ${given(path)}`);
}

const given = (text: string): string => text || '""';
