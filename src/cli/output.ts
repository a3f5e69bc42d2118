import { reasonOf } from '../files/write-error.ts';

/** Says a command's result, on stdout. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Decides what it means if nothing more can be written to a standard stream, which Node takes for a crash or, from
 * `console.log`, for nothing at all. A reader that has seen enough, as in `| head -1`, is no fault and stops no run; a
 * disk that is full under `> FILE` ends with 1.
 */
export function minded(host: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once' | 'exitCode'>): void {
  host.stderr.on('error', () => {}); // there is nobody left to tell
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    host.stderr.write(`cannot write to stdout: ${reasonOf(error)}\n`);
    host.once('exit', () => {
      host.exitCode = 1;
    });
  });
}
