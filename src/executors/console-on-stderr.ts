import { Console } from 'node:console';

/**
 * Sends what a user's module prints to stderr, because stdout is for the command's result: one JSON
 * and nothing else with `--json`.
 */
export function consoleOnStderr(): void {
  globalThis.console = new Console(process.stderr);
}
