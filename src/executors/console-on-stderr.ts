import { Console } from 'node:console';

/**
 * Lets what a module of one's own prints go to stderr: stdout is for what the command says, and with `--json` for one
 * JSON and nothing else.
 */
export function consoleOnStderr(): void {
  globalThis.console = new Console(process.stderr);
}
