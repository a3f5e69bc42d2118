import { reasonOf } from '../files/write-error.ts';

/** Prints a command's result on stdout. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Handles standard streams that take nothing more. Node takes that for a crash or, from
 * `console.log`, for nothing at all. Here a reader that has seen enough, as in `| head -1`, is no
 * fault and stops no run; a full disk under `> FILE` ends the command with 1.
 */
export function minded(host: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once' | 'exitCode'>): void {
  host.stderr.on('error', () => {}); // nobody is left to tell
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    host.stderr.write(`cannot write to stdout: ${reasonOf(error)}\n`);
    host.once('exit', () => {
      host.exitCode = 1;
    });
  });
}
