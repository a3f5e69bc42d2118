import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const root = new URL('../../', import.meta.url);
const main = ['--import', 'tsx', 'src/cli/main.ts'];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command to its end, without a terminal. */
export function rxdescent(...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...main, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stdout, stderr };
}

/** Starts it, and leaves it running; what it says goes nowhere. */
export const startRxdescent = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [...main, ...args], { cwd: root, stdio: 'ignore' });
