import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { dirname } from 'node:path';
import { WriteError, writeError } from '../operators/sinks/arrow/write-error.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one of the same number; empty where the system does not say. */
  readonly born: string;
  /** ISO 8601, UTC. */
  readonly start: string;
  readonly token: string;
}

/** The lock of a file lies beside it. */
export const lockPath = (path: string): string => path.replace(/(\.arrows)?$/, '.lock');

/** Milliseconds after which a lock that nobody can read counts as left by a process that died while writing it. */
const patience = 5000;

/**
 * Keeps other processes from writing a file, until what it returns is called. A lock that a dead process of this
 * machine left is taken over; whether one of another machine is alive cannot be known, so it holds.
 *
 * @throws {WriteError} that names the file and the process that is writing it.
 */
export function lock(path: string): () => void {
  const at = lockPath(path);
  const token = randomUUID();
  const start = new Date().toISOString();
  const mine: Holder = { pid: process.pid, host: os.hostname(), born: born(process.pid), start, token };
  while (!create(path, at, JSON.stringify(mine))) {
    requireUnlocked(path);
    moveAway(at);
  }
  return () => {
    if (read(at)?.holder?.token === token) fs.rmSync(at, { force: true });
  };
}

/** @throws {WriteError} if a process that may be alive is writing a file. */
export function requireUnlocked(path: string): void {
  const at = lockPath(path);
  const found = read(at);
  if (!found || isStale(found)) return;
  const { holder } = found;
  if (!holder) throw new WriteError(`cannot write ${path}: another process is about to; try again in a few seconds`);
  const gone = holder.host === os.hostname() ? '' : `; if it is gone, remove ${at}`;
  throw new WriteError(
    `cannot write ${path}: process ${holder.pid} on ${holder.host} is writing it; wait for it, or use another --out${gone}`,
  );
}

function create(path: string, at: string, text: string): boolean {
  try {
    fs.mkdirSync(dirname(at), { recursive: true });
    fs.writeFileSync(at, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && fs.statSync(at, { throwIfNoEntry: false })?.isFile() !== false) return false;
    // made, and then the disk was full
    if (code === 'ENOSPC' || code === 'EDQUOT') fs.rmSync(at, { force: true });
    throw writeError(path, cause);
  }
}

interface Found {
  /** Null if the lock cannot be read, or not yet. */
  readonly holder: Holder | null;
  readonly age: number;
}

/** Null if there is no lock. */
function read(at: string): Found | null {
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (!stat) return null;
  const age = Date.now() - stat.mtimeMs;
  try {
    const holder = JSON.parse(fs.readFileSync(at, 'utf8'));
    return { holder: Number.isInteger(holder?.pid) ? holder : null, age };
  } catch {
    return { holder: null, age };
  }
}

function isStale({ holder, age }: Found): boolean {
  if (!holder) return age > patience;
  if (holder.host !== os.hostname()) return false;
  return !isAlive(holder.pid) || (holder.born !== '' && holder.born !== born(holder.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // somebody else's process is one, too
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot and clock tick that a process started at, on Linux: a container starts its processes with the same numbers. */
function born(pid: number): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // behind the name of the program, which may hold spaces and brackets
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${boot} ${fields[19]}`;
  } catch {
    return '';
  }
}

/** Removes a stale lock, but not the one of a process that has taken it over since it was looked at. */
function moveAway(at: string): void {
  const aside = `${at}.${randomUUID().slice(0, 8)}`;
  try {
    fs.renameSync(at, aside);
  } catch {
    return; // another process was faster
  }
  const moved = read(aside);
  try {
    if (moved && !isStale(moved)) fs.copyFileSync(aside, at, fs.constants.COPYFILE_EXCL);
  } finally {
    fs.rmSync(aside, { force: true });
  }
}
