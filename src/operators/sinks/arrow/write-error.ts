/** The system's word on a failed write, as one sentence that names the file. */
export function writeError(path: string, cause: unknown, kept = ''): Error {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // Node says `ENOSPC: no space left on device, write`
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
  return new Error(`cannot write ${path}: ${reason}${code && ` (${code})`}${kept}`, { cause });
}
