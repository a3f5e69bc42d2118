import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './is-alive.ts';
import { makeFolder } from './make-folder.ts';
import { sha256 } from './sha256.ts';
import { writeError } from './write-error.ts';

/**
 * File that appears whole or not at all: it is written beside its place, synced to disk, then
 * renamed. The constructor removes what killed processes of this machine left of the same file.
 *
 * @throws {Error} `cannot write FILE: …` from any method; the temporary file is then gone.
 * @example
 * const file = new AtomicFile('output/notes.txt');
 * file.write(Buffer.from('done'));
 * console.log(file.commit());
 */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #hash = createHash('sha256');
  readonly #fd: number;
  #open = true;

  constructor(path: string) {
    this.path = path;
    const prefix = `.${basename(path)}.${host}-`;
    this.#temporary = join(dirname(path), `${prefix}${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
    try {
      makeFolder(dirname(path));
      removeLeft(dirname(path), prefix);
      this.#fd = fs.openSync(this.#temporary, 'wx');
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  write(bytes: Uint8Array): void {
    this.#try(() => {
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(this.#fd, bytes, done);
      this.#hash.update(bytes);
    });
  }

  /** Puts the file in its place, and returns the SHA-256 of its content. */
  commit(): string {
    this.#try(() => {
      fs.fsyncSync(this.#fd);
      this.#close();
      fs.renameSync(this.#temporary, this.path);
      syncFolder(dirname(this.path));
    });
    return this.#hash.digest('hex');
  }

  /** Removes the temporary file; a file that was there before stays. */
  abort(): void {
    this.#close();
    fs.rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#open) fs.closeSync(this.#fd);
    this.#open = false;
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (cause) {
      this.abort();
      throw writeError(this.path, cause);
    }
  }
}

/** Mark of this machine, because several may share a folder. */
const host = sha256(hostname()).slice(0, 8);

/** Removes the temporary files of processes that have ended. */
function removeLeft(folder: string, prefix: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [, pid] = /^(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (pid && !isAlive(Number(pid))) fs.rmSync(join(folder, name), { force: true });
  }
}

/** Syncs a rename to disk. Windows cannot, and need not. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
