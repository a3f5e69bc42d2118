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
  /** Start of the process, as `born` returns it, since a later one may have the same number. */
  readonly born?: string;
  /** Time of the lock, ISO 8601 in UTC. */
  readonly start: string;
  readonly token: string;
}

/** Path of the lock of a file, beside it. */
const lockPath = (path: string): string => `${path}.lock`;

/**
 * Keeps other processes from writing a file until the function that it returns is called. The lock
 * of a dead process of this machine is taken over. That of another machine holds, because nothing
 * tells whether its process is alive.
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
 * Makes a lock together with its content, so that no other process finds it half written. Returns
 * false if there is one already.
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

/** Reads the holder of a lock; null if there is no lock, or it is damaged. */
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
 * Returns boot and clock tick at which a process started, empty if the system does not say (only
 * Linux does). The number alone is not enough, because each start of a container counts from 1.
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
