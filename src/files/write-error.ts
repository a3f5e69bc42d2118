/** Error of a write that failed; its message names the file in one sentence. */
export class WriteError extends Error {}

/** Makes the error of a failed write from that of the system. */
export function writeError(path: string, cause: unknown, kept = ''): WriteError {
  return new WriteError(`cannot write ${path}: ${reasonOf(cause)}${kept}`, { cause });
}

/** Returns the reason of an error in the system's words, with its code. */
export function reasonOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // Node says `ENOSPC: no space left on device, write`
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
  return `${reason}${code && ` (${code})`}`;
}
