/** Tells whether a process of this number runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is another user's
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
