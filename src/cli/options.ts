import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type EngineName, registry } from '../math/engines/engines.ts';
import { didYouMean } from '../nearest-name.ts';
import { UsageError } from './exit.ts';

/** `--set path=json`, any number of times. */
export const set = (command: Command): Command =>
  command.option(
    '--set <path=json>',
    'change a key of the spec, as steps=100, grid.seed=[1,2] or loss=mse; may be repeated',
    (value: string, all: string[]) => [...all, value],
    [] as string[],
  );

/** @throws {UsageError} that lists what engines there are. */
export function engineNamed(name: string): EngineName {
  const names = Object.keys(registry);
  if (names.includes(name)) return name as EngineName;
  throw new UsageError(`--engine: expected one of ${names.join(', ')}, got ${given(name)}${didYouMean(name, names)}`);
}

/** Each thread holds a copy of the program and its memory. */
const mostThreads = 1024;

/** @throws {UsageError} if it is no number of threads. */
export function threads(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= mostThreads) return count;
  throw new UsageError(`--workers: expected an integer from 1 to ${mostThreads}, got ${given(text)}`);
}

/** Threads that large runs are split over: with more than there are cores, each step waits for one that is not running. */
export const helping = (workers: number | undefined, cores = availableParallelism()): number =>
  Math.min(workers ?? cores, cores);

/** @throws {UsageError} if it is empty, as a variable of a shell that is not set. */
export function folder(path: string): string {
  if (path) return path;
  throw new UsageError(`--out: expected a folder, got ${given(path)}`);
}

const given = (text: string): string => text || '""';
