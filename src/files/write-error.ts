/** A write that failed, in one sentence that names the file. */
export class WriteError extends Error {}

/** The system's word on a failed write. */
export function writeError(path: string, cause: unknown, kept = ''): WriteError {
  return new WriteError(`cannot write ${path}: ${reasonOf(cause)}${kept}`, { cause });
}

/** What the system says went wrong, in its own words and with its code. */
export function reasonOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // Node says `ENOSPC: no space left on device, write`
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
  return `${reason}${code && ` (${code})`}`;
}
