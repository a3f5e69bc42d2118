import { SpecError } from '../pipelines/spec-error.ts';

/** Fault in how a command was called. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Returns the exit code and the message for an error: 2 for a bad usage or spec, 1 if something
 * failed on the way. RXDESCENT_DEBUG=1 adds the stack.
 */
export function explained(error: unknown): { code: 1 | 2; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const stack = process.env['RXDESCENT_DEBUG'] === '1' && error instanceof Error ? `\n${error.stack}` : '';
  return { code: error instanceof SpecError || error instanceof UsageError ? 2 : 1, message: message + stack };
}
