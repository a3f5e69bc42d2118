import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { dirname } from 'node:path';
import { isAlive } from './is-alive.ts';
import { makeFolder } from './make-folder.ts';
import { WriteError, writeError } from './write-error.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one of the same number; empty where the system does not say. */
  readonly born?: string;
  /** ISO 8601, UTC. */
  readonly start: string;
  readonly token: string;
}

/** The lock of a file lies beside it. */
const lockPath = (path: string): string => `${path}.lock`;

/**
 * Keeps other processes from writing a file, until what it returns is called. A lock that a dead
 * process of this machine left is taken over; whether one of another machine is alive cannot be
 * known, so it holds.
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
    if (read(at)?.token === token) fs.rmSync(at, { force: true });
  };
}

/** @throws {WriteError} if a process that may be alive is writing a file. */
export function requireUnlocked(path: string): void {
  const at = lockPath(path);
  const holder = read(at);
  if (!holder || isStale(holder)) return;
  const { pid, host } = holder;
  const gone = host === os.hostname() ? '' : `; if it is gone, remove ${at}`;
  throw new WriteError(
    `cannot write ${path}: process ${pid} on ${host} is writing it; wait for it, or take another --out${gone}`,
  );
}

/**
 * Makes a lock with its content at once, so that no other process finds it half written; false if
 * there is one.
 */
function create(path: string, at: string, text: string): boolean {
  const whole = `${at}.${randomUUID().slice(0, 8)}`;
  try {
    makeFolder(dirname(at));
    fs.writeFileSync(whole, text, { flag: 'wx' });
    try {
      fs.linkSync(whole, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      // a file system without hard links
      fs.copyFileSync(whole, at, fs.constants.COPYFILE_EXCL);
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && fs.existsSync(whole)) return false;
    throw writeError(path, cause);
  } finally {
    fs.rmSync(whole, { force: true });
  }
}

/** Who holds a lock; null if there is none, or it is damaged. */
function read(at: string): Holder | null {
  try {
    const holder = JSON.parse(fs.readFileSync(at, 'utf8'));
    return Number.isInteger(holder?.pid) ? holder : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw writeError(at, error);
  }
}

function isStale({ pid, host, born: then }: Holder): boolean {
  if (host !== os.hostname()) return false;
  return !isAlive(pid) || Boolean(then && then !== born(pid));
}

/**
 * Boot and clock tick that a process started at, on Linux: a container starts its processes with
 * the same numbers.
 */
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

/**
 * Removes a stale lock, but not the one of a process that has taken it over since it was looked at.
 */
function moveAway(at: string): void {
  const aside = `${at}.${randomUUID().slice(0, 8)}`;
  try {
    fs.renameSync(at, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another process was faster
    throw writeError(at, error);
  }
  try {
    const holder = read(aside);
    if (holder && !isStale(holder)) fs.linkSync(aside, at);
  } finally {
    fs.rmSync(aside, { force: true });
  }
}
