import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const withLoader = (file: string, args: readonly string[]): string[] => ['--import', loader, file, ...args];

/** Runs a TypeScript program as a process of its own, as a person would. */
export function program(
  file: string,
  args: readonly string[],
  cwd: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  // checks of the tests are not for those who run the command
  const env = { ...process.env, RXDESCENT_CHECK: '', NO_COLOR: '1' };
  const child = spawn(process.execPath, withLoader(file, args), { cwd, env });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, ended };
}

/** Arguments with which Node runs the command itself. */
export const command = (args: readonly string[]): string[] => withLoader(main, args);
/** Starts the command itself. */
export const started = (args: readonly string[], cwd: string) => program(main, args, cwd);
export const rxdescent = (args: readonly string[], cwd: string): Promise<Ended> => started(args, cwd).ended;
