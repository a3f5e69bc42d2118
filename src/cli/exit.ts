import { SpecError } from '../pipelines/spec-error.ts';

/** A command that was given what it cannot work on. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The exit code of an error and the message a person is shown: 2 for a bad usage or spec, 1 for what failed on the way.
 * The stack is for those who ask for it (RXDESCENT_DEBUG=1).
 */
export function explained(error: unknown): { code: 1 | 2; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const stack = process.env['RXDESCENT_DEBUG'] === '1' && error instanceof Error ? `\n${error.stack}` : '';
  return { code: error instanceof SpecError || error instanceof UsageError ? 2 : 1, message: message + stack };
}
